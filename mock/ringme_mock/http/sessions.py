"""Sessions: independent states side by side."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.calls.engine import CallEngine
from ringme_mock.delivery.deliveries import Deliveries
from ringme_mock.errors import ApiError, forbidden, invalid
from ringme_mock.faults.fault_book import FaultBook
from ringme_mock.http.journal import Journal
from ringme_mock.http.journal_budget import JournalBudget
from ringme_mock.http.one_at_a_time import OneAtATime
from ringme_mock.http.settings import Settings as Settings
from ringme_mock.store.clock import Clock
from ringme_mock.store.entry_budget import EntryBudget, Holding
from ringme_mock.store.moving_store import MovingStore
from ringme_mock.store.state import Snapshot, State
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract
from ringme_spec.redaction import Redaction

logger = logging.getLogger(__name__)

DEFAULT = "default"
# Sessions that have not begun; they share all they hold with the fixtures.
_MOST_WAITING = 100
# No dot first, as browsers remove `..` from paths.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_PATH = re.compile(r"(/s/([^/]*))(/.*)?", re.DOTALL)
KEEPABLE = ("tokens", "clock", "faults", "latency", "journal")


class SessionLock:
    """Lock that may be used from one event loop after another, as in tests."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._lock = loop, asyncio.Lock()
        async with self._lock:
            yield


class Session:
    """State with its journal, faults, latency and snapshots.

    `seconds` is the monotonic clock of its idle time, `budget` what all journals may hold together.
    A session that `waits` has not begun: all of its requests were refused so far.
    """

    waits = False

    def __init__(
        self,
        name: str,
        state: State,
        settings: Settings,
        redaction: Redaction,
        seconds: Callable[[], float] = time.monotonic,
        budget: JournalBudget | None = None,
    ) -> None:
        self.name = name
        self.state = state
        self.redaction = redaction
        self.journal = Journal(settings.journal_size, budget)
        self.faults = FaultBook(settings.faults)
        self.latency = settings.latency
        self.snapshots: dict[str, Snapshot] = {}
        # With the name, so that the sessions of a run differ.
        self.random = random.Random(None if settings.seed is None else f"{settings.seed} {name}")
        self.deliveries = Deliveries(settings.events, changed=self.journal.tell)
        self.calls = CallEngine(self, self.deliveries)
        self._seconds = seconds
        self.used = seconds()
        # The number of open event streams.
        self.streams = 0
        # Held by long control requests.
        self.lock = SessionLock()
        self.page_size = settings.page_size
        self.one_at_a_time = OneAtATime(settings.statistics_seconds)
        self._settings = settings

    def reset(self, keep: Collection[str] = (), snapshot: str | None = None) -> None:
        """Reset to the fixtures or a snapshot, except what `keep` names (of KEEPABLE).

        Raises the 404 for an unknown snapshot.
        """
        self.calls.stop("the session was reset")
        if snapshot is None:
            self.state.reset(keep)
        else:
            self.state.load(self.find_snapshot(snapshot), keep)
        if "faults" not in keep:
            self.faults = FaultBook(self._settings.faults)
        if "latency" not in keep:
            self.latency = self._settings.latency
        if "journal" not in keep:
            self.journal.clear()
            self.deliveries.clear()
        self.deliveries.settings = self._settings.events
        self.calls.settle()

    def find_snapshot(self, name: str) -> Snapshot:
        """Find a snapshot by name. Raises the 404 with the known names."""
        if name not in self.snapshots:
            known = ", ".join(sorted(self.snapshots)) or "none"
            raise ApiError(404, f"No such snapshot: {name}; known snapshots: {known}")
        return self.snapshots[name]

    def is_idle(self, seconds: float) -> bool:
        """Check that it was unused for so many seconds, and that nobody follows its journal."""
        return self.idle_seconds() > seconds and not self.journal.followed

    def idle_seconds(self) -> float:
        return self._seconds() - self.used


