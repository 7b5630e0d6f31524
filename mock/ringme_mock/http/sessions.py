"""Sessions: independent states side by side."""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.errors import ApiError, forbidden, invalid
from ringme_mock.http.journal import Journal, JournalBudget
from ringme_mock.http.session import SUPPLY
from ringme_mock.http.session import Session as Session
from ringme_mock.http.settings import Settings as Settings
from ringme_mock.store.clock import Clock
from ringme_mock.store.moving_store import MovingStore
from ringme_mock.store.quotas import EntryBudget, Holding
from ringme_mock.store.state import State
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract
from ringme_spec.redaction import Redaction

if TYPE_CHECKING:
    from ringme_mock.command_log.replica import Replica

logger = logging.getLogger(__name__)

_T = TypeVar("_T")

DEFAULT = "default"
# Number of sessions that have not begun; each shares its entries with the fixtures.
_MOST_WAITING = 100
# No dot first, as browsers remove `..` from paths.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_PATH = re.compile(r"/s/([^/]*)(/.*)?", re.DOTALL)


@dataclass
class Sessions:
    """Sessions by name. The one named `default` always exists."""

    contract: Contract
    seed: Store
    settings: Settings = field(default_factory=Settings)
    clock: Clock | None = None
    seconds: Callable[[], float] = time.monotonic
    recorder: Replica | None = None

    def __post_init__(self) -> None:
        self._supply = self.recorder.supply if self.recorder else SUPPLY
        if self.recorder is not None:
            self.recorder.sessions = self
        self.redaction = Redaction(self.contract.document)
        self.today = MovingStore(self.contract, self.seed) if self.settings.today else None
        self.journals = JournalBudget(self.settings.journal_size)
        self.entries = EntryBudget(self.settings.max_entries, self._holdings)
        self._others: dict[str, Session] = {}
        self.default = self._new(DEFAULT, self.clock)
        # Sessions that have not begun, latest last: without recorded commands, and with some.
        self._waiting: OrderedDict[str, Session] = OrderedDict()
        self._resumed: OrderedDict[str, Session] = OrderedDict()

    def get(self, name: str | None) -> Session:
        """Find or begin the session with this name; None means the default.

        Raises the 400 for an invalid name, the 503 for one session too many.
        """
        session = self._find(name, may_begin=True)
        self.enter(session, self.to_replace())
        return session

    def _find(self, name: str | None, may_begin: bool) -> Session:
        """Find the session with this name, or make one that waits.

        Raises as `get` does, and the 403 if the session is new and `may_begin` is false.
        """
        if name is None or name == DEFAULT:
            return self.default
        session = self.find_known(name)
        if session is not None and self.recorder is None and session.is_idle(self.settings.idle):
            session = None
        if not may_begin and (session is None or session.waits):
            raise forbidden("control_refused", "a page of another site may not start a session")
        if session is None:
            session = self._make(name)
        session.used = self.seconds()
        return session

    def find_known(self, name: str) -> Session | None:
        if name == DEFAULT:
            return self.default
        return self._others.get(name) or self._resumed.get(name) or self._waiting.get(name)

    async def begin(self, session: Session) -> None:
        """Begin a session that waits, after its first request that was not refused."""
        if self.recorder is not None:
            await self.recorder.begin(session)
        else:
            self.enter(session, self.to_replace())

    def to_replace(self) -> list[str]:
        """Return the names of the sessions that must end so that another can begin.

        They have been idle longest. Sessions whose journal is followed are left alone. There are
        several if processes that share a state began sessions at the same time.
        """
        surplus = len(self._others) + 2 - self.settings.max_sessions
        free = sorted(self._replaceable(), key=lambda one: one.used)
        return [one.name for one in free[: max(0, surplus)]]

    def enter(self, session: Session, replaced: Iterable[str] = ()) -> None:
        """Begin a session if it waits, and end the sessions named by `replaced`."""
        if not session.waits:
            return
        session.waits = False
        self._waiting.pop(session.name, None)
        self._resumed.pop(session.name, None)
        for ended in filter(None, map(self._others.get, replaced)):
            self._remove(ended, f"the session was ended to make room for session {session.name}")
            logger.warning(
                "Session %s, idle for %d s, was ended to make room for session %s;"
                " raise --max-sessions to keep more than %d",
                ended.name,
                ended.idle_seconds(),
                session.name,
                self.settings.max_sessions,
            )
        self._others[session.name] = session

    def leave(self, session: Session) -> None:
        if self._others.get(session.name) is session:
            self._remove(session, "the session was ended")

    async def keep(self, session: Session, kind: str, act: Callable[[Session], _T]) -> _T:
        """Run a change that a page makes to a session; with a recorder, it is recorded."""
        if self.recorder is not None:
            done: _T = await self.recorder.keep(session, kind, act)
            return done
        return act(session)

    async def settle(self, session: Session) -> None:
        """Advance the calls of a session to the present."""
        if not session.calls.active:
            return
        if self.recorder is not None:
            await self.recorder.settle(session)
        else:
            session.calls.settle()

    def resume(self, name: str) -> Session:
        """Find the session of a recorded command, or make one that waits; no limit applies."""
        if name == DEFAULT:
            return self.default
        session = self._others.get(name) or self._resumed.get(name)
        if session is None:
            # Only commands decide which are kept, so that all processes keep the same.
            session = self._waiting.pop(name, None) or self._new(name)
            session.waits = True
            self._resumed[name] = session
            if len(self._resumed) > _MOST_WAITING:
                self._resumed.popitem(last=False)
        return session

    def forget_waiting(self) -> None:
        """Drop the sessions that have not begun."""
        self._waiting.clear()
        self._resumed.clear()

    def with_commands(self) -> list[Session]:
        """List the sessions that recorded commands may have changed."""
        return [*self.known(), *self._resumed.values()]

    def find_or_make(self, name: str) -> Session:
        """Find or make the session that an image is loaded into."""
        return self.find_known(name) or self._new(name)

    def keep_only(self, sessions: list[Session]) -> None:
        """Drop all sessions but these, and put these in this order."""
        for session in self.with_commands():
            if session not in sessions:
                session.calls.stop("the session was ended")
        others = [one for one in sessions if one is not self.default]
        self._others = {one.name: one for one in others if not one.waits}
        self._resumed = OrderedDict((one.name, one) for one in others if one.waits)
        self._waiting.clear()

    def idle(self) -> list[Session]:
        """List the sessions that have been unused for longer than the limit."""
        return [one for one in self._others.values() if one.is_idle(self.settings.idle)]

    def choose(self, request: RequestContext) -> None:
        """Set the session of a request, by its path or its header; a new one waits.

        Raises as `get` does, and the 403 for a page of another site that would begin one.
        """
        name, path = _name_and_path(request)
        request.session = self._find(name, self._may_begin(request))
        if path != request.raw_path:
            request.prefix = request.raw_path.removesuffix(path)
            request.raw_path, request.path = path, unquote(path)
        elif request.session is not self.default:
            request.prefix = f"/s/{request.session.name}"

    def choose_again(self, request: RequestContext) -> None:
        """Set the session of a request again, as `choose` did: it may have ended since."""
        request.session = self._find(request.session.name, self._may_begin(request))

    def choose_known(self, request: RequestContext) -> None:
        """Set the session of a refused request: a known one or the default; none is begun."""
        session, path = self.find(request)
        request.session = session or self.default
        if session is not None and path != request.raw_path:
            request.raw_path, request.path = path, unquote(path)

    def find(self, request: RequestContext) -> tuple[Session | None, str]:
        """Return the session of a request, None if unknown, and the path within the session."""
        name, path = _name_and_path(request)
        return self.find_known(name or DEFAULT), path

    def _may_begin(self, request: RequestContext) -> bool:
        """Tell if a request may begin a session; pages of other sites need an allowed origin."""
        if request.headers.get(b"sec-fetch-site") != b"cross-site":
            return True
        return self.settings.admission.allows_page(request.header(b"origin"))

    def stop(self) -> None:
        for session in (self.default, *self._others.values()):
            session.calls.stop("the mock was stopped")

    def all(self) -> list[Session]:
        self._end_idle()
        return self.known()

    def known(self) -> list[Session]:
        """List the sessions, including those that are idle for too long."""
        return [self.default, *self._others.values()]

    def end(self, name: str) -> None:
        """End a session. Raises the 404 for an unknown one, the 400 for the default."""
        if name == DEFAULT:
            raise invalid("name: the default session cannot be ended; reset it")
        session = self._others.get(name)
        if session is None:
            raise ApiError(404, f"No such session: {name[:64]}")
        self._remove(session, "the session was ended")

    def _make(self, name: str) -> Session:
        if not _NAME.fullmatch(name):
            raise invalid(
                "X-Mock-Session: must be 1 to 64 letters, digits, '.', '_' or '-', no '.' first"
            )
        self._end_idle()
        if self._is_full() and not self._replaceable():
            raise ApiError(
                503,
                f"Too many sessions: the limit is {self.settings.max_sessions};"
                " end one with DELETE /__mock__/sessions/NAME, or start with --max-sessions",
            )
        session = self._new(name)
        session.waits = True
        self._waiting[name] = session
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popitem(last=False)
        return session

    def _is_full(self) -> bool:
        return len(self._others) + 1 >= self.settings.max_sessions

    def _replaceable(self) -> list[Session]:
        return [one for one in self._others.values() if not one.journal.followed]

    def _end_idle(self) -> None:
        # With a recorder, a recorded command ends them.
        if self.recorder is None:
            for session in self.idle():
                self._remove(session, "the session was ended")

    def _remove(self, session: Session, why: str) -> None:
        del self._others[session.name]
        session.calls.stop(why)
        if self.recorder is not None:
            self.recorder.left(session)

    def _holdings(self) -> Iterator[Holding]:
        for session in self.known():
            kept = [one.store for one in session.snapshots.values()]
            yield session.state.seed, [session.state.store, *kept]

    def _new(self, name: str, clock: Clock | None = None) -> Session:
        supply, most = self._supply, self.settings.max_entries
        clock = clock or Clock(supply.real)
        state = State(self.contract, self.seed, clock, most, self.today, self.entries, supply.text)
        journal = self.recorder.journal(name) if self.recorder else None
        journal = journal or Journal(self.settings.journal_size, self.journals)
        session = Session(name, state, self.settings, self.redaction, self.seconds, journal, supply)
        if self.recorder is not None:
            self.recorder.adopt(session)
        return session


def _name_and_path(request: RequestContext) -> tuple[str | None, str]:
    """Return the session name in the path or header of a request, and the path within it."""
    path, name = request.raw_path, request.headers.get(b"x-mock-session")
    match = _PATH.fullmatch(path) if path.startswith("/s/") else None
    if match is not None:
        return unquote(match[1]), match[2] or "/"
    return (name.decode("latin-1") if name else None), path
