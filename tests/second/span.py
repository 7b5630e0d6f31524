"""Time ranges of requests, and their longest lengths."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from second.database import moment
from second.intake import value
from second.refusal import broken

_FORM = re.compile("([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}) ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})")
# Kinds of items that need a range.
BOUNDED = ("record", "voicemail")
_LAST = "9999-12-31 23:59:59"


@dataclass(frozen=True)
class Span:
    """A range, both ends included; an end may be None."""

    start: str | None
    end: str | None

    @classmethod
    def asked(cls, kind: str) -> Span:
        """Reads the range of the query; some kinds need both ends."""
        return cls(_time("start_datetime", kind in BOUNDED), _time("end_datetime", kind in BOUNDED))

    def moments(self, kind: str) -> tuple[str, str]:
        """Both ends in a form to compare with times of items. Refuses a range that is too long.

        That is a rule of the operation, so it is checked after the owner is found.
        """
        if self.start and self.end:
            if self.start > self.end:
                raise broken("end_datetime", "not be before start_datetime")
            if kind in BOUNDED and self.end > _furthest(self.start, kind):
                raise broken("end_datetime", f"not be after {_furthest(self.start, kind)}")
        # All times are between these two texts.
        return moment(self.start or "0"), moment(self.end or _LAST)


def _time(field: str, needed: bool) -> str | None:
    text = value(field)
    if text is None:
        if needed:
            raise broken(field, "be there")
        return None
    form = _FORM.fullmatch(text)
    if form is None:
        raise broken(field, "be a date-time, YYYY-MM-DD HH:MM:SS")
    year, month, day, hour, minute, second = (int(part) for part in form.groups())
    real = year and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
    if not real or hour > 23 or minute > 59 or second > 59:
        raise broken(field, "be a date-time that exists")
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def _furthest(start: str, kind: str) -> str:
    """The latest end of a range with this start."""
    date, _, clock = start.partition(" ")
    year, month, day = (int(part) for part in date.split("-"))
    if kind == "record":
        day, clock = 31, "23:59:59"
    months = month - 1 + (1 if kind == "record" else 2)
    year, month = year + months // 12, months % 12 + 1
    if year > 9999:
        return _LAST
    day = min(day, calendar.monthrange(year, month)[1])
    return f"{year:04}-{month:02}-{day:02} {clock}"