@dataclass
class Sessions:
    """Sessions by name. The one named `default` always exists."""

    contract: Contract
    seed: Store
    settings: Settings = field(default_factory=Settings)
    clock: Clock | None = None
    seconds: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.redaction = Redaction(self.contract.document)
        self.today = MovingStore(self.contract, self.seed) if self.settings.today else None
        self.journals = JournalBudget(self.settings.journal_size)
        self.entries = EntryBudget(self.settings.max_entries, self._holdings)
        self._others: dict[str, Session] = {}
        self.default = self._new(DEFAULT, self.clock)
        # Those that have not begun, the latest last.
        self._waiting: OrderedDict[str, Session] = OrderedDict()

    def get(self, name: str | None) -> Session:
        """Find or begin the session with this name; None means the default.

        Raises the 400 for an invalid name, the 503 for one session too many.
        """
        session = self._find(name, may_begin=True)
        if session.waits:
            self.begin(session)
        return session

    def _find(self, name: str | None, may_begin: bool) -> Session:
        """Find the session with this name, or make one that waits.

        Raises as `get` does, and the 403 for a new one that may not begin.
        """
        if name is None or name == DEFAULT:
            return self.default
        session = self._others.get(name) or self._waiting.get(name)
        if session is not None and session.is_idle(self.settings.idle):
            session = None
        if not may_begin and (session is None or session.waits):
            raise forbidden("control_refused", "a page of another site may not begin a session")
        if session is None:
            session = self._make(name)
        session.used = self.seconds()
        return session

    def begin(self, session: Session) -> None:
        """Begin a session that waits, once a request of it was not refused.

        One too many takes the place of the one that was idle longest, but of none that is followed.
        """
        session.waits = False
        self._waiting.pop(session.name, None)
        if self._is_full():
            idlest = self._idlest()
            if idlest is not None:
                self._remove(idlest, f"session {session.name} took its place")
                logger.warning(
                    "Session %s ended, which was idle for %d s: session %s took its place;"
                    " --max-sessions allows for more than %d",
                    idlest.name,
                    idlest.idle_seconds(),
                    session.name,
                    self.settings.max_sessions,
                )
        self._others[session.name] = session

    def choose(self, request: RequestContext) -> None:
        """Set the session of a request, by its path or its header; a new one waits.

        Raises as `get` does, and the 403 for a page of another site that would begin one.
        """
        raw_path, name = request.raw_path, request.headers.get(b"x-mock-session")
        match = _PATH.fullmatch(raw_path) if raw_path.startswith("/s/") else None
        if match is not None:
            request.session = self._find(unquote(match[2]), self._may_begin(request))
            request.prefix = match[1]
            request.raw_path = match[3] or "/"
            request.path = unquote(request.raw_path)
            return
        wanted = name.decode("latin-1") if name else None
        request.session = self._find(wanted, self._may_begin(request))
        if request.session is not self.default:
            request.prefix = f"/s/{request.session.name}"

    def choose_known(self, request: RequestContext) -> None:
        """Set the session of a refused request, which begins none: the default instead."""
        match = _PATH.fullmatch(request.raw_path)
        name = unquote(match[2]) if match else request.header(b"x-mock-session")
        request.session = self._others.get(name) or self._waiting.get(name) or self.default
        if match is not None and request.session.name == name:
            request.raw_path = match[3] or "/"
            request.path = unquote(request.raw_path)

    def _may_begin(self, request: RequestContext) -> bool:
        """Allow a request to begin a session unless it comes from a page of another site."""
        if request.headers.get(b"sec-fetch-site") != b"cross-site":
            return True
        return self.settings.admission.allows_page(request.header(b"origin"))

    def stop(self) -> None:
        """End what sessions do by themselves."""
        for session in (self.default, *self._others.values()):
            session.calls.stop("the mock was stopped")

    def all(self) -> list[Session]:
        self._end_idle()
        return self.known()

    def known(self) -> list[Session]:
        """List the sessions, those that are about to end included."""
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
        if self._is_full() and self._idlest() is None:
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

    def _idlest(self) -> Session | None:
        """Find the session that was idle longest; None if all are followed."""
        free = [one for one in self._others.values() if not one.journal.followed]
        return min(free, key=lambda one: one.used, default=None)

    def _end_idle(self) -> None:
        for session in list(self._others.values()):
            if session.is_idle(self.settings.idle):
                self._remove(session, "the session was ended")

    def _remove(self, session: Session, why: str) -> None:
        del self._others[session.name]
        session.calls.stop(why)

    def _holdings(self) -> Iterator[Holding]:
        for session in self.known():
            kept = [one.store for one in session.snapshots.values()]
            yield session.state.seed, [session.state.store, *kept]

    def _new(self, name: str, clock: Clock | None = None) -> Session:
        most = self.settings.max_entries
        state = State(self.contract, self.seed, clock, most, self.today, self.entries)
        return Session(name, state, self.settings, self.redaction, self.seconds, self.journals)
