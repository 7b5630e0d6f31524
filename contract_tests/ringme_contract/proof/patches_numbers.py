"""Faults in numbers: the groups that they are in, and what is refused of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ringme_contract.lists import Item
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.shown import Shown, key_of
from ringme_contract.proof.site import Site, patch

_GROUP = "extension_group_id"


@patch
def former_groups_kept(site: Site, moved_by: str, lists: list[str]) -> None:
    """Lists a number that moved to another group in its former one, too."""
    former: dict[str, list[int]] = {}

    async def before(request: Request) -> Response | None:
        if request.name != moved_by:
            return None
        number = await site.mock.entry(request.collection, key_of(request))
        response = await site.mock.send(request)
        if response.ok and number and None not in (number[_GROUP], response.json[_GROUP]):
            former.setdefault(str(number[_GROUP]), []).append(number["id"])
        return response

    async def after(request: Request, response: Response) -> None:
        if request.name in lists and response.ok:
            found = response.json
            for key in former.get(key_of(request), []):
                number = await site.mock.entry(request.collection, key)
                if number and number not in found:
                    found.append(number)
            response.set_json(found)

    site.before(before)
    site.after(after)


@patch
def membership(site: Site, how: str) -> None:
    """Puts numbers into groups, or takes them out, after some steps only."""
    homes: dict[str, Any] = {}

    async def before(request: Request) -> Response | None:
        if request.collection != "extension" or request.method == "GET":
            return None
        mock, wanted = site.mock, request.fields().get(_GROUP)
        number = await mock.entry("extension", key_of(request)) or {}
        if how == "toggle" and wanted is not None and number.get(_GROUP) == wanted:
            request.set_fields({**request.fields(), _GROUP: None})
        response = await mock.send(request)
        if not response.ok:
            return response
        step, group = (how, request.action), number.get(_GROUP)
        if step == ("neighbour", "delete"):
            await _release_first(site, group, 1)
        elif step == ("two at most", "update") and wanted != group:
            await _release_first(site, wanted, 3)
        elif step == ("remembered", "delete"):
            homes[number["name"]] = group
        elif step == ("remembered", "create"):
            home = homes.get(response.json["name"])
            if await mock.entry("extension_group", home):
                await mock.change("extension", response.json["id"], **{_GROUP: home})
        return response

    site.before(before)


async def _release_first(site: Site, group: Any, least: int) -> None:
    """Takes the first member out of a group that has so many at least."""
    numbers = await site.mock.entries("extension")
    members = [one["id"] for one in numbers if one[_GROUP] == group]
    if group is not None and len(members) >= least:
        await site.mock.change("extension", members[0], **{_GROUP: None})


@patch
def applied_though_refused(
    site: Site,
    operations: list[str],
    when: str,
    without: list[str],
    fields: Item | None = None,
    statuses: Sequence[int] = (400, 404),
) -> None:
    """Applies an update that is refused but for some keys (`when` one of them is sent)."""

    async def after(request: Request, response: Response) -> None:
        sent = request.fields()
        if request.name in operations and response.status in statuses and when in sent:
            kept = {key: value for key, value in sent.items() if key not in without}
            await site.mock.send(request.with_fields({**kept, **(fields or {})}))

    site.after(after)


Condition = Callable[[Site, Request, Any], Awaitable[bool]]


async def _is_foreign_group(site: Site, _: Request, value: Any) -> bool:
    return await site.mock.entry("extension_group", value) is not None


async def _is_foreign_login(site: Site, request: Request, value: Any) -> bool:
    users = await site.mock.entries("user")
    client = (await site.mock.user(request) or {}).get("client_id")
    return any(one["login"] == value and one["client_id"] != client for one in users)


async def _is_text_or_null(_site: Site, _request: Request, value: Any) -> bool:
    return value is None or isinstance(value, str)


async def _is_null(_site: Site, _request: Request, value: Any) -> bool:
    return value is None


async def _is_same_number(site: Site, request: Request, value: Any) -> bool:
    own = await site.mock.entry(request.collection, key_of(request))
    return own is not None and _number(value) == _number(own["name"])


async def _is_other_length(site: Site, request: Request, value: Any) -> bool:
    client = (await site.mock.parties(request)).get("client")
    prefix = str(value).rpartition("*")[0]
    return (
        client is not None
        and prefix in ("", client["prefix"])
        and _number(value).isdecimal()
        and len(_number(value)) != client["extension_len"]
    )


def _number(name: Any) -> str:
    return str(name).rpartition("*")[2]


_CONDITIONS: dict[str, Condition] = {
    "text or null": _is_text_or_null,
    "null": _is_null,
    "same number": _is_same_number,
    "other length": _is_other_length,
    "foreign group": _is_foreign_group,
    "foreign login": _is_foreign_login,
}


@patch
def accepted(
    site: Site, operations: list[str], key: str, only: str = "", ignored: bool = False
) -> None:
    """Takes (or ignores) a value for which the mock refuses a request, always or `only` some.

    The mock gets the request without the value, or where it needs one, with another.
    """
    shown = Shown(site)

    async def before(request: Request) -> Response | None:
        fields = request.fields()
        if request.name not in operations or key not in fields:
            return None
        response = await site.mock.send(request)
        if response.status not in (400, 404):
            return response
        if only and not await _CONDITIONS[only](site, request, fields[key]):
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

    site.before(before)


@patch
def part_taken(site: Site, collection: str, key: str) -> None:
    """Refuses a value that a stored one begins with."""

    async def before(request: Request) -> Response | None:
        value = request.fields().get(key)
        if request.action == "create" and request.collection == collection and value:
            taken = [str(one[key]) for one in await site.mock.entries(collection)]
            if any(one.startswith(str(value)) for one in taken):
                return refusal(400, f"{key}: is taken")
        return None

    site.before(before)


async def _free(site: Site, request: Request, key: str, value: Any) -> str:
    """Finds a value of a unique key that no entry has, for a number one of the right length."""
    taken = {_number(one[key]) for one in await site.mock.entries(request.collection)}
    if key == "login":
        return next(text for i in range(len(taken) + 1) if (text := f"{value}-{i}") not in taken)
    size = (await site.mock.parties(request))["client"]["extension_len"]
    return next(text for i in range(10**size) if (text := f"{i:0{size}}") not in taken)
