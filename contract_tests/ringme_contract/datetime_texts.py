"""Date-times of the API: UTC without a zone, whole seconds, some with a fraction."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from functools import lru_cache

from ringme_spec.collections import RangeRule

DATETIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
SECOND = timedelta(seconds=1)
# The last one that the document allows.
_END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59)
_FORMAT = "%Y-%m-%d %H:%M:%S"


@lru_cache(4096)
def read_datetime(text: str) -> datetime:
    """Reads a date-time, with or without a fraction. Raises ValueError for any other text."""
    whole, _, fraction = text.partition(".")
    return datetime.strptime(whole, _FORMAT) + timedelta(
        microseconds=int(fraction.ljust(6, "0")) if fraction else 0
    )


def write_datetime(moment: datetime) -> str:
    return whole_second(moment).isoformat(" ")


def whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def latest_end(rule: RangeRule | None, start: datetime) -> datetime:
    """The last moment at which a range from `start` may end (rule media-interval)."""
    if rule is None or rule.months is None:
        return _END_OF_TIME
    months = start.year * 12 + start.month - 1 + rule.months
    year, month = months // 12, months % 12 + 1
    if year > _END_OF_TIME.year:
        return _END_OF_TIME
    last_day = calendar.monthrange(year, month)[1]
    if rule.up_to == "end_of_month":
        latest = datetime(year, month, last_day, 23, 59, 59)
    else:
        latest = start.replace(year=year, month=month, day=min(start.day, last_day))
    return min(latest, _END_OF_TIME)
