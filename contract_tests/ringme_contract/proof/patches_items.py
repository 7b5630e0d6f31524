"""Faults in recorded items: deleting them, and their files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ringme_contract.datetime_texts import read_datetime
from ringme_contract.lists import Item
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.range_bounds import in_range, time_of
from ringme_contract.proof.shown import key_of
from ringme_contract.proof.site import Site, patch


@patch
def range_deleted(site: Site, how: str) -> None:
    """Has the delete of a range take that of the `whole client`, or leave one item."""

    async def before(request: Request) -> Response | None:
        if request.action != "delete_range":
            return None
        old = await site.mock.entries(request.collection)
        response = await site.mock.send(request)
        if not response.ok:
            return response
        if how == "whole client":
            await _remove(site, request, await in_range(site, request, of_client=True))
            return response
        state = await site.mock.state()
        left = state[request.collection]["entries"]
        gone = [one for one in old if one not in left]
        if gone:
            left.append(gone[0])
            await site.mock.set_state(state)
        return response

    site.before(before)


@patch
def delete_takes_another(site: Site) -> None:
    """Deletes the next item of the client along with one."""

    async def before(request: Request) -> Response | None:
        time = time_of(site, request.collection)
        if request.action != "delete" or not time:
            return None
        items = await site.mock.entries(request.collection)
        client = site.document["x-collections"][request.collection]["within"]["client"]
        meant = await site.mock.entry(request.collection, key_of(request))
        response = await site.mock.send(request)
        if response.ok and meant:
            others = [one for one in items if one[client] == meant[client] and one != meant]
            at = read_datetime(meant[time])
            others.sort(key=lambda one: abs(read_datetime(one[time]) - at))
            await _remove(site, request, others[:1])
        return response

    site.before(before)


async def _remove(site: Site, request: Request, items: list[Item]) -> None:
    key = site.mock.key(request.collection)
    if items:
        await site.mock.remove(request.collection, *(one[key] for one in items))


@patch
def takes_along(
    site: Site, deleted_by: str, same: dict[str, str], collection: str = "", last: bool = False
) -> None:
    """Deletes entries (of another `collection`, if named) along with one that is deleted.

    They have the value of some of its properties (`same`: theirs, its own); with `last` only where
    none is left with the value of the latter.
    """

    async def before(request: Request) -> Response | None:
        if request.name != deleted_by:
            return None
        meant = await site.mock.entry(request.collection, key_of(request))
        response = await site.mock.send(request)
        if not response.ok or not meant:
            return response
        if last:
            left = await site.mock.entries(request.collection)
            if any(one.get(own) == meant[own] for one in left for own in same.values()):
                return response
        name = collection or request.collection
        key = site.mock.key(name)
        gone = {
            one[key]
            for one in await site.mock.entries(name)
            if all(
                meant[own] is not None and one.get(its) == meant[own] for its, own in same.items()
            )
        }
        await _remove_with_all(site, name, gone)
        return response

    site.before(before)


async def _remove_with_all(site: Site, collection: str, keys: set[Any]) -> None:
    """Takes entries away, and those that refer to them."""
    state = await site.mock.state()
    key = site.mock.key(collection)
    for name, rule in site.document["x-collections"].items():
        if name not in state:
            # Its entries are made of others.
            continue
        properties = [
            one
            for one, reference in rule.get("references", {}).items()
            if reference["collection"] == collection
        ]
        state[name]["entries"] = [
            one
            for one in state[name]["entries"]
            if not any(one[its] in keys for its in properties)
            and (name != collection or one[key] not in keys)
        ]
    if keys:
        await site.mock.set_state(state)


@patch
def range_takes_along(site: Site, deleted_by: str, collection: str, by: str = "") -> None:
    """Deletes the items of a collection in a range along with it: those of the same numbers.

    With `by` those whose property has the id of the group.
    """

    async def before(request: Request) -> Response | None:
        if request.name != deleted_by:
            return None
        other = replace(request, operation=None)
        other.operation = next(
            one
            for one in site.operations.all
            if one.action == "list" and one.collection.name == collection
        )
        found = await in_range(site, other, of_client=bool(by))
        response = await site.mock.send(request)
        group = request.values["ext_group_id"]
        if response.ok:
            key = site.mock.key(collection)
            gone = [one[key] for one in found if not by or str(one[by]) == group]
            if gone:
                await site.mock.remove(collection, *gone)
        return response

    site.before(before)


@patch
def group_of_the_call(site: Site, key: str, also: bool, **which: Any) -> None:
    """Looks for an item in the group at the time of the call: `also`, or only there."""

    async def before(request: Request) -> Response | None:
        if not request.matches(**which):
            return None
        entry = await site.mock.entry(request.collection, key_of(request))
        same = entry and str(entry[key]) == request.values.get("ext_group_id")
        response = await site.mock.send(request) if also or not entry or same else None
        if response is None:
            word = site.document["x-collections"][request.collection]["missing"]
            return refusal(404, word=word)
        if also and same and entry and response.status == 404:
            group = {"extension_group_id": entry[key]}
            async with site.mock.changed(("extension", entry["extension_id"], group)):
                return await site.mock.send(request)
        return response

    site.before(before)


@patch
def file_gone_with_number(site: Site, **which: Any) -> None:
    """Has no file of an item whose number is deleted."""

    async def after(request: Request, response: Response) -> None:
        if not response.ok or not request.matches(**which):
            return
        entry = await site.mock.entry(request.collection, key_of(request))
        if entry and not await site.mock.entry("extension", entry["extension_id"]):
            response.refuse(404, site.document["x-collections"][request.collection]["missing"])

    site.after(after)


@patch
def replayed(site: Site, instead_of: int, key: str = "", **which: Any) -> None:
    """Serves what was served once where it is due to be refused with a status.

    That is for the same path, or for the same value of a parameter (`key`) of token requests.
    """
    served: dict[str, Response] = {}

    def after(request: Request, response: Response) -> None:
        place = request.form().get(key, "") if key else request.path
        if not request.matches(**which):
            return
        if response.ok and place:
            served[place] = response.copy()
        elif response.status == instead_of and place in served:
            response.become(served[place])

    site.after(after)
