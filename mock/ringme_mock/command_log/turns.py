"""Turns of one process at a log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

from ringme_mock.command_log.log import Batch, Count, Log, Row, Tally, Turn, UnknownOutcome
from ringme_mock.errors import ApiError

logger = logging.getLogger(__name__)

_T = TypeVar("_T")
# Carries out a command that was appended at a position, in its moment.
CarryOut: TypeAlias = Callable[[int, float], Awaitable[_T]]


class Turns:
    """Turns at a log, one after the other: what is wanted during one waits for the next, together.

    `apply` applies a command of another process. What waits raises a 503 if the log cannot be
    reached or written to.
    """

    def __init__(self, log: Log, apply: Callable[[int, Row], Awaitable[None]]) -> None:
        # Position of the last command that was applied.
        self.position = 0
        self.log = log
        self._apply = apply
        self._next = _Wanted()
        self._task: asyncio.Task[None] | None = None

    async def look(self) -> None:
        """Apply all that others have changed before."""
        await self._join(self._next.looks)

    async def count(self, count: Count) -> Tally | None:
        """Look, and count a request."""
        tally: Tally | None = await self._join(self._next.counts, count)
        return tally

    async def append(self, row: Row, carry_out: CarryOut[_T]) -> _T:
        """Append a command, and carry it out after all that others have appended before it."""
        done: _T = await self._join(self._next.commands, row, carry_out)
        return done

    async def note(self, session: str, entry: bytes) -> None:
        """Add an entry to the journal of a session."""
        await self._join(self._next.notes, session, entry)

    def _join(self, wanted: list[Any], *what: Any) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        wanted.append((future, *what))
        if self._task is None:
            self._task = loop.create_task(self._run())
        return future

    async def _run(self) -> None:
        try:
            while self._next:
                wanted, self._next = self._next, _Wanted()
                try:
                    await self._take(wanted)
                except Exception as error:
                    self._refuse(wanted, error)
                    if isinstance(error, UnknownOutcome):
                        # The log is out of reach; what came meanwhile has waited for it, too.
                        wanted, self._next = self._next, _Wanted()
                        self._refuse(wanted, OSError(str(error)))
        finally:
            self._task = None

    async def _take(self, wanted: _Wanted) -> None:
        turn = await self.log.turn(self.position, wanted.batch())
        for noted, _, _ in wanted.notes:
            _end(noted)
        await self._follow(turn)
        for (looked,) in wanted.looks:
            _end(looked)
        for (counted, _), tally in zip(wanted.counts, turn.tallies, strict=True):
            _end(counted, tally)
        for number, (future, _, carry_out) in enumerate(wanted.commands, turn.number):
            try:
                _end(future, await carry_out(number, turn.at))
            except Exception as error:
                _fail(future, error)

    async def follow(self) -> int:
        """Apply all commands of the log, before requests are served; return their number."""
        return await self._follow(await self.log.turn(self.position, Batch()))

    async def _follow(self, turn: Turn) -> int:
        count = 0
        while True:
            for number, row in turn.entries:
                await self._apply(number, row)
            count += len(turn.entries)
            if not turn.more:
                return count
            turn = await self.log.turn(self.position, Batch())

    def _refuse(self, wanted: _Wanted, error: Exception) -> None:
        if isinstance(error, OSError):
            logger.error("%s: %s", self.log.name, error)
        unknown = isinstance(error, UnknownOutcome)
        for future, *_ in wanted.commands:
            _fail(future, _refusal(error, unknown))
        others: list[Any] = [*wanted.looks, *wanted.counts, *wanted.notes]
        for future, *_ in others:
            _fail(future, _refusal(error))


class _Wanted:
    """All that is wanted of one turn, each with the future of who waits for it."""

    def __init__(self) -> None:
        self.looks: list[tuple[asyncio.Future[None]]] = []
        self.counts: list[tuple[asyncio.Future[Tally | None], Count]] = []
        self.commands: list[tuple[asyncio.Future[Any], Row, CarryOut[Any]]] = []
        self.notes: list[tuple[asyncio.Future[None], str, bytes]] = []

    def __bool__(self) -> bool:
        return bool(self.looks or self.counts or self.commands or self.notes)

    def batch(self) -> Batch:
        return Batch(
            [row for _, row, _ in self.commands],
            [count for _, count in self.counts],
            [(session, entry) for _, session, entry in self.notes],
        )


def _refusal(error: Exception, unknown: bool = False) -> Exception:
    if not isinstance(error, OSError):
        return error
    what = "the change may have been made" if unknown else "nothing was changed"
    return ApiError(503, f"{error}; {what}", headers={"Retry-After": "1"})


def _end(future: asyncio.Future[Any], result: Any = None) -> None:
    # Who waited may be gone.
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
