"""Time ranges of requests, the recorded items in them, and faults in ranges."""

from __future__ import annotations

import calendar
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ringme_contract.datetime_texts import read_datetime, write_datetime
from ringme_contract.lists import Item
from ringme_contract.proof.fault import after, before, patch
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.mock import Mock

if TYPE_CHECKING:
    from ringme_contract.proof.site import Site

_SECOND = timedelta(seconds=1)
_LONG_AGO = datetime(1971, 1, 1)
_START, _END = "start_datetime", "end_datetime"


def bounds(request: Request) -> tuple[datetime | None, datetime | None]:
    """Start and end of the range of a request; None if missing or invalid."""
    return _moment(request.parameter(_START)), _moment(request.parameter(_END))


def _moment(text: str | None) -> datetime | None:
    try:
        return read_datetime(text) if text else None
    except ValueError:
        return None


def set_bounds(request: Request, start: datetime, end: datetime) -> None:
    moved = request.with_query(**{_START: write_datetime(start), _END: write_datetime(end)})
    request.query_string = moved.query_string


def time_of(mock: Mock, collection: str) -> str:
    """The property that ranges of a collection are compared with; empty without one."""
    rule = mock.rule(collection)
    return str(rule.get("range", {}).get("property", ""))


def is_inside(mock: Mock, request: Request, entry: Item) -> bool:
    """True if an entry is in the range of a request, or the request has none."""
    time, (start, end) = time_of(mock, request.collection), bounds(request)
    if not time:
        return True
    at = read_datetime(entry[time])
    return (start is None or start <= at) and (end is None or at <= end)


async def in_range(mock: Mock, request: Request, of_client: bool = False) -> list[Item]:
    """The items in the range of a request for a group: of its members, or of its client."""
    group = await mock.entry("extension_group", request.values["ext_group_id"])
    if None in bounds(request) or group is None:
        return []
    members = await mock.keys("extension", extension_group_id=group["id"])
    owner = mock.rule(request.collection)["within"]["client"]
    return [
        one
        for one in await mock.entries(request.collection)
        if (one[owner] == group["client_id"] if of_client else one["extension_id"] in members)
        and is_inside(mock, request, one)
    ]


@before
async def range_ends(
    mock: Mock, request: Request, end: str = "", without: list[str] | None = None
) -> Response | None:
    """Moves the `end` of a list's range, and leaves out items exactly at its start or end."""
    start, last = bounds(request)
    time = time_of(mock, request.collection)
    if not time:
        return None
    moved = request.with_query()
    if end and start and last:
        whole_day = last.replace(hour=23, minute=59, second=59)
        last = last + _SECOND if end == "second later" else whole_day
        set_bounds(moved, start, last)
    response = await mock.send(moved)
    if not isinstance(response.json, list):
        return None
    out = [{"start": start, "end": last}[name] for name in without or []]
    kept = [one for one in request.listed(response) if read_datetime(one[time]) not in out]
    request.set_listed(response, kept)
    return response


@before
def reversed_range_is_empty(_: Mock, request: Request) -> None:
    """Accepts a range whose start is after its end as an empty one."""
    start, end = bounds(request)
    if start and end and start > end:
        set_bounds(request, _LONG_AGO, _LONG_AGO)


@after
def reversed_range_first(mock: Mock, request: Request, response: Response) -> None:
    """Refuses a start after the end before it looks for the owner in the path."""
    start, end = bounds(request)
    owner = response.status == 404 or response.word == "access_denied"
    if owner and time_of(mock, request.collection) and start and end and start > end:
        response.refuse(400, None, "end_datetime: must not be before start_datetime")


@patch
def interval(
    site: Site,
    collection: str,
    operations_without: tuple[str, ...] = (),
    plus: dict[str, int] | None = None,
    **rule: Any,
) -> None:
    """Changes the longest range of a collection, with no limit for some operations.

    `rule` has other `months` and `up_to` than the document, `plus` is time added to that.
    """
    known = site.document["x-collections"][collection]["range"]
    rule = {**known, **rule}
    # The mock no longer checks it; the hook does.
    del known["months"]

    def before(request: Request) -> None:
        start, end = bounds(request)
        meant = request.collection == collection and request.name not in operations_without
        if meant and start and end and start <= end:
            with suppress(ValueError, OverflowError):
                latest = _latest_end(start, rule["months"], rule["up_to"]) + timedelta(**plus or {})
                if end > latest:
                    # The mock refuses a reversed range with the same error.
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


@before
async def bounds_in_zone(mock: Mock, request: Request, zone: str, hours: int) -> None:
    """Reads a range in the time zone of a user, if it is a certain one."""
    start, end = bounds(request)
    user = await mock.user(request) if start and end else None
    if start and end and user and user["timezone"] == zone:
        set_bounds(request, start - timedelta(hours=hours), end - timedelta(hours=hours))
