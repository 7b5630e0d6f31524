"""Random datetimes with the busy hours and quiet days of an office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

_HOUR = timedelta(hours=1)
_HUNDREDTH = timedelta(milliseconds=10)


class Rhythm:
    """Datetimes within `span`, more of them in hours and on weekdays with more weight.

    `hours` are the weights from 0 to 23 UTC, `weekdays` those from Monday to Sunday; `fractions`
    is the share of datetimes that are not on a whole second.
    """

    def __init__(
        self,
        span: tuple[datetime, datetime],
        hours: Sequence[float],
        weekdays: Sequence[float],
        fractions: float,
    ) -> None:
        start, end = span
        self._fractions = fractions
        self._slots = []
        weights = []
        while start < end:
            stop = min(start.replace(minute=0, second=0, microsecond=0) + _HOUR, end)
            length = (stop - start) // _HUNDREDTH
            self._slots.append((start, length))
            weights.append(hours[start.hour] * weekdays[start.weekday()] * length)
            start = stop
        self._weights = weights

    def draw(self, count: int, random: Random) -> list[datetime]:
        slots = random.choices(self._slots, self._weights, k=count)
        return sorted([self._within(*slot, random) for slot in slots])

    def _within(self, start: datetime, length: int, random: Random) -> datetime:
        at = start + int(random.random() * length) * _HUNDREDTH
        whole = random.random() >= self._fractions
        return at.replace(microsecond=0) if whole else at
