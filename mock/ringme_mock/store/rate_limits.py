"""Rate limits: requests of a client within an hour."""

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
    """Limit per hour, requests left, seconds to the reset; shared, so it is never modified."""

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


# Limits and client that a request counts for, seconds since the hour began, requests in the hour.
Counted: TypeAlias = "tuple[RateLimits, Key, tuple[float, int]]"


class RateLimits:
    """Request counts by client. The hour of a client begins with its first request."""

    def __init__(self, clock: Clock, limit: int, seconds: int) -> None:
        self._clock = clock
        self._limit = limit
        self.period = seconds
        self._hours: dict[Key, _Hour] = {}
        # For requests of unknown clients.
        self.unknown = Allowance(limit, limit, seconds)

    @property
    def now(self) -> float:
        return self._clock.seconds()

    def hour(self, client: Key) -> tuple[float, int] | None:
        """Return the start of a client's hour in seconds, and the requests in it."""
        hour = self._hours.get(client)
        return None if hour is None else (hour.start, hour.used)

    def set_hour(self, client: Key, start: float, used: int) -> None:
        self._hours[client] = _Hour(start, used)

    def dump(self) -> list[Any]:
        return [[client, hour.start, hour.used] for client, hour in self._hours.items()]

    def load(self, written: list[Any]) -> None:
        self._hours = {client: _Hour(start, used) for client, start, used in written}

    def limit_of(self, limit: int | None) -> int:
        """Return the limit of an application, or the general one if it has none."""
        return self._limit if limit is None else limit

    def count(self, client: Key, limit: int | None, counted: Counted | None = None) -> Allowance:
        """Count a request, or use the count of another process; `limit` is the application's."""
        limit = self.limit_of(limit)
        now = self._clock.seconds()
        hour = self._hours.get(client)
        if counted is not None and counted[0] is self and counted[1] == client:
            age, used = counted[2]
            hour = self._hours[client] = _Hour(now - age, used - 1)
        # A clock that was set back begins another hour.
        if hour is None or not 0 <= now - hour.start < self.period:
            hour = self._hours[client] = _Hour(now)
        hour.used += 1
        left = limit - hour.used
        # In this order, rounding cannot exceed the period.
        reset = math.ceil(self.period - (now - hour.start))
        return Allowance(limit, left, reset) if left >= 0 else Allowance(limit, 0, reset, True)
