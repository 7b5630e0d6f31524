"""Faults in effects of requests on groups, numbers and users."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ringme_contract.lists import Item
from ringme_contract.proof.fault import Memory, Shown, after, after_success, before, patch
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.mock import Mock
from ringme_contract.proof.patches_ranges import is_inside

if TYPE_CHECKING:
    from ringme_contract.proof.site import Site

_GROUP = "extension_group_id"


@before
async def ids_used_again(mock: Mock, request: Request) -> None:
    """Gives a new entry the highest id in use plus one."""
    state = await mock.state()
    if state[request.collection].pop("next_id", None) is not None:
        await mock.set_state(state)


@patch
def stale(site: Site, operations: list[str], until: list[str], when: str = "") -> None:
    """Responds from a cache that only some operations clear, updates only if they send a key."""
    kept: dict[tuple[str, ...], Response] = {}

    async def before(request: Request) -> Response | None:
        sent = request.action != "update" or when in ("", *request.fields())
        if request.name in until and sent:
            kept.clear()
        place = request.token, request.path, request.query_string
        if place in kept:
            return kept[place].copy()
        if request.name not in operations:
            return None
        response = await site.mock.send(request)
        if response.status == 200:
            kept[place] = response.copy()
        return response

    site.before(before)


@after_success
async def stored(
    mock: Mock,
    request: Request,
    response: Response,
    keys: tuple[str, ...] = (),
    values: dict[str, Any] | None = None,
) -> None:
    """Stores keys of a body that cannot be set, or other values, which are also in the response."""
    made, values = response.json, values or {}
    sent = {key: value for key, value in request.fields().items() if key in keys}
    await mock.change(request.collection, made["id"], **sent, **values)
    response.set_json({**made, **{key: values[key] for key in values if key in made}})


@before
async def keys_shown(
    mock: Mock,
    request: Request,
    shown: Shown,
    keys: list[str] | None = None,
    known: tuple[str, ...] = (),
) -> Response:
    """Shows some `keys` of a body, or all but the `known` ones, as if they were stored."""
    response = await mock.send(request)
    if response.ok:
        sent = request.fields()
        chosen = keys if keys is not None else sent.keys() - {*known}
        found = {key: sent[key] for key in sent if key in chosen}
        shown.lay(request.collection, response.json["id"], found)
    return response


@after_success
def still_listed(
    mock: Mock,
    request: Request,
    response: Response,
    memory: Memory,
    shown: Shown,
    deleted_by: str,
    lists: list[str],
) -> None:
    """Keeps deleted entries in some lists."""
    if request.name == deleted_by:
        # Keys with letters are the same in either case.
        key = request.collection, request.key.upper()
        gone = [one for (name, its), one in shown.entries.items() if (name, its.upper()) == key]
        memory.setdefault("gone", []).extend(gone)
    elif request.name in lists and not request.parameter("per_page"):
        gone = memory.get("gone", [])
        left = [one for one in gone if _is_owned(request, one) and is_inside(mock, request, one)]
        response.set_json(response.json + left)


def _is_owned(request: Request, entry: Item) -> bool:
    """True if an entry belongs to the client, group or number of a list."""
    names = {"ext_group_id": "extension_group_id"}
    return all(
        str(entry.get(names.get(name, name), value)) == value or not value.isdecimal()
        for name, value in request.values.items()
    )


@before
async def not_let_go(
    mock: Mock, request: Request, shown: Shown, collection: str, key: str
) -> Response:
    """Keeps showing references to a deleted entry."""
    entries = await mock.entries(collection)
    response = await mock.send(request)
    for one in entries if response.ok else ():
        if str(one[key]) == request.key:
            shown.lay(collection, one["id"], {key: one[key]})
    return response


@before
async def taken(mock: Mock, request: Request, key: str, how: str) -> Response | None:
    """Refuses a value that another entry has: the `same`, as its `start`, or but for `blanks`."""
    value = request.fields().get(key)
    for one in await mock.entries(request.collection) if value else ():
        same = one[key] == (str(value).rstrip() if how == "blanks" else value)
        if how == "start":
            same = one[key].startswith(str(value))
        if same and str(one["id"]) != request.key:
            return refusal(400, f"{key}: is taken")
    return None


@before
async def never_free(
    mock: Mock, request: Request, memory: Memory, key: str, status: int, word: str = ""
) -> Response:
    """Refuses a value forever after a request with it got some `status`.

    With a `word`, the refusal is that error of the token endpoint.
    """
    value = str((request.fields() or request.form()).get(key) or "")
    if value in memory:
        if not word:
            return refusal(400, f"{key}: is taken")
        response = Response(401, {"cache-control": "no-store"})
        response.set_json({"error": word})
        return response
    response = await mock.send(request)
    if value and response.status == status:
        memory[value] = True
    return response


@after_success
def changed_by_reading(
    _: Mock, request: Request, __: Response, shown: Shown, key: str, value: Any
) -> None:
    """Changes a value of an entry when it is read."""
    shown.lay(request.collection, request.key, {key: value})


@after
async def applied_though_refused(
    mock: Mock,
    request: Request,
    _: Response,
    when: str,
    without: list[str],
    fields: Item | None = None,
) -> None:
    """Applies a refused update without some keys, if `when` is sent."""
    sent = request.fields()
    if when in sent:
        kept = {key: value for key, value in sent.items() if key not in without}
        await mock.send(request.with_fields({**kept, **(fields or {})}))


# --- groups of numbers, and refused values


@before
async def former_groups_kept(
    mock: Mock, request: Request, memory: Memory, moved_by: str, lists: list[str]
) -> Response | None:
    """Also lists a number that moved to another group in its former one."""
    number = await mock.entry(request.collection, request.key) if request.name == moved_by else None
    response = await mock.send(request)
    if number and response.ok and None not in (number[_GROUP], response.json[_GROUP]):
        memory.setdefault(str(number[_GROUP]), []).append(number["id"])
    if request.name in lists and response.ok:
        found = response.json
        for key in memory.get(request.key, []):
            one = await mock.entry(request.collection, key)
            if one and one not in found:
                found.append(one)
        response.set_json(found)
    return response


@before
async def membership(mock: Mock, request: Request, memory: Memory, how: str) -> Response:
    """Puts numbers into groups, or takes them out, after some steps only."""
    mock, wanted = mock, request.fields().get(_GROUP)
    number = await mock.entry("extension", request.key) or {}
    group = number.get(_GROUP)
    if how == "toggle" and wanted is not None and group == wanted:
        request.set_fields({**request.fields(), _GROUP: None})
    response = await mock.send(request)
    if not response.ok:
        return response
    step = (how, request.action)
    if step == ("neighbour", "delete"):
        await _release_first(mock, group, 1)
    elif step == ("two at most", "update") and wanted != group:
        await _release_first(mock, wanted, 3)
    elif step == ("remembered", "delete"):
        memory[number["name"]] = group
    elif step == ("remembered", "create"):
        home = memory.get(response.json["name"])
        if await mock.entry("extension_group", home):
            await mock.change("extension", response.json["id"], **{_GROUP: home})
    return response


async def _release_first(mock: Mock, group: Any, least: int) -> None:
    """Takes the first member out of a group with at least this many members."""
    members = await mock.keys("extension", **{_GROUP: group})
    if group is not None and len(members) >= least:
        await mock.change("extension", members[0], **{_GROUP: None})


@before
async def accepted(
    mock: Mock, request: Request, shown: Shown, key: str, only: str = "", ignored: bool = False
) -> Response | None:
    """Accepts (or ignores) a value for which the mock refuses a request, always or `only` some.

    The mock gets the request without the value, or with another one if it is required. `only` is
    `foreign group`, `foreign login`, `blocked login`, `same number`, `other length`, or a pattern
    for the JSON of the value.
    """
    fields = request.fields()
    if key not in fields:
        return None
    response = await mock.send(request)
    if response.status not in (400, 404) or not await _is_meant(mock, request, fields[key], only):
        return response
    value = fields.pop(key)
    if request.action == "create" and key in ("name", "login"):
        fields[key] = await _free(mock, request, key, value)
    again = await mock.send(request.with_fields(fields))
    if again.ok:
        response.become(again)
        if not ignored:
            shown.lay(request.collection, again.json["id"], {key: value})
    return response


async def _is_meant(mock: Mock, request: Request, value: Any, only: str) -> bool:
    """True if a value is one that `accepted` is about."""
    if only == "foreign group":
        return await mock.entry("extension_group", value) is not None
    if only in ("blocked login", "foreign login"):
        same = [one for one in await mock.entries("user") if one["login"] == value]
        if only == "blocked login":
            return any(one["status"] == "blocked" for one in same)
        user = await mock.user(request) or {}
        return any(one["client_id"] != user.get("client_id") for one in same)
    if only == "same number":
        own = await mock.entry(request.collection, request.key)
        return own is not None and _number(value) == _number(own["name"])
    if only == "other length":
        client = (await mock.parties(request)).get("client")
        prefix, _, number = str(value).rpartition("*")
        return (
            client is not None
            and prefix in ("", client["prefix"])
            and number.isdecimal()
            and len(number) != client["extension_len"]
        )
    return re.search(only, json.dumps(value)) is not None


async def _free(mock: Mock, request: Request, key: str, value: Any) -> str:
    """A unique value that is not in use; for a number, one of the right length."""
    taken = {_number(one[key]) for one in await mock.entries(request.collection)}
    if key == "login":
        return next(text for i in range(len(taken) + 1) if (text := f"{value}-{i}") not in taken)
    size = (await mock.parties(request))["client"]["extension_len"]
    return next(text for i in range(10**size) if (text := f"{i:0{size}}") not in taken)


def _number(name: Any) -> str:
    return str(name).rpartition("*")[2]
