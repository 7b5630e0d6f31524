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
    return str(
        site.document["x-collections"].get(collection, {}).get("range", {}).get("property", "")
    )


async def in_range(site: Site, request: Request, of_client: bool = False) -> list[Item]:
    """The items in the range of a request for a group: of its members, or of its whole client."""
    state = await site.mock.state()
    start, end = bounds(request)
    group = request.values["ext_group_id"]
    members = {
        one["id"]
        for one in state["extension"]["entries"]
        if str(one["extension_group_id"]) == group
    }
    client = next(
        one["client_id"] for one in state["extension_group"]["entries"] if str(one["id"]) == group
    )
    owner = site.document["x-collections"][request.collection]["within"]["client"]
    time = time_of(site, request.collection)
    return [
        one
        for one in state[request.collection]["entries"]
        if (one[owner] == client if of_client else one["extension_id"] in members)
        and start is not None
        and end is not None
        and start <= read_datetime(one[time]) <= end
    ]
