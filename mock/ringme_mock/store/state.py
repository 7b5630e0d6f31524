"""State of a session."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from ringme_mock.store.access import Access
from ringme_mock.store.clock import Clock, Setting
from ringme_mock.store.expiring import random_text
from ringme_mock.store.moving_store import MovingStore
from ringme_mock.store.quotas import MOST_ENTRIES, EntryBudget
from ringme_mock.store.rate_limits import RateLimits
from ringme_mock.store.store import Store
from ringme_mock.store.tokens import Tokens
from ringme_spec.contract import Contract

_LIMIT = 1_000_000
_PERIOD = 3600


@dataclass(frozen=True)
class Snapshot:
    """Copy of a state: its entries, and the setting of its clock."""

    store: Store
    clock: Setting


class State:
    """Store, tokens, rate limits and clock.

    `seed` is the store of the fixtures; with `today` it belongs to the day, by the state's own
    clock, of the last reset. `max_entries` is the quota of each collection, `budget` that of all
    sessions together. `text` makes the texts of tokens.
    """

    store: Store
    tokens: Tokens
    access: Access
    limits: RateLimits

    def __init__(
        self,
        contract: Contract,
        seed: Store,
        clock: Clock | None = None,
        max_entries: int = MOST_ENTRIES,
        today: MovingStore | None = None,
        budget: EntryBudget | None = None,
        text: Callable[[int], str] = random_text,
    ) -> None:
        self.contract = contract
        self.seed = seed
        self.max_entries = max_entries
        self.budget = budget
        self._today = today
        # The day that the fixtures were moved to, if any.
        self._day: date | None = None
        self._text = text
        self.clock = clock or Clock()
        self.reset()

    def reset(self, keep: Collection[str] = ()) -> None:
        """Reset to the fixtures, with the real time, no tokens, and no requests counted.

        `keep` may name `tokens` and `clock`, which are not reset.
        """
        if "clock" not in keep:
            self.clock.reset()
        self._set_day(self.clock.now().date())
        self._begin(self.seed.copy(), keep)

    def snapshot(self) -> Snapshot:
        """Copy the state; O(1) in the number of entries."""
        return Snapshot(self.store.copy(), self.clock.setting)

    def load(self, snapshot: Snapshot, keep: Collection[str] = ()) -> None:
        """Reset to a snapshot; `keep` as for `reset`."""
        if "clock" not in keep:
            self.clock.setting = snapshot.clock
        self._begin(snapshot.store.copy(), keep)

    def dump(self) -> dict[str, Any]:
        """Return the state without its entries as JSON, for `restore`."""
        day = None if self._day is None else self._day.isoformat()
        return {"day": day, "clock": self.clock.setting.dump(), "tokens": self.tokens.dump()}

    def restore(self, written: dict[str, Any], read: Callable[[Store], Store]) -> None:
        """Restore what `dump` returned; `read` makes the store from that of the fixtures."""
        self.clock.setting = Setting.load(written["clock"])
        if written["day"] is not None:
            self._set_day(date.fromisoformat(written["day"]))
        self._begin(read(self.seed), ())
        self.tokens.load(written["tokens"])

    def _set_day(self, day: date) -> None:
        if self._today is not None:
            self._day, self.seed = day, self._today.on(day)

    def replace(self, store: Store) -> None:
        """Replace all entries; tokens stay valid if their user exists."""
        self._begin(store, ("tokens",))

    def _begin(self, store: Store, keep: Collection[str]) -> None:
        self.store = store
        # Entries that stay when a part is deleted must not exceed the quota either.
        store.most_left = self.max_entries
        if "tokens" not in keep:
            self.tokens = Tokens(self.clock, self._text, getattr(self, "tokens", None))
        self.access = Access(self.contract, self.store, self.tokens)
        limit = self.contract.rate_limit
        self.limits = RateLimits(
            self.clock, limit.get("requests", _LIMIT), limit.get("seconds", _PERIOD)
        )
