"""Faults in lists: order, pages, filters, and statistics."""

from __future__ import annotations

import hashlib
from typing import Any

from ringme_contract.proof.fault import after_success, before
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.mock import Mock
from ringme_contract.proof.patches_ranges import in_range, is_inside, time_of


@after_success
def ties(mock: Mock, request: Request, response: Response, how: str) -> None:
    """Orders items of the same time `by chance`, or `ascending` in descending lists as well."""
    time = time_of(mock, request.collection)
    descending = request.parameter("order") != "asc"
    if not time or (how == "ascending" and not descending):
        return
    found = request.listed(response)
    tie = mock.rule(request.collection)["order"][1]
    if how == "by chance":
        found.sort(key=lambda one: hashlib.sha256(repr(one).encode()).digest())
    else:
        found.sort(key=lambda one: one[tie])
    found.sort(key=lambda one: one[time], reverse=descending)
    request.set_listed(response, found)


@before
async def pages(
    mock: Mock,
    request: Request,
    ahead: int = 0,
    step: int = 0,
    longer: int = 0,
    last_again: bool = False,
) -> Response | None:
    """Cuts pages wrongly.

    They begin `ahead` pages later, each a `step` further, are `longer`, or a page beyond the end is
    the last one again.
    """
    page, size = (_number(request.parameter(name)) for name in ("page", "per_page"))
    if page is None or not size or size > 1000:
        return None
    response = await mock.send(request.of_whole_list())
    if response.ok:
        found = request.listed(response)
        earlier = max(page, 1) - 1
        start = max(0, (earlier + ahead) * size + earlier * step)
        if last_again:
            start = min(start, max(0, len(found) - 1) // size * size)
        request.set_listed(response, found[start : start + size + longer])
    return response


def _number(text: str | None) -> int | None:
    """The number in a query: 0 without one, None for an invalid one."""
    if not text:
        return 0
    return int(text) if text.isdecimal() and len(text) < 10 else None


@before
async def any_filter_will_do(mock: Mock, request: Request, filters: list[str]) -> Response | None:
    """Lets an entry pass that matches one of several filters."""
    given = request.given & {*filters}
    if len(given) < 2:
        return None
    response = await mock.send(request)
    if response.ok:
        alone = [request.without(given - {name}) for name in given]
        key = mock.key(request.collection)
        found = {one[key]: one for other in alone for one in (await mock.send(other)).objects()}
        response.set_json([found[one] for one in sorted(found)])
    return response


@before
async def page_of_all_clients(mock: Mock, request: Request) -> Response | None:
    """Cuts the page out of the entries of all clients, and leaves those of others out then."""
    page, size = (_number(request.parameter(name)) for name in ("page", "per_page"))
    response = await mock.send(request.of_whole_list())
    if page is None or not size or not response.ok:
        return None
    first, key = (max(page, 1) - 1) * size, mock.key(request.collection)
    part = sorted(await mock.keys(request.collection))[first : first + size]
    request.set_listed(response, [one for one in request.listed(response) if one[key] in part])
    return response


@before
async def page_cut_first(mock: Mock, request: Request, of: list[str]) -> Response | None:
    """Cuts the page out of the whole list before some parameters are applied."""
    if "per_page" not in request.given or not request.given & {*of}:
        return None
    key = mock.key(request.collection)
    page = await mock.send(request.without(of))
    whole = await mock.send(request.with_query(page=None, per_page=None))
    if not page.ok or not whole.ok or not all(key in one for one in whole.objects()):
        return None
    kept = [one[key] for one in page.objects()]
    whole.set_json([one for one in whole.json if one[key] in kept])
    return whole


@after_success
async def statistics(
    mock: Mock,
    request: Request,
    response: Response,
    size: str = "",
    only: dict[str, Any] | None = None,
) -> None:
    """Adds up another property as the `size`, or counts `only` items with some values."""
    found, items = response.json, await in_range(mock, request)
    if size:
        found["size"] = sum(one[size] for one in items)
    if only:
        found["count"] = sum(only.items() <= one.items() for one in items)
    response.set_json(found)


@after_success
async def listed_too(mock: Mock, request: Request, response: Response, key: Any) -> None:
    """Shows an entry of another owner in lists."""
    entry = await mock.entry(request.collection, key)
    found, name = response.json, mock.key(request.collection)
    if not entry or request.parameter("per_page") or not is_inside(mock, request, entry):
        return
    if all(one[name] != entry[name] for one in found):
        names = request.operation.response_properties if request.operation else ()
        order = mock.rule(request.collection)["order"][0]
        found.append({one: entry[one] for one in names})
        found.sort(key=lambda one: one[order], reverse=bool(time_of(mock, request.collection)))
        response.set_json(found)


@after_success
async def deleted_numbers_listed(
    mock: Mock, request: Request, response: Response, key: str
) -> None:
    """Lists items of deleted numbers in the group that the numbers were in at the time."""
    found, numbers = response.json, await mock.keys("extension")
    names = request.operation.response_properties if request.operation else ()
    for one in await in_range(mock, request, of_client=True):
        if one["extension_id"] not in numbers and str(one[key]) == request.values["ext_group_id"]:
            found.append({name: one[name] for name in names})
    response.set_json(found)


@before
async def filter_by_start(mock: Mock, request: Request, name: str) -> Response | None:
    """Lets an entry pass a filter that its value begins with, with or without the prefix."""
    wanted = request.parameter(name)
    if not wanted or request.parameter("per_page"):
        return None
    whole = await mock.send(request.with_query(**{name: None}))
    if whole.ok and all(name in one for one in whole.objects()):
        passing = [
            one
            for one in whole.objects()
            if one[name].startswith(wanted) or one[name].rpartition("*")[2].startswith(wanted)
        ]
        whole.set_json(passing)
    return whole


@after_success
def sorted_by(_: Mock, request: Request, response: Response, key: str) -> None:
    """Sorts complete lists by another property."""
    response.set_json(sorted(response.json, key=lambda one: one[key]))


@after_success
async def group_of_now(mock: Mock, request: Request, response: Response, key: str) -> None:
    """Shows the current group of an item's number, not the one at the time of the call."""
    found = request.listed(response)
    numbers = {one["id"]: one for one in await mock.entries("extension")}
    for one in found if isinstance(found, list) else ():
        if key in one and "extension_name" in one:
            number = numbers.get(one["extension_id"], {"extension_group_id": None})
            one[key] = number["extension_group_id"]
    request.set_listed(response, found)
