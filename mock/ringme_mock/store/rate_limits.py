"""How many requests a client has made in its hour."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ringme_mock.store.clock import Clock
from ringme_mock.store.collection import Key


@dataclass(slots=True)
class _Hour:
    """When it began, in seconds, and the requests since then."""

    start: float
    used: int = 0


@dataclass(slots=True)
class Allowance:
    """What an answer tells of the limit: requests in an hour, requests left, seconds to go.

    Never changed: one may be that of several answers.
    """

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
        self._hours: dict[Key, _Hour] = {}
        self._unknown = Allowance(limit, limit, seconds)

    def unknown(self) -> Allowance:
        """For a request that counts for nobody."""
        return self._unknown

    def count(self, client: Key, limit: int | None) -> Allowance:
        """Counts one request of a client through an application with this limit an hour."""
        limit = self._limit if limit is None else limit
        now = self._clock.seconds()
        hour = self._hours.get(client)
        # The clock may have been put back: no hour ends later than an hour from now.
        if hour is None or not 0 <= now - hour.start < self._period:
            hour = self._hours[client] = _Hour(now)
        hour.used += 1
        left = limit - hour.used
        # In this order, so that rounding makes no more of it than there is.
        reset = math.ceil(self._period - (now - hour.start))
        return Allowance(limit, left, reset) if left >= 0 else Allowance(limit, 0, reset, True)
