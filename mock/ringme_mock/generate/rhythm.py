"""When things happen in an office: the busy hours of a day, and the quiet days of a week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from ringme_mock.generate.steps import Steps, draw

_HOUR = timedelta(hours=1)
_HUNDREDTH = timedelta(milliseconds=10)


class Rhythm:
    """Moments from `start` to `end`, more of them in hours and on weekdays that weigh more.

    `hours` are the weights from 0 to 23 UTC, `weekdays` those from Monday to Sunday; `fractions`
    is the share of moments that do not fall on a whole second.
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

    def draw(self, count: int, random: Random) -> Steps[list[datetime]]:
        """So many moments, the earliest first."""
        places = yield from draw(random, range(len(self._slots)), self._weights, count)
        found: list[list[datetime]] = [[] for _ in self._slots]
        for place in places:
            found[place].append(self._within(*self._slots[place], random))
            yield
        moments: list[datetime] = []
        # One slot after the other: to sort all of them at once is no short step.
        for some in found:
            moments += sorted(some)
            yield
        return moments

    def _within(self, start: datetime, length: int, random: Random) -> datetime:
        moment = start + int(random.random() * length) * _HUNDREDTH
        whole = random.random() >= self._fractions
        return moment.replace(microsecond=0) if whole else moment
