"""Faults in what lists show: order, pages, filters, and statistics of them."""

from __future__ import annotations

import hashlib
from typing import Any

from ringme_contract.datetime_texts import read_datetime
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.range_bounds import bounds, in_range, time_of
from ringme_contract.proof.site import Site, patch


@patch
def ties(site: Site, how: str) -> None:
    """Orders items of one moment `by chance`, or `ascending` in a descending list as well."""

    def after(request: Request, response: Response) -> None:
        time = time_of(site, request.collection)
        descending = request.parameter("order") != "asc"
        if request.action != "list" or not time or not response.ok:
            return
        found = request.listed(response)
        tie = site.document["x-collections"][request.collection]["order"][1]
        if how == "by chance":
            found.sort(key=lambda one: hashlib.sha256(repr(one).encode()).digest())
        elif descending:
            found.sort(key=lambda one: one[tie])
        else:
            return
        found.sort(key=lambda one: one[time], reverse=descending)
        request.set_listed(response, found)

    site.after(after)


@patch
def pages(
    site: Site,
    operations: list[str] | None = None,
    ahead: int = 0,
    step: int = 0,
    longer: int = 0,
    last_again: bool = False,
) -> None:
    """Cuts pages wrongly.

    They begin so many pages `ahead`, each a `step` further off, are `longer`, or the `last_again`
    comes where one is beyond the end.
    """

    async def before(request: Request) -> Response | None:
        page, size = (_number(request.parameter(name)) for name in ("page", "per_page"))
        if request.action != "list" or request.name not in (operations or [request.name]):
            return None
        if page is None or not size or size > 1000:
            return None
        response = await site.mock.send(request.of_whole_list())
        if response.ok:
            found = request.listed(response)
            earlier = max(page, 1) - 1
            start = max(0, (earlier + ahead) * size + earlier * step)
            if last_again:
                start = min(start, max(0, len(found) - 1) // size * size)
            request.set_listed(response, found[start : start + size + longer])
        return response

    site.before(before)


def _number(text: str | None) -> int | None:
    """Reads a number of a query: 0 where there is none, None for what is no number."""
    if not text:
        return 0
    return int(text) if text.isdecimal() and len(text) < 10 else None


@patch
def any_filter_will_do(site: Site, filters: list[str]) -> None:
    """Lets an entry pass if it passes one of several filters."""

    async def before(request: Request) -> Response | None:
        given = {key.partition("[")[0] for key, value in request.query if value} & {*filters}
        if request.action != "list" or len(given) < 2:
            return None
        response = await site.mock.send(request)
        if response.ok:
            key = site.mock.key(request.collection)
            found = {
                one[key]: one for name in given for one in await _filtered(request, given, name)
            }
            response.set_json([found[one] for one in sorted(found)])
        return response

    async def _filtered(request: Request, given: set[str], name: str) -> list[Any]:
        alone = request.with_query()
        others = given - {name}
        alone.query = [pair for pair in request.query if pair[0].partition("[")[0] not in others]
        return list((await site.mock.send(alone)).objects())

    site.before(before)


@patch
def statistics(site: Site, size: str = "", only: dict[str, Any] | None = None) -> None:
    """Adds up another property as the `size`, or counts `only` items with some values."""

    async def after(request: Request, response: Response) -> None:
        if request.action != "stats" or not response.ok:
            return
        found, items = response.json, await in_range(site, request)
        if size:
            found["size"] = sum(one[size] for one in items)
        if only:
            found["count"] = sum(only.items() <= one.items() for one in items)
        response.set_json(found)

    site.after(after)


@patch
def page_cut_first(site: Site, of: list[str]) -> None:
    """Cuts the page out of the whole list before some parameters of the query are looked at."""

    async def before(request: Request) -> Response | None:
        names = {key.partition("[")[0] for key, value in request.query if value}
        if request.action != "list" or "per_page" not in names or not names & {*of}:
            return None
        key = site.mock.key(request.collection)
        plain = request.with_query()
        plain.query = [pair for pair in request.query if pair[0].partition("[")[0] not in of]
        page = await site.mock.send(plain)
        whole = await site.mock.send(request.with_query(page=None, per_page=None))
        if not page.ok or not whole.ok or not all(key in one for one in whole.objects()):
            return None
        kept = [one[key] for one in page.objects()]
        whole.set_json([one for one in whole.json if one[key] in kept])
        return whole

    site.before(before)


@patch
def listed_too(site: Site, collection: str, operations: list[str], key: Any) -> None:
    """Shows one entry of another owner in lists."""

    async def after(request: Request, response: Response) -> None:
        if request.name not in operations or not response.ok or request.parameter("per_page"):
            return
        name = site.mock.key(collection)
        entry = await site.mock.entry(collection, key)
        found, order = response.json, site.document["x-collections"][collection]["order"][0]
        time = time_of(site, collection)
        start, end = bounds(request)
        inside = (
            not time
            or (
                (start is None or start <= read_datetime(entry[time]))
                and (end is None or read_datetime(entry[time]) <= end)
            )
            if entry
            else False
        )
        if not entry or not inside or any(one[name] == entry[name] for one in found):
            return
        names = request.operation.response_properties if request.operation else ()
        found.append({one: entry[one] for one in names})
        found.sort(key=lambda one: one[order], reverse=bool(time))
        response.set_json(found)

    site.after(after)


@patch
def filter_by_start(site: Site, name: str) -> None:
    """Lets an entry pass a filter with whose value its property begins, prefixed or not."""

    async def before(request: Request) -> Response | None:
        wanted = request.parameter(name)
        if request.action != "list" or not wanted or request.parameter("per_page"):
            return None
        whole = await site.mock.send(request.with_query(**{name: None}))
        if whole.ok and all(name in one for one in whole.objects()):
            whole.set_json(
                [
                    one
                    for one in whole.objects()
                    if one[name].startswith(wanted)
                    or one[name].rpartition("*")[2].startswith(wanted)
                ]
            )
        return whole

    site.before(before)


@patch
def sorted_by(site: Site, operations: list[str], key: str) -> None:
    """Sorts the entries of whole lists by another property."""

    def after(request: Request, response: Response) -> None:
        found = response.json
        if request.name in operations and isinstance(found, list):
            found.sort(key=lambda one: one[key])
            response.set_json(found)

    site.after(after)
