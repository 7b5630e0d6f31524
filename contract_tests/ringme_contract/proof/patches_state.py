"""Faults in what requests do to groups, numbers and users."""

from __future__ import annotations

from typing import Any

from ringme_contract.datetime_texts import read_datetime
from ringme_contract.lists import Item
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.range_bounds import bounds, time_of
from ringme_contract.proof.shown import Shown, key_of
from ringme_contract.proof.site import Site, patch


@patch
def ids_used_again(site: Site, operation: str) -> None:
    """Gives a new entry an id that is one more than the highest in use."""

    async def before(request: Request) -> None:
        if request.name == operation:
            state = await site.mock.state()
            if state[request.collection].pop("next_id", None) is not None:
                await site.mock.set_state(state)

    site.before(before)


@patch
def stale(site: Site, operations: list[str], until: list[str], when: str = "") -> None:
    """Responds from a cache that only some operations empty, updates if they send a key."""
    kept: dict[tuple[Any, ...], Response] = {}

    def before(request: Request) -> Response | None:
        sent = request.action != "update" or when in ("", *request.fields())
        if request.name in until and sent:
            kept.clear()
        found = kept.get((request.token, request.path, request.query_string))
        return found.copy() if found else None

    def after(request: Request, response: Response) -> None:
        if request.name in operations and response.status == 200:
            kept[request.token, request.path, request.query_string] = response.copy()

    site.before(before)
    site.after(after)


@patch
def keys_stored(site: Site, operations: list[str], keys: list[str]) -> None:
    """Stores keys of a body that are not to be set."""

    async def after(request: Request, response: Response) -> None:
        if request.name in operations and response.ok:
            found = {key: value for key, value in request.fields().items() if key in keys}
            await site.mock.change(request.collection, response.json["id"], **found)

    site.after(after)


@patch
def keys_shown(
    site: Site, operations: list[str], keys: list[str] | None = None, known: list[str] | None = None
) -> None:
    """Shows some `keys` of a body, or all but the `known` ones, as if they were stored."""
    shown = Shown(site)

    async def before(request: Request) -> Response | None:
        if request.name not in operations:
            return None
        response = await site.mock.send(request)
        if response.ok:
            found = {
                key: value
                for key, value in request.fields().items()
                if (key in keys if keys else key not in (known or []))
            }
            shown.lay(request.collection, response.json["id"], found)
        return response

    site.before(before)


@patch
def still_listed(site: Site, deleted_by: str, lists: list[str]) -> None:
    """Leaves in some lists what was deleted."""
    shown = Shown(site)
    gone: list[Item] = []

    def after(request: Request, response: Response) -> None:
        if request.name == deleted_by and response.ok:
            entry = shown.entries.get((request.collection, key_of(request)))
            gone.extend([entry] if entry else [])
        elif request.name in lists and response.ok and not request.parameter("per_page"):
            found = response.json
            response.set_json(found + [one for one in gone if _belongs(site, request, one)])

    site.after(after)


def _belongs(site: Site, request: Request, entry: Item) -> bool:
    """Checks that an entry is of the group or number, and in the range, of a list."""
    names = {"ext_group_id": "extension_group_id"}
    time, (start, end) = time_of(site, request.collection), bounds(request)
    return all(
        str(entry.get(names.get(name, name), value)) == value or value == "@me"
        for name, value in request.values.items()
    ) and not (
        time
        and (
            (start and read_datetime(entry[time]) < start)
            or (end and read_datetime(entry[time]) > end)
        )
    )


@patch
def deleted_twice(site: Site) -> None:
    """Has the delete of what is gone succeed once more."""
    gone: set[str] = set()

    def after(request: Request, response: Response) -> None:
        if request.action != "delete":
            return
        if response.ok:
            gone.add(request.path)
        elif response.status == 404 and request.path in gone:
            response.status, response.body = 204, b""
            response.headers.pop("content-type", None)

    site.after(after)


@patch
def not_let_go(site: Site, deleted_by: str, collection: str, key: str) -> None:
    """Shows what refers to a deleted entry as it was."""
    shown = Shown(site)

    async def before(request: Request) -> Response | None:
        if request.name != deleted_by:
            return None
        entries = await site.mock.entries(collection)
        response = await site.mock.send(request)
        if response.ok:
            for one in entries:
                if str(one[key]) == key_of(request):
                    shown.lay(collection, one["id"], {key: one[key]})
        return response

    site.before(before)


@patch
def items_go_along(site: Site, deleted_by: str, collection: str) -> None:
    """Deletes recorded items along with a group or number."""

    async def before(request: Request) -> Response | None:
        if request.name != deleted_by:
            return None
        key, state = key_of(request), await site.mock.state()
        numbers = [
            one["id"]
            for one in state["extension"]["entries"]
            if key == str(one["id" if request.collection == "extension" else "extension_group_id"])
        ]
        items = [one for one in state[collection]["entries"] if one["extension_id"] in numbers]
        response = await site.mock.send(request)
        if response.ok and items:
            name = site.mock.key(collection)
            await site.mock.remove(collection, *(one[name] for one in items))
        return response

    site.before(before)


@patch
def names_unique(site: Site, operations: list[str]) -> None:
    """Refuses a name that another entry has."""

    async def before(request: Request) -> Response | None:
        if request.name in operations:
            for one in await site.mock.entries(request.collection):
                same = one["name"] == request.fields().get("name")
                if same and str(one["id"]) != key_of(request):
                    return refusal(400, "name: is taken")
        return None

    site.before(before)


@patch
def changed_by_reading(site: Site, operations: list[str], key: str, value: Any) -> None:
    """Leaves a mark on what a GET shows."""
    shown = Shown(site)

    def after(request: Request, response: Response) -> None:
        if request.name in operations and response.ok:
            shown.lay(request.collection, key_of(request), {key: value})

    site.after(after)
