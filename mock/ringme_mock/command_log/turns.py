"""Turns of one process at a log."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Hashable, Iterator
from typing import Any, Protocol, TypeAlias

from ringme_mock.command_log.log import Batch, Count, Entry, Log, Tally, Turn, UnknownOutcome
from ringme_mock.errors import ApiError

logger = logging.getLogger(__name__)

# Runs a command with its position, time and nonce.
CarryOut: TypeAlias = Callable[[int, float, bytes], Awaitable[Any]]
_Future: TypeAlias = asyncio.Future[Any]
_NONCE = 16


class Client(Hashable, Protocol):
    """Client whose requests count together; equal clients share a count."""

    def new_count(self) -> Count:
        """Make a count without requests."""


class Attempt(Protocol):
    """Command that is appended only if its request is within the limit and nothing changed."""

    row: bytes

    def is_valid(self) -> bool:
        """Tell if nothing that this process has applied would refuse the command."""

    def tell(self, tally: Tally) -> None:
        """Receive the count of the request, which may exceed the limit."""

    def carry_out(self, number: int, at: float, nonce: bytes) -> Awaitable[Any]: ...


class Turns:
    """Turns at a log, one at a time. Requests that arrive during a turn share the next one.

    `apply` applies commands of another process. Futures raise a 503 if the log cannot be reached or
    written to.
    """

    def __init__(self, log: Log, apply: Callable[[Entry], Awaitable[None]]) -> None:
        # Position of the last command that was applied.
        self.position = 0
        self.log = log
        self._apply = apply
        self._next = _Wanted()
        self._task: asyncio.Task[None] | None = None

    def look(self) -> asyncio.Future[None]:
        """Apply all earlier changes of others."""
        return self._wait_in(self._next.waiting)

    def count(self, client: Client) -> asyncio.Future[Tally | None]:
        """Look, and count a request of a client."""
        future = self._wait_in(self._next.waiting)
        self._next.requests(client).counts.append(future)
        return future

    def attempt(self, client: Client, attempt: Attempt) -> _Future:
        """Look, count a request, and run its command; None if it was not appended."""
        future = self._wait_in(self._next.changing)
        self._next.requests(client).attempts.append((future, attempt))
        return future

    def append(self, row: bytes, carry_out: CarryOut) -> _Future:
        """Append a command, and run it after all that others have appended before."""
        future = self._wait_in(self._next.changing)
        self._next.commands.append((future, row, carry_out))
        return future

    def note(self, session: str, entry: bytes) -> asyncio.Future[None]:
        self._next.notes.setdefault(session, []).append(entry)
        return self._wait_in(self._next.waiting)

    def _wait_in(self, futures: list[_Future]) -> _Future:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        futures.append(future)
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
                        # The log is out of reach, and these have waited for it, too.
                        wanted, self._next = self._next, _Wanted()
                        self._refuse(wanted, OSError(str(error)))
        finally:
            self._task = None

    async def _take(self, wanted: _Wanted) -> None:
        batch = wanted.batch()
        turn = await self.log.turn(self.position, batch)
        await self._follow(turn)
        due: list[tuple[_Future, CarryOut]] = []
        for requests, tally in zip(wanted.by_client.values(), turn.tallies, strict=True):
            due += requests.end(tally)
        due += [(future, carry_out) for future, _, carry_out in wanted.commands]
        for future in wanted.waiting:
            _end(future)
        for number, (future, carry_out) in enumerate(due, turn.number):
            try:
                _end(future, await carry_out(number, turn.at, batch.nonce))
            except Exception as error:
                _fail(future, error)
        # Attempts that were not appended.
        for future in wanted.changing:
            _end(future)

    async def follow(self) -> int:
        """Apply all commands of the log, before requests are served. Returns their number."""
        before = self.position
        await self._follow(await self.log.turn(before, Batch()))
        return self.position - before

    async def _follow(self, turn: Turn) -> None:
        while True:
            for entry in turn.entries:
                await self._apply(entry)
            if not turn.more:
                return
            turn = await self.log.turn(self.position, Batch())

    def _refuse(self, wanted: _Wanted, error: Exception) -> None:
        if isinstance(error, OSError):
            logger.error("%s: %s", self.log.name, error)
        unknown = isinstance(error, UnknownOutcome)
        for future in wanted.changing:
            _fail(future, _refusal(error, unknown))
        for future in wanted.waiting:
            _fail(future, _refusal(error))


class _Requests:
    """Requests of one client that count together; those that append a command come last."""

    def __init__(self, count: Count) -> None:
        self.count = count
        self.counts: list[_Future] = []
        self.attempts: list[tuple[_Future, Attempt]] = []

    def wanted(self) -> Count:
        """Count all of them, except attempts that are no longer valid."""
        self.attempts = [one for one in self.attempts if one[1].is_valid()]
        rows = [attempt.row for _, attempt in self.attempts]
        self.count = self.count._replace(times=len(self.counts), rows=rows)
        return self.count

    def end(self, tally: Tally | None) -> Iterator[tuple[_Future, CarryOut]]:
        """Pass each request its own tally, and yield the attempts that were appended."""
        if tally is None:
            return
        age, used = tally
        before = used - len(self.attempts)
        for number, future in enumerate(self.counts, before - len(self.counts) + 1):
            _end(future, (age, number))
        accepted = len(self.count.accepted(tally))
        for place, (future, attempt) in enumerate(self.attempts, 1):
            attempt.tell((age, before + place))
            if place <= accepted:
                yield future, attempt.carry_out


class _Wanted:
    """Everything for one turn, and the futures that wait for it."""

    def __init__(self) -> None:
        # Futures of possible changes, and all others.
        self.changing: list[_Future] = []
        self.waiting: list[_Future] = []
        self.by_client: dict[Client, _Requests] = {}
        self.commands: list[tuple[_Future, bytes, CarryOut]] = []
        self.notes: dict[str, list[bytes]] = {}

    def __bool__(self) -> bool:
        return bool(self.changing or self.waiting)

    def requests(self, client: Client) -> _Requests:
        found = self.by_client.get(client)
        if found is None:
            found = self.by_client[client] = _Requests(client.new_count())
        return found

    def batch(self) -> Batch:
        counts = [one.wanted() for one in self.by_client.values()]
        rows = [row for _, row, _ in self.commands]
        appends = rows or any(one.rows for one in counts)
        return Batch(os.urandom(_NONCE) if appends else b"", counts, rows, self.notes)


def _refusal(error: Exception, unknown: bool = False) -> Exception:
    if not isinstance(error, OSError):
        return error
    what = "the change may have been made" if unknown else "nothing was changed"
    return ApiError(503, f"{error}; {what}", headers={"Retry-After": "1"})


def _end(future: _Future, result: Any = None) -> None:
    # The waiting task may have been cancelled.
    if not future.done():
        future.set_result(result)


def _fail(future: _Future, error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
