"""Replica: the state of one process, made by the commands of a log in their order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import astuple
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import orjson

from ringme_mock.actions import Action
from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.command_log import log
from ringme_mock.command_log.applying import Applying, Moment
from ringme_mock.command_log.images import Images
from ringme_mock.command_log.log import Entry, Log
from ringme_mock.command_log.repeat import Repeat
from ringme_mock.command_log.row import Damaged, Row, draw_chance, new_row
from ringme_mock.command_log.shared_counts import SharedCounts, checked
from ringme_mock.command_log.shared_journal import SharedJournal
from ringme_mock.command_log.turns import Turns
from ringme_mock.delivery.attempt import Response
from ringme_mock.errors import ApiError
from ringme_mock.http.image import BrokenImage
from ringme_mock.http.journal import Journal
from ringme_mock.http.sessions import Session, Sessions

if TYPE_CHECKING:
    from ringme_mock.faults.inject import Faults
    from ringme_mock.http.routing import PathTable
    from ringme_mock.http.running_operation import RunningOperation

logger = logging.getLogger(__name__)

_T = TypeVar("_T")
# Effect of a command on a session; it may be a coroutine.
Act: TypeAlias = Callable[[Session], Any]
# Seconds between retries.
_PAUSE = 1.0
_MISSED = Response(error="the process that should have sent it had ended", refused=True)


class Replica:
    """Recorder of changes: commands in its log are applied in all processes.

    Without a recorder, a mock keeps nothing and pays nothing. Coroutines raise a 503 if the log
    cannot be reached or written to; then nothing has changed. `shared` counts requests for several
    processes.
    """

    sessions: Sessions
    repeat: Repeat

    def __init__(self, log: Log) -> None:
        self.log = log
        self.applying = Applying()
        self.supply = self.applying.supply
        self.turns = Turns(log, self._apply)
        self.shared = SharedCounts(self) if log.shared else None
        self.processes = 1
        self.leads = False
        # Set once the state was found to differ from the leader's.
        self.differs = False
        # Set while a command of another process is applied.
        self.repeats = False
        self._left: list[str] = []
        self.images = Images(self)
        self._tasks: set[asyncio.Task[None]] = set()

    def prepare(
        self, operations: Mapping[str, RunningOperation], table: PathTable, faults: Faults
    ) -> None:
        self.repeat = Repeat(self.sessions, operations, table, faults, self.images)

    def adopt(self, session: Session) -> None:
        """Let calls and deliveries of a new session record their changes."""
        session.calls.wake = partial(self._wake, session)
        session.deliveries.report = partial(self.delivered, session)
        session.deliveries.sends = lambda: self.leads
        session.deliveries.seconds = self.supply.real
        if self.shared is not None:
            session.one_at_a_time.is_first = partial(self.shared.is_first, session)

    def journal(self, name: str) -> Journal | None:
        """Make the journal of a session if it is shared, else None."""
        return SharedJournal(name, self) if self.shared is not None else None

    async def _apply(self, entry: Entry) -> None:
        """Apply commands of another process, or of an earlier run."""
        try:
            numbered = entry.numbered()
        except ValueError as error:
            raise Damaged("commands") from error
        for number, row in numbered:
            if number > self.turns.position + 1:
                await self._load_image()
                if number > self.turns.position + 1:
                    raise Damaged("commands are missing")
            if number > self.turns.position:
                await self._apply_one(row, number, entry.at, entry.nonce)

    async def _apply_one(self, row: Row, number: int, at: float, nonce: bytes) -> None:
        session = self.sessions.resume(row.session)
        # The command drew it originally, so the session's numbers continue alike.
        draw_chance(session.random)
        session.used = self.sessions.seconds()
        self.repeats = True

        def act(session: Session) -> Awaitable[None]:
            return self.repeat.run(session, row, at)

        try:
            await self.carry_out(row.session, row.chance, act, number, at, nonce)
        except ApiError:
            # It was refused originally, too.
            return
        except Damaged:
            raise
        except Exception as error:
            logger.debug("a command failed again", exc_info=error)
        finally:
            self.repeats = False

    async def carry_out(
        self, name: str, chance: int, act: Act, number: int, at: float, nonce: bytes
    ) -> Any:
        """Run a command at its position and time."""
        # An earlier command may have ended the session.
        session = self.sessions.resume(name)
        self.turns.position = number
        moment = Moment(at, chance, nonce, number)
        token = self.applying.begin(moment)
        begin = time.perf_counter()
        if session.since == 0:
            session.since = number
            if session.waits:
                # It begins with the fixtures of this time.
                session.state.reset()
        limits = session.state.limits
        try:
            session.calls.settle_active()
            done: Any = act(session)
            if type(done) is CoroutineType:
                done = await done
            return done
        finally:
            self.applying.end(moment, token)
            if session.state.limits is not limits:
                session.since = number
            self.images.count(time.perf_counter() - begin)

    # --- commands

    def act(self, request: RequestContext, action: Action) -> Coroutine[Any, Any, Reply]:
        """Record a checked request of the API, and run it."""
        act, body = checked(request, action), orjson.dumps(request.sent)
        return self.keep(request.session, log.API, act, request, body)

    async def control(
        self,
        request: RequestContext,
        kind: str,
        body: bytes,
        run: Callable[[Session], Awaitable[_T]],
    ) -> _T:
        """Record a request of the control interface, and run it."""
        done: _T = await self.keep(request.session, kind, run, request, body)
        # A reset clears the journal.
        await request.session.journal.save()
        return done

    async def meet_faults(self, request: RequestContext, choose: Callable[[], _T]) -> _T:
        """Record that a request meets faults, as these are counted."""
        fault: _T = await self.keep(request.session, log.FAULT, lambda _: choose(), request)
        return fault

    async def settle(self, session: Session) -> None:
        """Record that calls have gone on, if anything is due."""
        if session.calls.is_due:
            await self.keep(session, log.SETTLE)

    async def begin(self, session: Session) -> None:
        """Record that a session has begun, and perhaps replaced another."""
        await self.keep(session, log.BEGIN, body=orjson.dumps(self.sessions.to_replace()))

    async def delivered(
        self, session: Session, number: int, attempts: int, seconds: float, response: Response
    ) -> None:
        """Record the result of a delivery, and retry while the log cannot be reached."""
        body = orjson.dumps([number, attempts, seconds, *astuple(response)])
        while True:
            try:
                await self.keep(session, log.DELIVERED, body=body)
                return
            except ApiError:
                await asyncio.sleep(_PAUSE)

    async def keep(
        self,
        session: Session,
        kind: str,
        act: Act | None = None,
        request: RequestContext | None = None,
        body: bytes = b"",
    ) -> Any:
        """Append a command, apply what others appended before it, then run it.

        Without `act`, the command is run from its recorded form.
        """
        if act is None:
            act = partial(self.repeat.change, kind=kind, body=body)
        chance, hour = draw_chance(session.random), None
        if request is not None and request.caller is not None:
            hour = session.state.limits.hour(request.caller.client_key)
        row = new_row(session.name, kind, chance, body, request, hour)
        done = await self.turns.append(row, partial(self.carry_out, session.name, chance, act))
        if self._left:
            await self._forget_left()
        return done

    # --- beside the commands

    def left(self, session: Session) -> None:
        """Note that a session has ended, so that its shared journal is deleted."""
        if self.log.shared and not self.repeats:
            self._left.append(session.name)

    async def _forget_left(self) -> None:
        """Delete the journals of ended sessions, as new ones may reuse their names."""
        with suppress(OSError):
            while self._left:
                await self.log.forget(self._left.pop(), ended=True)

    # --- start and rest

    async def replay(self) -> int:
        """Apply all commands of the log. Returns their number."""
        await self._load_image()
        count = await self.turns.follow()
        self.applying.resting = None
        self.images.compares = True
        if not self.log.shared:
            self.sessions.forget_waiting()
            await self.lead()
        return count

    async def _load_image(self) -> None:
        """Load the image, as earlier commands may be gone. Raises Damaged, and OSError."""
        try:
            if not await self.images.load():
                return
        except BrokenImage as error:
            raise Damaged("image") from error
        self.leads = False
        if self.applying.resting is None:
            for session in self.sessions.known():
                session.calls.start_timer()

    async def lead(self) -> None:
        """Send events from now on, but none that were due before."""
        for session in self.sessions.known():
            await self.settle(session)
            for delivery in session.deliveries.waiting():
                await self.delivered(session, delivery.number, 0, 0.0, _MISSED)
        self.leads = True
        for session in self.sessions.known():
            session.deliveries.start()

    def _wake(self, session: Session) -> None:
        async def settle() -> None:
            # A failure is retried when the calls are next read.
            with suppress(ApiError):
                await self.settle(session)

        task = asyncio.get_running_loop().create_task(settle())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
