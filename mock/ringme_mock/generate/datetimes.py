"""Datetimes in requests and in entries, all in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# Parts need no leading zeros (rule dates-in); a fraction is allowed.
_PLAIN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?", re.ASCII
)
_HUNDREDTH = 10_000
FIRST_YEAR = 1000
_YEARS = range(FIRST_YEAR, 3000)


def parse_datetime(text: str) -> datetime | None:
    """Parse a datetime of the API, or ISO 8601 with a zone; None for any other text.

    Returns it in UTC without a zone, cut to hundredths of a second.
    """
    found = _PLAIN.fullmatch(text)
    try:
        if found:
            year, month, day, hour, minute, second = map(int, found.groups()[:6])
            fraction = int((found[7] or "").ljust(6, "0"))
            at = datetime(year, month, day, hour, minute, second, fraction)
        else:
            at = datetime.fromisoformat(text)
            if at.tzinfo is None:
                return None
        at = to_hundredth(at)
    except (ValueError, OverflowError):
        return None
    return at if at.year in _YEARS else None


def to_hundredth(at: datetime) -> datetime:
    """Convert to UTC without a zone, and cut to hundredths of a second."""
    if at.tzinfo is not None:
        at = at.astimezone(UTC).replace(tzinfo=None)
    return at.replace(microsecond=at.microsecond // _HUNDREDTH * _HUNDREDTH)


def datetime_text(at: datetime, hundredths: bool = False) -> str:
    """Format a datetime as in entries; `hundredths` shows them unless they are zero."""
    text = at.isoformat(" ", "seconds")
    if hundredths and at.microsecond >= _HUNDREDTH:
        return f"{text}.{at.microsecond // _HUNDREDTH:02d}"
    return text
