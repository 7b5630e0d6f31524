"""How many requests a client has made in its hour."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ringme_mock.clock import Clock
from ringme_mock.collection import Key


@dataclass(slots=True)
class Allowance:
    """What an answer tells of the limit: requests in an hour, requests left, seconds to go."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool = False

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As response headers (rule limits)."""
        return [
            (b"x-ratelimit-limit", b"%d" % self.limit),
            (b"x-ratelimit-remaining", b"%d" % self.remaining),
            (b"x-ratelimit-reset", b"%d" % self.reset),
        ]


class RateLimits:
    """Counts requests by client. The hour of a client begins with its first request."""

    def __init__(self, clock: Clock, limit: int, seconds: int) -> None:
        self._clock = clock
        self._limit = limit
        self._period = seconds
        # Begin of the hour in seconds, and requests since then.
        self._counts: dict[Key, tuple[float, int]] = {}

    def unknown(self) -> Allowance:
        """For a request that counts for nobody."""
        return Allowance(self._limit, self._limit, self._period)

    def count(self, client: Key, limit: int | None) -> Allowance:
        """Counts one request of a client through an application with this limit an hour."""
        limit = self._limit if limit is None else limit
        now = self._clock.seconds()
        start, used = self._counts.get(client, (now, 0))
        if now - start >= self._period:
            start, used = now, 0
        used += 1
        self._counts[client] = (start, used)
        reset = math.ceil(start + self._period - now)
        return Allowance(limit, max(0, limit - used), reset, used > limit)
