"""Faults in what lists show: order, pages, filters, and statistics of them."""

from __future__ import annotations

import hashlib
from typing import Any

from ringme_contract.proof.bounds import in_range, time_of
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.site import Site, patch


@patch
def ties(site: Site, how: str) -> None:
    """Orders items of one moment `by chance`, or `ascending` in a descending list as well."""

    def after(request: Request, response: Response) -> None:
        time = time_of(site, request.collection)
        descending = request.parameter("order") != "asc"
        if request.action != "list" or not time or not response.ok:
            return
        found = response.json
        tie = site.document["x-collections"][request.collection]["order"][1]
        if how == "by chance":
            found.sort(key=lambda one: hashlib.sha256(repr(one).encode()).digest())
        elif descending:
            found.sort(key=lambda one: one[tie])
        else:
            return
        found.sort(key=lambda one: one[time], reverse=descending)
        response.set_json(found)

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
        response = await site.mock.send(request.with_query(page=None, per_page=None))
        if response.ok:
            found = response.json
            earlier = max(page, 1) - 1
            start = max(0, (earlier + ahead) * size + earlier * step)
            if last_again:
                start = min(start, max(0, len(found) - 1) // size * size)
            response.set_json(found[start : start + size + longer])
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
