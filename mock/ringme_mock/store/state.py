"""State of a session."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ringme_mock.store.access import Access
from ringme_mock.store.clock import Clock, Setting
from ringme_mock.store.entry_budget import EntryBudget
from ringme_mock.store.expiring import random_text
from ringme_mock.store.moving_store import MovingStore
from ringme_mock.store.quotas import MOST_ENTRIES
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

    `seed` is the store of the fixtures; with `today` it is that of the day on which the state was
    last reset, by its own clock. `max_entries` is the quota of each collection, `budget` that of
    all sessions together; `text` makes the texts of tokens.
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
        self._text = text
        self.clock = clock or Clock()
        self.reset()

    def reset(self, keep: Collection[str] = ()) -> None:
        """Reset to the fixtures: no tokens, no requests counted, the real time.

        `keep` may name `tokens` and `clock`, which are not reset.
        """
        if "clock" not in keep:
            self.clock.reset()
        if self._today is not None:
            self.seed = self._today.on(self.clock.now().date())
        self._begin(self.seed.copy(), keep)

    def snapshot(self) -> Snapshot:
        """Copy the state, in O(1) of the number of entries."""
        return Snapshot(self.store.copy(), self.clock.setting)

    def load(self, snapshot: Snapshot, keep: Collection[str] = ()) -> None:
        """Reset to a snapshot; `keep` as for `reset`."""
        if "clock" not in keep:
            self.clock.setting = snapshot.clock
        self._begin(snapshot.store.copy(), keep)

    def replace(self, store: Store) -> None:
        """Replace all entries; tokens stay valid if their user exists."""
        self._begin(store, ("tokens",))

    def _begin(self, store: Store, keep: Collection[str]) -> None:
        self.store = store
        # What is deleted elsewhere never exceeds the quota either.
        store.most_left = self.max_entries
        if "tokens" not in keep:
            self.tokens = Tokens(self.clock, self._text, getattr(self, "tokens", None))
        self.access = Access(self.contract, self.store, self.tokens)
        limit = self.contract.rate_limit
        self.limits = RateLimits(
            self.clock, limit.get("requests", _LIMIT), limit.get("seconds", _PERIOD)
        )
