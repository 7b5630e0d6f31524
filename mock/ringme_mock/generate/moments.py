"""Moments as requests give them and as entries have them, all in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# Parts need no leading zeros (rule dates-in); a fraction is taken, too.
_PLAIN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?", re.ASCII
)
_HUNDREDTH = 10_000
_YEARS = range(1000, 3000)


def parse_moment(text: str) -> datetime | None:
    """The moment that a text stands for, without a zone, to the hundredth; None if it is none.

    Takes what the API takes, and ISO 8601 with a zone, which is what programs have at hand.
    """
    found = _PLAIN.fullmatch(text)
    try:
        if found:
            year, month, day, hour, minute, second = map(int, found.groups()[:6])
            fraction = int((found[7] or "").ljust(6, "0"))
            moment = datetime(year, month, day, hour, minute, second, fraction)
        else:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                return None
        moment = to_hundredth(moment)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None


def to_hundredth(moment: datetime) -> datetime:
    """A moment in UTC without a zone, and without what lies below a hundredth of a second."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.replace(microsecond=moment.microsecond // _HUNDREDTH * _HUNDREDTH)


def moment_text(moment: datetime, hundredths: bool = False) -> str:
    """A moment as entries have it; with its hundredths, if it is to have them and has any."""
    text = moment.isoformat(" ", "seconds")
    if hundredths and moment.microsecond >= _HUNDREDTH:
        return f"{text}.{moment.microsecond // _HUNDREDTH:02d}"
    return text
