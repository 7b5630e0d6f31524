"""Rate limits: the requests that each client may still make in its hour."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from second import faults

HOUR = 3600
USUAL = 1_000_000


@dataclass(frozen=True)
class Allowance:
    """The values of the rate limit headers; `exceeded` means that the request is refused."""

    limit: int = USUAL
    remaining: int = USUAL
    reset: int = HOUR
    exceeded: bool = False


@dataclass
class Counters:
    """The requests of each client since the start of its hour.

    They are not in the database, since a refused request counts although its changes are undone.
    """

    _hours: dict[object, tuple[float, int]] = field(default_factory=dict)

    def count(self, client: int, application: str, limit: int) -> Allowance:
        key: object = (client, application) if faults.on("count-per-application") else client
        now = time.monotonic()
        start, made = self._hours.get(key, (now, 0))
        if now - start >= HOUR:
            start, made = now, 0
        exceeded = made >= limit
        made += 0 if exceeded else 1
        self._hours[key] = (start, made)
        reset = min(HOUR, math.ceil(start + HOUR - now))
        return Allowance(limit, max(0, limit - made), reset, exceeded)
