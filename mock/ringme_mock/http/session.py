"""Session: a state with its journal, faults, calls and deliveries."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any

from ringme_mock.calls.engine import CallEngine
from ringme_mock.delivery.deliveries import Deliveries
from ringme_mock.errors import ApiError
from ringme_mock.faults.fault_book import FaultBook
from ringme_mock.faults.latency import Latency
from ringme_mock.http.journal import Journal
from ringme_mock.http.one_at_a_time import OneAtATime
from ringme_mock.http.settings import Settings
from ringme_mock.store.clock import Setting
from ringme_mock.store.state import Snapshot, State
from ringme_mock.store.store import Store
from ringme_mock.store.supply import Supply
from ringme_spec.redaction import Redaction

KEEPABLE = ("tokens", "clock", "faults", "latency", "journal")
# Real time and randomness.
SUPPLY = Supply()


class SessionLock:
    """Lock that works with one event loop after another, as in tests."""

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

    `seconds` is a monotonic clock that measures idle time. A session that `waits` has not begun:
    all of its requests so far were refused.
    """

    waits = False
    # Position of the command at which its request counts began, if several processes serve it.
    since = 0

    def __init__(
        self,
        name: str,
        state: State,
        settings: Settings,
        redaction: Redaction,
        seconds: Callable[[], float] = time.monotonic,
        journal: Journal | None = None,
        supply: Supply = SUPPLY,
    ) -> None:
        self.name = name
        self.state = state
        self.redaction = redaction
        self.journal = journal or Journal(settings.journal_size)
        self.faults = FaultBook(settings.faults)
        self.latency = settings.latency
        self.snapshots: dict[str, Snapshot] = {}
        # The name is part of the seed, so that sessions differ.
        self.random = supply.random(None if settings.seed is None else f"{settings.seed} {name}")
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
        """Reset to the fixtures or to a snapshot, except what `keep` names (of KEEPABLE).

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

    def dump(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return all but the entries as JSON: the part alike in all processes, and the rest."""
        state, calls = self.state.dump(), self.calls.dump()
        own = {
            "ended": state["tokens"].pop("ended"),
            "hours": self.state.limits.dump(),
            "following": calls.pop("following"),
            "random": self.random.getstate(),
            "idle": self.idle_seconds(),
        }
        return {
            "name": self.name,
            "waits": self.waits,
            "since": self.since,
            "state": state,
            "faults": self.faults.dump(),
            "latency": [self.latency.low, self.latency.high],
            "snapshots": {name: one.clock.dump() for name, one in self.snapshots.items()},
            "in_progress": calls,
            "deliveries": self.deliveries.dump(),
        }, own

    def stores(self) -> list[Store]:
        """List the stores of its snapshots, then a copy of its own."""
        return [*(one.store for one in self.snapshots.values()), self.state.store.copy()]

    def load(
        self, alike: dict[str, Any], own: dict[str, Any], read: Callable[[Store], list[Store]]
    ) -> None:
        """Restore what `dump` returned; `read` makes the stores from that of the fixtures."""
        stores: list[Store] = []

        def read_own(fixtures: Store) -> Store:
            stores.extend(read(fixtures))
            return stores.pop()

        alike["state"]["tokens"]["ended"] = own["ended"]
        self.waits, self.since = alike["waits"], alike["since"]
        self.state.restore(alike["state"], read_own)
        self.state.limits.load(own["hours"])
        self.faults.load(alike["faults"])
        self.latency = Latency(*alike["latency"])
        clocks = map(Setting.load, alike["snapshots"].values())
        kept = map(Snapshot, stores, clocks)
        self.snapshots = dict(zip(alike["snapshots"], kept, strict=True))
        self.calls.load({**alike["in_progress"], "following": own["following"]})
        self.deliveries.load(alike["deliveries"])
        version, numbers, left = own["random"]
        self.random.setstate((version, tuple(numbers), left))
        self.used = self._seconds() - own["idle"]

    def is_idle(self, seconds: float) -> bool:
        """Tell if it was unused for more than so many seconds, and nobody follows its journal."""
        return self.idle_seconds() > seconds and not self.journal.followed

    def idle_seconds(self) -> float:
        return self._seconds() - self.used
