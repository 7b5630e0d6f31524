"""All that changes while the mock runs, in one object that the application owns."""

from __future__ import annotations

from ringme_mock.access import Access
from ringme_mock.clock import Clock
from ringme_mock.contract import Contract
from ringme_mock.limits import RateLimits
from ringme_mock.store import Store
from ringme_mock.tokens import Tokens

_LIMIT = 1_000_000
_PERIOD = 3600


class State:
    """The store, the tokens given out, the counts of requests, and the clock they go by."""

    store: Store
    tokens: Tokens
    access: Access
    limits: RateLimits

    def __init__(self, contract: Contract, seed: Store, clock: Clock | None = None) -> None:
        self._contract = contract
        self._seed = seed
        self.clock = clock or Clock()
        self.reset()

    def reset(self) -> None:
        """Goes back to the fixtures as they were: no tokens, nothing counted, the real time."""
        limit = self._contract.rate_limit
        self.clock.reset()
        self.store = self._seed.copy()
        self.tokens = Tokens(self.clock)
        self.access = Access(self._contract, self.store, self.tokens)
        self.limits = RateLimits(
            self.clock, limit.get("requests", _LIMIT), limit.get("seconds", _PERIOD)
        )
