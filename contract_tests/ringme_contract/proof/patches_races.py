"""Faults that show only with concurrent requests."""

from __future__ import annotations

import asyncio

from ringme_contract.proof.fault import Memory, before
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.mock import Mock

# Seconds that a request waits for a concurrent one.
_MEETING = 0.05


@before
async def unique_unless_at_once(
    mock: Mock, request: Request, memory: Memory, key: str
) -> Response | None:
    """Tests if a value is in use before a concurrent request has stored it."""
    value = request.fields().get(key)
    if not isinstance(value, str):
        return None
    memory[value] = memory.get(value, 0) + 1
    is_first = memory[value] == 1
    try:
        response = await mock.send(request)
        await asyncio.sleep(_MEETING)
    finally:
        memory[value] -= 1
    if response.status == 400 and not is_first:
        entries = await mock.entries(request.collection)
        one = next(one for one in entries if one[key] == value or one[key].endswith(f"*{value}"))
        names = request.operation.response_properties if request.operation else ()
        response.status = 201
        response.set_json({name: one[name] for name in names if name in one})
    return response


@before
async def one_stays(
    mock: Mock, request: Request, memory: Memory, same_id: bool = False
) -> Response:
    """Keeps only the last of concurrent creations; with `same_id` all get its id."""
    response = await mock.send(request)
    if response.ok:
        own = memory["last"] = response.json
        await asyncio.sleep(_MEETING)
        if own != memory["last"]:
            await mock.remove(request.collection, [own])
            if same_id:
                response.set_json({**own, "id": memory["last"]["id"]})
    return response


@before
async def updates_at_once(mock: Mock, request: Request, memory: Memory) -> Response:
    """Lets the later of two concurrent updates write all values that it read before."""
    key = request.key
    old = await mock.entry(request.collection, key)
    others = memory.setdefault(key, [])
    others.append(old)
    await asyncio.sleep(_MEETING)
    response = await mock.send(request)
    if response.ok and old is not None and len(others) > 1:
        sent = request.fields()
        kept = {name: value for name, value in old.items() if name not in sent}
        await mock.change(request.collection, key, **kept)
    await asyncio.sleep(_MEETING)
    others.remove(old)
    return response


@before
async def shared_at_once(mock: Mock, request: Request, memory: Memory, key: str = "") -> Response:
    """Gives a request the response of a concurrent one.

    With a `key`, only of one with the same value of this parameter of token requests.
    """
    place = request.form().get(key) if key else ""
    response = await mock.send(request)
    if response.ok:
        memory[place] = response
        await asyncio.sleep(_MEETING)
    shared: Response = memory.pop(place, response)
    return shared


@before
async def locked_at_once(mock: Mock, request: Request, memory: Memory) -> Response:
    """Fails if another request is writing to the same collection."""
    if request.collection in memory:
        return refusal(500, "database is locked")
    memory[request.collection] = request
    try:
        response = await mock.send(request)
        await asyncio.sleep(_MEETING)
        return response
    finally:
        del memory[request.collection]
