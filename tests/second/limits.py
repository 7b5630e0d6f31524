"""How many requests each client may still make in this hour."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from second import faults

HOUR = 3600
USUAL = 1_000_000


@dataclass(frozen=True)
class Allowance:
    """What the headers of an answer say, and whether the request is one too many."""

    limit: int = USUAL
    remaining: int = USUAL
    reset: int = HOUR
    exceeded: bool = False


@dataclass
class Counters:
    """The requests of each client since the start of its hour; no part of the database.

    What a refused request has changed is undone, but the request was made all the same.
    """

    _hours: dict[object, tuple[float, int]] = field(default_factory=dict)

    def count(self, client: int, application: str, limit: int) -> Allowance:
        """Counts a request of an application of a client."""
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
