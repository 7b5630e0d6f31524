"""The ranges that the rules of recorded items allow; no schema can say them."""

from __future__ import annotations

import calendar
from datetime import datetime
from typing import Any

from ringme_contract.lists import read_moment
from ringme_contract.schema.operations import Operation

_END_OF_TIME = datetime(2999, 12, 31, 23, 59, 59)


def moments(query: dict[str, Any]) -> tuple[datetime, datetime] | None:
    """Start and end of the range of a query that has both."""
    start, end = query.get("start_datetime"), query.get("end_datetime")
    if not isinstance(start, str) or not isinstance(end, str) or not start or not end:
        return None
    return read_moment(start), read_moment(end)


def latest_end(document: dict[str, Any], operation: Operation, start: datetime) -> datetime:
    """The last moment at which a range from `start` may end (rule media-interval)."""
    rule = document["x-collections"][operation.collection].get("range", {})
    if "months" not in rule:
        return _END_OF_TIME
    months = start.year * 12 + start.month - 1 + rule["months"]
    year, month = months // 12, months % 12 + 1
    last_day = calendar.monthrange(year, month)[1]
    if rule["up_to"] == "end_of_month":
        latest = datetime(year, month, last_day, 23, 59, 59)
    else:
        latest = start.replace(year=year, month=month, day=min(start.day, last_day))
    return min(latest, _END_OF_TIME)
