"""Faults in what belongs to whom: in lists, and where a path leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.site import Site, patch


@patch
def elsewhere(
    site: Site,
    path: str,
    logins: list[str],
    refused: str | None = None,
    also: bool = False,
    where: dict[str, str] | None = None,
    **which: Any,
) -> None:
    """Gives requests the response of another path; their own path parameters are in braces.

    It is that of the first of some users who is not refused. With `refused`, requests due to be
    refused with that status word get it, otherwise those that succeed. With `also` the items of
    both lists are shown, with `where` those whose properties have the values of path parameters.
    """

    def is_meant(request: Request) -> Callable[[Any], bool]:
        return lambda one: all(
            str(one[key]) == request.values[name] for key, name in (where or {}).items()
        )

    async def after(request: Request, response: Response) -> None:
        due = response.word == refused if refused else response.ok
        if not due or not request.matches(**which):
            return
        other = replace(request, path=path.format_map(request.values))
        if where:
            other = other.with_query(page=None, per_page=1000)
        for login in logins:
            found = await site.mock.send(other.with_token(await site.mock.token(login)))
            if found.ok:
                own = response.json
                response.become(found)
                if also:
                    response.set_json(own + found.json)
                if where:
                    response.set_json(_page(request, filter(is_meant(request), found.json)))
                return

    site.after(after)


def _page(request: Request, entries: Iterable[Any]) -> list[Any]:
    """Cuts the page out of a list that a request is for."""
    size, number = int(request.parameter("per_page") or 1000), int(request.parameter("page") or 1)
    return list(islice(entries, (number - 1) * size, number * size))


@patch
def group_of_now(site: Site, key: str) -> None:
    """Shows the group that the number of an item is in now, not the one at the time of the call."""

    async def after(request: Request, response: Response) -> None:
        found = response.json
        if request.action == "list" and isinstance(found, list):
            numbers = {one["id"]: one for one in await site.mock.entries("extension")}
            for one in found:
                if key in one and "extension_name" in one:
                    number = numbers.get(one["extension_id"], {"extension_group_id": None})
                    one[key] = number["extension_group_id"]
            response.set_json(found)

    site.after(after)


@patch
def foreign_group_refused(site: Site) -> None:
    """Refuses a group of another client under one's own client with 403."""

    async def after(request: Request, response: Response) -> None:
        group = request.values.get("ext_group_id")
        if (
            response.word == "extension_group_not_found"
            and "client_id" in request.values
            and await site.mock.entry("extension_group", group)
        ):
            response.refuse(403, "access_denied")

    site.after(after)
