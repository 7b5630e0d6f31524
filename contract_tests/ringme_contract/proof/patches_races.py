"""Faults that show only where two requests are on their way at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.site import Site, patch

# As long as a request waits for another one to meet.
_MEETING = 0.05


@patch
def unique_unless_at_once(site: Site, operation: str, key: str) -> None:
    """Looks whether a value is taken before another request that is on its way has stored it."""
    busy: Counter[str] = Counter()

    async def before(request: Request) -> Response | None:
        value = request.fields().get(key)
        if request.name != operation or not isinstance(value, str):
            return None
        busy[value] += 1
        try:
            first = busy[value] == 1
            response = await site.mock.send(request)
            await asyncio.sleep(_MEETING)
            if response.status != 400 or first:
                return response
            one = next(
                one
                for one in await site.mock.entries(request.collection)
                if one[key] == value or one[key].endswith(f"*{value}")
            )
            names = request.operation.response_properties if request.operation else ()
            response.status = 201
            response.set_json({name: one[name] for name in names if name in one})
            return response
        finally:
            busy[value] -= 1

    site.before(before)


@patch
def one_stays(site: Site, operation: str, same_id: bool = False) -> None:
    """Of creations at the same moment keeps the last one; with `same_id` all say its id."""
    last: Any = None

    async def before(request: Request) -> Response | None:
        nonlocal last
        if request.name != operation:
            return None
        response = await site.mock.send(request)
        if not response.ok:
            return response
        own = last = response.json["id"]
        await asyncio.sleep(_MEETING)
        if own != last:
            await site.mock.remove(request.collection, own)
            if same_id:
                response.set_json({**response.json, "id": last})
        return response

    site.before(before)


@patch
def updates_at_once(site: Site, operation: str) -> None:
    """Of two updates of an entry at the same moment the later writes all that it read before."""
    read: dict[str, list[Any]] = {}

    async def before(request: Request) -> Response | None:
        if request.name != operation:
            return None
        key = next(reversed(request.values.values()))
        old = await site.mock.entry(request.collection, key)
        others = read.setdefault(key, [])
        others.append(old)
        await asyncio.sleep(_MEETING)
        response = await site.mock.send(request)
        if response.ok and old is not None and len(others) > 1:
            sent = request.fields()
            kept = {name: value for name, value in old.items() if name not in sent}
            await site.mock.change(request.collection, key, **kept)
        await asyncio.sleep(_MEETING)
        others.remove(old)
        return response

    site.before(before)


@patch
def refreshed_at_once(site: Site) -> None:
    """Takes a refresh token that another request is using up at the moment."""
    busy: dict[str, Response] = {}

    async def before(request: Request) -> Response | None:
        token = request.form().get("refresh_token", "") if request.grant == "refresh_token" else ""
        if not token:
            return None
        response = await site.mock.send(request)
        if response.ok:
            busy[token] = response
            await asyncio.sleep(_MEETING)
            del busy[token]
        elif token in busy:
            return busy[token].copy()
        return response

    site.before(before)


@patch
def mixed_up_at_once(site: Site, action: str) -> None:
    """Gives requests that are on their way at the same moment the response of the last one."""
    last = Response(500)

    async def before(request: Request) -> Response | None:
        nonlocal last
        if request.action != action:
            return None
        response = await site.mock.send(request)
        if response.ok:
            last = response
            await asyncio.sleep(_MEETING)
            return last.copy()
        return response

    site.before(before)


@patch
def locked_at_once(site: Site, action: str) -> None:
    """Breaks down where another request writes to the same collection at the moment."""
    busy: set[str] = set()

    async def before(request: Request) -> Response | None:
        if request.action != action:
            return None
        if request.collection in busy:
            return refusal(500, "database is locked")
        busy.add(request.collection)
        try:
            response = await site.mock.send(request)
            await asyncio.sleep(_MEETING)
            return response
        finally:
            busy.discard(request.collection)

    site.before(before)
