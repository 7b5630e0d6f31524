"""Replica: the state of one process, made by the commands of a log in their order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import astuple
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import orjson

from ringme_mock.actions import Action
from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.command_log import log
from ringme_mock.command_log.applying import Applying, Moment
from ringme_mock.command_log.images import Images
from ringme_mock.command_log.log import Log, Row
from ringme_mock.command_log.new_rows import check_caller, draw_chance, new_row
from ringme_mock.command_log.repeat import Damaged, Repeat
from ringme_mock.command_log.shared_counts import SharedCounts
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
# Seconds until what cannot be given up is tried again.
_PAUSE = 1.0
_MISSED = Response(error="whoever was to send it had ended when it was due", refused=True)


class Replica:
    """Recorder of what changes the state: what is appended to its log is applied in all processes.

    A mock without one keeps nothing, and pays nothing. All of its methods that wait raise a 503 if
    the log cannot be reached or written to; then nothing has changed.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.applying = Applying()
        self.supply = self.applying.supply
        self.turns = Turns(log, self._apply)
        self._counts = SharedCounts(self.turns)
        self.processes = 1
        self.sessions: Sessions
        self.leads = False
        # Since it was found to differ from the process that leads.
        self.differs = False
        self._repeat: Repeat
        # Whether what is done now was done by another process first.
        self.repeats = False
        self._left: list[str] = []
        self.images = Images(self)
        self._tasks: set[asyncio.Task[None]] = set()

    def join(self, sessions: Sessions) -> None:
        """Take note of the sessions that the commands are for."""
        self.sessions = sessions

    def prepare(
        self, operations: Mapping[str, RunningOperation], table: PathTable, faults: Faults
    ) -> None:
        """Take note of what carries commands out."""
        self._repeat = Repeat(self.sessions, operations, table, faults, self.images)

    def adopt(self, session: Session) -> None:
        """Set what a new session does by itself: its calls go on, and its events are sent."""
        session.calls.wake = partial(self._wake, session)
        session.deliveries.report = partial(self.delivered, session)
        session.deliveries.sends = lambda: self.leads
        session.deliveries.seconds = self.supply.real
        if self.log.shared:
            session.one_at_a_time.is_first = partial(self._counts.is_first, session)

    def journal(self, name: str) -> Journal | None:
        """Make the journal of a session if it is shared, else None."""
        if not self.log.shared:
            return None
        return SharedJournal(name, self)

    async def catch_up(self, request: RequestContext) -> None:
        """Apply what others have changed; a request sees all that was acknowledged before it."""
        if self.log.shared:
            await self._counts.catch_up(request, self.sessions, self._repeat.table)

    async def _apply(self, number: int, row: Row) -> None:
        """Apply a command of another process, or of a run before this one."""
        if number > self.turns.position + 1:
            await self._load_image()
            if number > self.turns.position + 1:
                raise Damaged("commands are missing")
        if number <= self.turns.position:
            return
        session = self.sessions.resume(row.session)
        # What the command drew when it was made, so that a seed goes on where it was.
        draw_chance(session.random)
        session.used = self.sessions.seconds()
        self.repeats = True
        try:
            with self._applied(session, number, row, row.at):
                await self._repeat.run(session, row)
        except ApiError:
            # It was refused then, too.
            return
        except Damaged:
            raise
        except Exception as error:
            logger.debug("a command failed again", exc_info=error)
        finally:
            self.repeats = False

    @contextmanager
    def _applied(self, session: Session, number: int, row: Row, at: float) -> Iterator[None]:
        """Apply a command within the block, at its place and in its moment."""
        self.turns.position = number
        moment = Moment(at, row.chance, row.nonce)
        token = self.applying.begin(moment)
        begin = time.perf_counter()
        if session.since == 0:
            session.since = number
            if session.waits:
                # It begins with the fixtures of this moment.
                session.state.reset()
        limits = session.state.limits
        try:
            session.calls.settle_active()
            yield
        finally:
            self.applying.end(moment, token)
            if session.state.limits is not limits:
                session.since = number
            self.images.count(time.perf_counter() - begin)

    # --- commands

    async def act(self, request: RequestContext, action: Action) -> Reply:
        """Keep a checked request of the API, and carry it out."""

        def checked(session: Session) -> Reply:
            request.session = session
            check_caller(request)
            return action(request)

        body = orjson.dumps(request.sent)
        return await self.keep(request.session, log.API, checked, request, body)

    async def control(
        self,
        request: RequestContext,
        kind: str,
        body: bytes,
        run: Callable[[Session], Awaitable[_T]],
    ) -> _T:
        """Keep a request of the control interface, and carry it out."""
        done = await self._command(request.session, kind, run, request, body)
        # A reset has cleared it.
        await request.session.journal.save()
        return done

    async def meet_faults(self, request: RequestContext, choose: Callable[[], _T]) -> _T:
        """Keep that a request meets faults, which are counted."""
        return await self.keep(request.session, log.FAULT, lambda _: choose(), request)

    async def settle(self, session: Session) -> None:
        """Keep that calls have gone on, if anything is due."""
        if session.calls.is_due:
            await self.keep(session, log.SETTLE, lambda _: None)

    async def begin(self, session: Session) -> None:
        """Keep that a session has begun, and perhaps another ended."""
        instead = self.sessions.instead()
        body = orjson.dumps(instead)

        def enter(session: Session) -> None:
            self.sessions.enter(session, instead)

        await self.keep(session, log.BEGIN, enter, body=body)

    async def delivered(
        self, session: Session, number: int, attempts: int, seconds: float, response: Response
    ) -> None:
        """Keep what came of a delivery, as soon as the log can be reached."""
        body = orjson.dumps([number, attempts, seconds, *astuple(response)])

        def end(session: Session) -> None:
            session.deliveries.end(number, attempts, seconds, response)

        while True:
            try:
                return await self.keep(session, log.DELIVERED, end, body=body)
            except ApiError:
                await asyncio.sleep(_PAUSE)

    async def keep(
        self,
        session: Session,
        kind: str,
        act: Callable[[Session], _T],
        request: RequestContext | None = None,
        body: bytes = b"",
    ) -> _T:
        """Keep a command whose `act` is one step, and carry it out."""

        async def apply(session: Session) -> _T:
            return act(session)

        return await self._command(session, kind, apply, request, body)

    async def _command(
        self,
        session: Session,
        kind: str,
        act: Callable[[Session], Awaitable[_T]],
        request: RequestContext | None = None,
        body: bytes = b"",
    ) -> _T:
        """Append a command, apply what others appended before it, then the command itself."""
        row = new_row(session, kind, request, body)

        async def carry_out(number: int, at: float) -> _T:
            # Another command may have ended it.
            found = self.sessions.resume(session.name)
            with self._applied(found, number, row, at):
                done = await act(found)
            with suppress(OSError):
                # As another one may get its name.
                while self._left:
                    await self.log.forget(self._left.pop(), ended=True)
            return done

        return await self.turns.append(row, carry_out)

    # --- beside the commands

    async def count(self, request: RequestContext) -> None:
        """Count a request of a known caller for its rate limit, where others count, too."""
        if self.log.shared:
            await self._counts.count(request)

    def left(self, session: Session) -> None:
        """Take note that a session has ended."""
        if self.log.shared and not self.repeats:
            self._left.append(session.name)

    # --- start and rest

    async def replay(self) -> int:
        """Apply all commands that are there, and return their number."""
        await self._load_image()
        count = await self.turns.follow()
        self.applying.resting = None
        self.images.compares = True
        if not self.log.shared:
            self.sessions.forget_waiting()
            await self.lead()
        return count

    async def _load_image(self) -> None:
        """Go on from the latest image if commands before it may be gone.

        Raises Damaged, and OSError.
        """
        try:
            if not await self.images.load():
                return
        except BrokenImage as error:
            raise Damaged("image") from error
        self.leads = False
        if self.applying.resting is None:
            for session in self.sessions.known():
                session.calls.go_on()

    async def lead(self) -> None:
        """Send events from now on, but not those that were due before."""
        for session in self.sessions.known():
            await self.settle(session)
            for delivery in session.deliveries.waiting():
                await self.delivered(session, delivery.number, 0, 0.0, _MISSED)
        self.leads = True
        for session in self.sessions.known():
            session.deliveries.start()

    def _wake(self, session: Session) -> None:
        async def settle() -> None:
            # What fails is tried again when somebody looks.
            with suppress(ApiError):
                await self.settle(session)

        task = asyncio.get_running_loop().create_task(settle())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
