"""Sessions: states side by side that know nothing of each other."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from ringme_mock.errors import ApiError, forbidden, invalid
from ringme_mock.faults.book import FaultBook
from ringme_mock.faults.fault_rule import FaultRule
from ringme_mock.faults.latency import Latency
from ringme_mock.http.journal import DEFAULT_SIZE, Journal
from ringme_mock.http.session_lock import SessionLock
from ringme_mock.store.clock import Clock
from ringme_mock.store.quotas import MOST_ENTRIES
from ringme_mock.store.state import Snapshot, State
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract
from ringme_spec.redaction import Redaction

DEFAULT = "default"
# Not a dot first: browsers take `..` out of a path.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
KEEPABLE = ("tokens", "clock", "faults", "latency", "journal")


@dataclass(frozen=True)
class Settings:
    """What every session begins with, and how many there may be.

    `idle` is the number of seconds after which an unused session ends. `seed` makes what is
    generated the same in each run; None means that it differs. `max_entries` is how many entries
    of a collection requests can bring a session to. With `validate_responses` each answer of the
    API is held against the document before it goes out.
    """

    faults: tuple[FaultRule, ...] = ()
    latency: Latency = field(default_factory=Latency)
    journal_size: int = DEFAULT_SIZE
    max_sessions: int = 100
    idle: float = 3600.0
    seed: int | None = None
    max_entries: int = MOST_ENTRIES
    validate_responses: bool = False


class Session:
    """One state with all that belongs to it: journal, faults, latency, snapshots.

    `seconds` is a clock that nobody puts forward or back, by which it is idle.
    """

    def __init__(
        self,
        name: str,
        state: State,
        settings: Settings,
        redaction: Redaction,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.state = state
        self.redaction = redaction
        self.journal = Journal(settings.journal_size)
        self.faults = FaultBook(settings.faults)
        self.latency = settings.latency
        self.snapshots: dict[str, Snapshot] = {}
        # By name as well, so that two sessions of one run are not the same throughout.
        self.random = random.Random(None if settings.seed is None else f"{settings.seed} {name}")
        self._seconds = seconds
        self.used = seconds()
        # Who watches the journal as a stream.
        self.streams = 0
        # For what takes so long that other requests are served meanwhile.
        self.lock = SessionLock()
        self._settings = settings

    def reset(self, keep: Collection[str] = (), snapshot: str | None = None) -> None:
        """Back to the fixtures or to a snapshot, but for what `keep` names (of KEEPABLE).

        Raises the 404 for a snapshot that is not there.
        """
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

    def find_snapshot(self, name: str) -> Snapshot:
        """The snapshot with this name. Raises the 404 that names those that are there."""
        if name not in self.snapshots:
            known = ", ".join(sorted(self.snapshots)) or "none"
            raise ApiError(404, f"No such snapshot: {name}; there is {known}")
        return self.snapshots[name]

    def is_idle(self, seconds: float) -> bool:
        """Whether nobody used it for so many seconds, nor follows its journal now."""
        return self.idle_seconds() > seconds and not self.journal.followed

    def idle_seconds(self) -> float:
        """How long nobody has used it."""
        return self._seconds() - self.used


@dataclass
class Sessions:
    """All sessions by name. The one that is called `default` is always there."""

    contract: Contract
    seed: Store
    settings: Settings = field(default_factory=Settings)
    clock: Clock | None = None
    seconds: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.redaction = Redaction(self.contract.document)
        self.default = self._new(DEFAULT, self.clock)
        self._others: dict[str, Session] = {}

    def get(self, name: str | None, begin: bool = True) -> Session:
        """The session with this name, begun now if it is new; None stands for the default.

        Raises the 400 for a name that is none, the 503 where there are too many, and without
        `begin` the 403 for one that is new.
        """
        if name is None or name == DEFAULT:
            return self.default
        session = self._others.get(name)
        if session is None or session.is_idle(self.settings.idle):
            if not begin:
                raise forbidden("control_refused", "a page of another site may not begin a session")
            session = self._begin(name)
        session.used = self.seconds()
        return session

    def all(self) -> list[Session]:
        """Those that there are, the default first."""
        self._end_idle()
        return [self.default, *self._others.values()]

    def end(self, name: str) -> None:
        """Ends a session. Raises the 404 for one that is not there, the 400 for the default."""
        if name == DEFAULT:
            raise invalid("name: the default session cannot be ended; reset it")
        if self._others.pop(name, None) is None:
            raise ApiError(404, f"No such session: {name[:64]}")

    def _begin(self, name: str) -> Session:
        if not _NAME.fullmatch(name):
            raise invalid(
                "X-Mock-Session: must be 1 to 64 letters, digits, '.', '_' or '-', no '.' first"
            )
        self._end_idle()
        if len(self._others) + 1 >= self.settings.max_sessions and name not in self._others:
            raise ApiError(
                503,
                f"There are {self.settings.max_sessions} sessions, and no more may be:"
                " end one with DELETE /__mock__/sessions/NAME, or start with --max-sessions",
            )
        session = self._new(name)
        self._others[name] = session
        return session

    def _end_idle(self) -> None:
        for name, session in list(self._others.items()):
            if session.is_idle(self.settings.idle):
                del self._others[name]

    def _new(self, name: str, clock: Clock | None = None) -> Session:
        state = State(self.contract, self.seed, clock, self.settings.max_entries)
        return Session(name, state, self.settings, self.redaction, self.seconds)
