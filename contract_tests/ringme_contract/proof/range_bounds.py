"""Ranges of time in requests, and the recorded items in them."""

from __future__ import annotations

from datetime import datetime, timedelta

from ringme_contract.datetime_texts import read_datetime, write_datetime
from ringme_contract.lists import Item
from ringme_contract.proof.messages import Request
from ringme_contract.proof.site import Site

SECOND = timedelta(seconds=1)
START, END = "start_datetime", "end_datetime"


def bounds(request: Request) -> tuple[datetime | None, datetime | None]:
    """Start and end of the range of a request; None for what is not given, or is no moment."""
    return _moment(request.parameter(START)), _moment(request.parameter(END))


def _moment(text: str | None) -> datetime | None:
    try:
        return read_datetime(text) if text else None
    except ValueError:
        return None


def set_bounds(request: Request, start: datetime, end: datetime) -> None:
    """Gives a request another range."""
    moved = request.with_query(**{START: write_datetime(start), END: write_datetime(end)})
    request.query_string = moved.query_string


def time_of(site: Site, collection: str) -> str:
    """The property that ranges of a collection compare; empty where there are none."""
    rule = site.document["x-collections"].get(collection, {})
    return str(rule.get("range", {}).get("property", ""))


def is_inside(site: Site, request: Request, entry: Item) -> bool:
    """Tells if an entry lies in the range of a request, or the request has none."""
    time, (start, end) = time_of(site, request.collection), bounds(request)
    if not time:
        return True
    at = read_datetime(entry[time])
    return (start is None or start <= at) and (end is None or at <= end)


async def in_range(site: Site, request: Request, of_client: bool = False) -> list[Item]:
    """The items in the range of a request for a group: of its members, or of its whole client."""
    group = await site.mock.entry("extension_group", request.values["ext_group_id"])
    if None in bounds(request) or group is None:
        return []
    members = await site.mock.keys("extension", extension_group_id=group["id"])
    owner = site.rule(request)["within"]["client"]
    return [
        one
        for one in await site.mock.entries(request.collection)
        if (one[owner] == group["client_id"] if of_client else one["extension_id"] in members)
        and is_inside(site, request, one)
    ]
