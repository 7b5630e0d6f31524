"""Faults in recorded items: deletes, files, and entries deleted along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ringme_contract.datetime_texts import read_datetime
from ringme_contract.lists import Item
from ringme_contract.proof.fault import Memory, after, after_success, before
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.mock import Mock
from ringme_contract.proof.patches_ranges import in_range, time_of


@before
async def range_deleted(mock: Mock, request: Request, how: str) -> Response:
    """Makes a range delete remove items of the `whole client`, or spare one item.

    With `gone numbers` it spares those of deleted numbers.
    """
    old = await mock.entries(request.collection)
    response = await mock.send(request)
    if response.ok and how == "whole client":
        items = await in_range(mock, request, of_client=True)
        await mock.remove(request.collection, items)
    elif response.ok:
        state = await mock.state()
        left = state[request.collection]["entries"]
        spared = [one for one in old if one not in left]
        numbers = [one["id"] for one in state["extension"]["entries"]]
        gone = [one for one in spared if one["extension_id"] not in numbers]
        left += gone if how == "gone numbers" else spared[:1]
        await mock.set_state(state)
    return response


@before
async def delete_takes_another(mock: Mock, request: Request) -> Response | None:
    """Deletes the item of the client that is next in time as well."""
    time = time_of(mock, request.collection)
    if not time:
        return None
    items = await mock.entries(request.collection)
    client = mock.rule(request.collection)["within"]["client"]
    meant = await mock.entry(request.collection, request.key)
    response = await mock.send(request)
    if response.ok and meant:
        others = [one for one in items if one[client] == meant[client] and one != meant]
        at = read_datetime(meant[time])
        others.sort(key=lambda one: abs(read_datetime(one[time]) - at))
        await mock.remove(request.collection, others[:1])
    return response


@before
async def takes_along(
    mock: Mock, request: Request, same: dict[str, str], collection: str = "", last: bool = False
) -> Response:
    """Deletes other entries, of the same or another `collection`, along with a deleted one.

    They have the same value of some properties (`same`: theirs, its own). With `last` they are
    deleted only with the last entry of that value.
    """
    meant = await mock.entry(request.collection, request.key)
    response = await mock.send(request)
    if not response.ok or not meant or any(meant[own] is None for own in same.values()):
        return response
    if last:
        left = await mock.entries(request.collection)
        if any(one.get(own) == meant[own] for one in left for own in same.values()):
            return response
    name = collection or request.collection
    gone = await mock.keys(name, **{its: meant[own] for its, own in same.items()})
    await _remove_with_all(mock, name, gone)
    return response


async def _remove_with_all(mock: Mock, collection: str, keys: list[Any]) -> None:
    """Removes entries, and those that refer to them."""
    state = await mock.state()
    for name, content in state.items():
        rule = mock.rule(name)
        properties = [
            one
            for one, reference in rule.get("references", {}).items()
            if reference["collection"] == collection
        ]
        properties += [rule["key"]] if name == collection else []
        content["entries"] = [
            one for one in content["entries"] if not any(one[its] in keys for its in properties)
        ]
    if keys:
        await mock.set_state(state)


@before
async def forgotten_in_items(mock: Mock, request: Request, key: str) -> Response:
    """Makes a property null that is the key of the deleted entry."""
    response = await mock.send(request)
    if response.ok:
        state = await mock.state()
        for one in (entry for content in state.values() for entry in content["entries"]):
            if str(one.get(key)) == request.key:
                one[key] = None
        await mock.set_state(state)
    return response


@before
async def items_go_along(mock: Mock, request: Request, collection: str) -> Response:
    """Deletes recorded items along with a group or number."""
    name = "id" if request.collection == "extension" else "extension_group_id"
    key = request.key
    numbers = [one["id"] for one in await mock.entries("extension") if str(one[name]) == key]
    items = await mock.entries(collection)
    response = await mock.send(request)
    if response.ok:
        gone = [one for one in items if one["extension_id"] in numbers]
        await mock.remove(collection, gone)
    return response


@before
async def range_takes_along(
    mock: Mock, request: Request, collection: str, by: str = ""
) -> Response:
    """Deletes the items of another collection in the range: those of the same numbers.

    With `by`, those whose property is the id of the group.
    """
    lists = (one for one in mock.operations if one.action == "list")
    other = next(one for one in lists if one.collection.name == collection)
    found = await in_range(mock, replace(request, operation=other), of_client=bool(by))
    response = await mock.send(request)
    if response.ok:
        group = request.values["ext_group_id"]
        gone = [one for one in found if not by or str(one[by]) == group]
        await mock.remove(collection, gone)
    return response


@before
async def group_of_the_call(mock: Mock, request: Request, key: str, also: bool) -> Response:
    """Looks for an item in the group at the time of the call: `also`, or only there."""
    entry: Item | None = await mock.entry(request.collection, request.key)
    same = entry and str(entry[key]) == request.values.get("ext_group_id")
    if entry and not same and not also:
        return refusal(404, word=mock.rule(request.collection)["missing"])
    response = await mock.send(request)
    if also and same and entry and response.status == 404:
        group = {"extension_group_id": entry[key]}
        async with mock.changed(("extension", entry["extension_id"], group)):
            return await mock.send(request)
    return response


@before
async def found_by_its_end(mock: Mock, request: Request) -> None:
    """Finds an item by the part of its key after the first dash."""
    beginning, dash, end = request.key.partition("-")
    for key in await mock.keys(request.collection) if dash else ():
        if str(key).partition("-")[2] == end.upper():
            request.path = request.path.replace(f"{beginning}-{end}", str(key))


@before
async def inherited(
    mock: Mock, request: Request, memory: Memory, collections: list[str], key: str
) -> Response:
    """Gives references by `key` to a deleted entry to the next entry of the same name."""
    old = await mock.entry(request.collection, request.key) or {}
    referring = [
        (name, one)
        for name in (collections if old else ())
        for one in await mock.keys(name, **{key: old["id"]})
    ]
    response = await mock.send(request)
    if response.ok and request.action == "delete":
        memory[old["name"]] = referring
    elif response.ok:
        for name, one in memory.pop(response.json["name"], ()):
            await mock.change(name, one, **{key: response.json["id"]})
    return response


@after_success
async def file_gone_with_number(mock: Mock, request: Request, response: Response) -> None:
    """Responds 404 for the file of an item whose number is deleted."""
    entry = await mock.entry(request.collection, request.key)
    if entry and not await mock.entry("extension", entry["extension_id"]):
        response.refuse(404, mock.rule(request.collection)["missing"])


@after
def replayed(
    _: Mock, request: Request, response: Response, memory: Memory, instead_of: int, key: str = ""
) -> None:
    """Repeats an earlier successful response instead of a refusal with a status.

    It is that of the same path, or of token requests with the same value of the parameter `key`.
    """
    place = request.form().get(key, "") if key else request.path
    if response.ok and place:
        memory[place] = response.copy()
    elif response.status == instead_of and place in memory:
        response.become(memory[place])
