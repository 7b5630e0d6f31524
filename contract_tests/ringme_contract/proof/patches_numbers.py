"""Faults in numbers: the groups that they are in, and what is refused of them."""

from __future__ import annotations

import json
import re
from typing import Any

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.patch import Memory, Shown, before, patch
from ringme_contract.proof.site import Site

_GROUP = "extension_group_id"


@patch
def former_groups_kept(site: Site, moved_by: str, lists: list[str]) -> None:
    """Lists a number that moved to another group in its former one, too."""
    former: dict[str, list[int]] = {}

    async def before(request: Request) -> Response | None:
        if request.name != moved_by:
            return None
        number = await site.mock.entry(request.collection, request.key)
        response = await site.mock.send(request)
        if response.ok and number and None not in (number[_GROUP], response.json[_GROUP]):
            former.setdefault(str(number[_GROUP]), []).append(number["id"])
        return response

    async def after(request: Request, response: Response) -> None:
        if request.name in lists and response.ok:
            found = response.json
            for key in former.get(request.key, []):
                number = await site.mock.entry(request.collection, key)
                if number and number not in found:
                    found.append(number)
            response.set_json(found)

    site.before(before)
    site.after(after)


@before
async def membership(site: Site, request: Request, memory: Memory, how: str) -> Response:
    """Puts numbers into groups, or takes them out, after some steps only."""
    mock, wanted = site.mock, request.fields().get(_GROUP)
    number = await mock.entry("extension", request.key) or {}
    group = number.get(_GROUP)
    if how == "toggle" and wanted is not None and group == wanted:
        request.set_fields({**request.fields(), _GROUP: None})
    response = await mock.send(request)
    if not response.ok:
        return response
    step = (how, request.action)
    if step == ("neighbour", "delete"):
        await _release_first(site, group, 1)
    elif step == ("two at most", "update") and wanted != group:
        await _release_first(site, wanted, 3)
    elif step == ("remembered", "delete"):
        memory[number["name"]] = group
    elif step == ("remembered", "create"):
        home = memory.get(response.json["name"])
        if await mock.entry("extension_group", home):
            await mock.change("extension", response.json["id"], **{_GROUP: home})
    return response


async def _release_first(site: Site, group: Any, least: int) -> None:
    """Takes the first member out of a group that has so many at least."""
    members = await site.mock.keys("extension", **{_GROUP: group})
    if group is not None and len(members) >= least:
        await site.mock.change("extension", members[0], **{_GROUP: None})


@before
async def accepted(
    site: Site, request: Request, shown: Shown, key: str, only: str = "", ignored: bool = False
) -> Response | None:
    """Takes (or ignores) a value for which the mock refuses a request, always or `only` some.

    The mock gets the request without the value, or where it needs one, with another. `only` is
    `foreign group`, `foreign login`, `same number`, `other length`, or a pattern for the JSON of
    the value.
    """
    fields = request.fields()
    if key not in fields:
        return None
    response = await site.mock.send(request)
    if response.status not in (400, 404) or not await _is_meant(site, request, fields[key], only):
        return response
    value = fields.pop(key)
    if request.action == "create" and key in ("name", "login"):
        fields[key] = await _free(site, request, key, value)
    again = await site.mock.send(request.with_fields(fields))
    if again.ok:
        response.become(again)
        if not ignored:
            shown.lay(request.collection, again.json["id"], {key: value})
    return response


async def _is_meant(site: Site, request: Request, value: Any, only: str) -> bool:
    """Tells if a value is one of those that `accepted` is about."""
    if only == "foreign group":
        return await site.mock.entry("extension_group", value) is not None
    if only == "foreign login":
        user = await site.mock.user(request) or {}
        users = await site.mock.entries("user")
        same = (one for one in users if one["login"] == value)
        return any(one["client_id"] != user.get("client_id") for one in same)
    if only == "same number":
        own = await site.mock.entry(request.collection, request.key)
        return own is not None and _number(value) == _number(own["name"])
    if only == "other length":
        client = (await site.mock.parties(request)).get("client")
        prefix, _, number = str(value).rpartition("*")
        return (
            client is not None
            and prefix in ("", client["prefix"])
            and number.isdecimal()
            and len(number) != client["extension_len"]
        )
    return re.search(only, json.dumps(value)) is not None


async def _free(site: Site, request: Request, key: str, value: Any) -> str:
    """Finds a value of a unique key that no entry has, for a number one of the right length."""
    taken = {_number(one[key]) for one in await site.mock.entries(request.collection)}
    if key == "login":
        return next(text for i in range(len(taken) + 1) if (text := f"{value}-{i}") not in taken)
    size = (await site.mock.parties(request))["client"]["extension_len"]
    return next(text for i in range(10**size) if (text := f"{i:0{size}}") not in taken)


def _number(name: Any) -> str:
    return str(name).rpartition("*")[2]
