"""Rate limits: requests of a client within its hour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

from ringme_mock.store.clock import Clock
from ringme_mock.store.collection import Key


@dataclass(slots=True)
class _Hour:
    start: float
    used: int = 0


@dataclass(slots=True)
class Allowance:
    """State of a limit for a response: requests per hour, requests left, seconds to the reset.

    Never modified, as responses share it.
    """

    limit: int
    remaining: int
    reset: int
    exceeded: bool = False

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the response headers (rule limits)."""
        return [
            (b"x-ratelimit-limit", b"%d" % self.limit),
            (b"x-ratelimit-remaining", b"%d" % self.remaining),
            (b"x-ratelimit-reset", b"%d" % self.reset),
        ]


# Limits and client that a request counts for, the seconds since the hour began, and the number of
# requests in it.
Counted: TypeAlias = "tuple[RateLimits, Key, tuple[float, int]]"


class RateLimits:
    """Counts of requests by client. The hour of a client begins with its first request."""

    def __init__(self, clock: Clock, limit: int, seconds: int) -> None:
        self._clock = clock
        self._limit = limit
        self.period = seconds
        self._hours: dict[Key, _Hour] = {}
        # For requests that count for no client.
        self.unknown = Allowance(limit, limit, seconds)

    @property
    def now(self) -> float:
        return self._clock.seconds()

    def hour(self, client: Key) -> tuple[float, int] | None:
        """Return when the hour of a client began, and the requests in it."""
        hour = self._hours.get(client)
        return None if hour is None else (hour.start, hour.used)

    def set_hour(self, client: Key, start: float, used: int) -> None:
        self._hours[client] = _Hour(start, used)

    def dump(self) -> list[Any]:
        """Write the counts as JSON."""
        return [[client, hour.start, hour.used] for client, hour in self._hours.items()]

    def load(self, written: list[Any]) -> None:
        self._hours = {client: _Hour(start, used) for client, start, used in written}

    def limit_of(self, limit: int | None) -> int:
        """Return the limit of an application, that of all if it has none of its own."""
        return self._limit if limit is None else limit

    def count(self, client: Key, limit: int | None, counted: Counted | None = None) -> Allowance:
        """Count a request of a client; `limit` is that of its application, if any.

        Where it was `counted` already, that is taken over.
        """
        limit = self.limit_of(limit)
        now = self._clock.seconds()
        hour = self._hours.get(client)
        if counted is not None and counted[0] is self and counted[1] == client:
            age, used = counted[2]
            hour = self._hours[client] = _Hour(now - age, used - 1)
        # If the clock was put back, another hour begins.
        if hour is None or not 0 <= now - hour.start < self.period:
            hour = self._hours[client] = _Hour(now)
        hour.used += 1
        left = limit - hour.used
        # In this order, so that rounding cannot exceed the period.
        reset = math.ceil(self.period - (now - hour.start))
        return Allowance(limit, left, reset) if left >= 0 else Allowance(limit, 0, reset, True)
