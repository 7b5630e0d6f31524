"""Faults in ranges of time, and in how long they may be."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from typing import Any

from ringme_contract.datetime_texts import read_datetime
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.patch import after, before, patch
from ringme_contract.proof.range_bounds import SECOND, bounds, set_bounds, time_of
from ringme_contract.proof.site import Site

_LONG_AGO = datetime(1971, 1, 1)


@before
async def range_ends(
    site: Site, request: Request, end: str = "", without: list[str] | None = None
) -> Response | None:
    """Moves the `end` of a list's range, and leaves items at the very start or end out."""
    start, last = bounds(request)
    time = time_of(site, request.collection)
    if not time:
        return None
    moved = request.with_query()
    if end and start and last:
        whole_day = last.replace(hour=23, minute=59, second=59)
        last = last + SECOND if end == "second later" else whole_day
        set_bounds(moved, start, last)
    response = await site.mock.send(moved)
    if not isinstance(response.json, list):
        return None
    out = [{"start": start, "end": last}[name] for name in without or []]
    kept = [one for one in request.listed(response) if read_datetime(one[time]) not in out]
    request.set_listed(response, kept)
    return response


@before
def reversed_range_is_empty(_: Site, request: Request) -> None:
    """Takes a start after the end for a range of nothing."""
    start, end = bounds(request)
    if start and end and start > end:
        set_bounds(request, _LONG_AGO, _LONG_AGO)


@after
def reversed_range_first(site: Site, request: Request, response: Response) -> None:
    """Refuses a start after the end before the owner in the path is looked for."""
    start, end = bounds(request)
    owner = response.status == 404 or response.word == "access_denied"
    if owner and time_of(site, request.collection) and start and end and start > end:
        response.refuse(400, None, "end_datetime: must not be before start_datetime")


@patch
def interval(
    site: Site,
    collection: str,
    operations_without: list[str] | None = None,
    plus: dict[str, int] | None = None,
    **rule: Any,
) -> None:
    """Ends the interval of a collection at another moment, and gives some operations none.

    `rule` is other `months` and `up_to` than those of the document, `plus` what comes on top.
    """
    known = site.document["x-collections"][collection]["range"]
    rule = {**known, **rule}
    # What the mock does not check is checked here.
    del known["months"]

    def before(request: Request) -> None:
        start, end = bounds(request)
        if request.collection != collection or request.name in (operations_without or []):
            return
        if start and end and start <= end:
            try:
                latest = _latest_end(start, rule["months"], rule["up_to"]) + timedelta(**plus or {})
            except (ValueError, OverflowError):
                return
            if end > latest:
                # The mock refuses it as it would the other.
                set_bounds(request, end, start)

    site.before(before)


def _latest_end(start: datetime, months: int, up_to: str) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    first = datetime(start.year + years, month + 1, 1)
    days = calendar.monthrange(first.year, first.month)[1]
    if up_to == "end_of_month":
        return first.replace(day=days, hour=23, minute=59, second=59)
    day = start.day if up_to == "flows_over" else min(start.day, days)
    return datetime.combine(first + timedelta(days=day - 1), start.time())
