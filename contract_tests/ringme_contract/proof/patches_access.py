"""Faults in who may do what: tokens, access levels, blocked users, reach, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.shown import key_of
from ringme_contract.proof.site import Site, patch


@patch
def tokens_in_any_case(site: Site) -> None:
    """Takes a token in upper and lower case."""
    known: dict[str, str] = {}

    def before(request: Request) -> None:
        if request.token.lower() in known:
            request.set_header("authorization", f"Bearer {known[request.token.lower()]}")

    def after(request: Request, response: Response) -> None:
        if request.action == "token" and response.ok:
            token = response.json["access_token"]
            known[token.lower()] = token

    site.before(before)
    site.after(after)


@patch
def let_through(
    site: Site,
    refused: str | None,
    caller: dict[str, dict[str, Any]] | None = None,
    logins: tuple[str, ...] = (),
    types: tuple[str, ...] = (),
    once_reached: bool = False,
    silently: bool = False,
    **which: Any,
) -> None:
    """Carries out requests that are due to be refused with a status word, or with none.

    Either the `user`, `application` and `client` of the `caller` have other values meanwhile, or
    they are the requests of other users (`logins`) until one of them is not refused. `types` are
    those of the users who are let through, `once_reached` lets them through to what their token has
    reached before. With `silently` the client is told of the refusal all the same.
    """
    reached: set[tuple[str, ...]] = set()

    async def after(request: Request, response: Response) -> None:
        place = (request.token, *request.values.values())
        if response.ok:
            reached.add(place)
        if response.ok or response.word != refused or not request.matches(**which):
            return
        if once_reached and place not in reached:
            return
        # Not where nothing is asked of them: only the mock knows the parties of any request.
        parties = await site.mock.parties(request) if types or caller else {}
        if types and parties["user"]["type"] not in types:
            return
        done = await carry_out(request, parties)
        if not silently:
            response.become(done)

    async def carry_out(request: Request, parties: dict[str, Any]) -> Response:
        if caller:
            changes = [
                (name, parties[name][site.mock.key(name)], values)
                for name, values in caller.items()
            ]
            async with site.mock.changed(*changes):
                return await site.mock.send(request)
        done = Response(500)
        for login in logins:
            done = await site.mock.send(request.with_token(await site.mock.token(login)))
            if done.word != refused:
                break
        return done

    site.after(after)


@patch
def refused_all_the_same(
    site: Site,
    caller: dict[str, dict[str, list[str]]],
    word: str,
    instead_of: str | None = None,
    **which: Any,
) -> None:
    """Refuses a caller with certain values what it may do, or refuses it otherwise than due."""

    async def after(request: Request, response: Response) -> None:
        due = response.word == instead_of if instead_of else response.ok
        if due and request.matches(**which):
            found = await site.mock.parties(request)
            if found and all(
                found[name][key] in good
                for name, values in caller.items()
                for key, good in values.items()
            ):
                response.refuse(403, word)

    site.after(after)


@patch
def user_of_the_login(site: Site, keys: list[str]) -> None:
    """Keeps some values of a user as they were when a token was first used."""
    kept: dict[str, dict[str, Any]] = {}

    async def before(request: Request) -> Response | None:
        user = await site.mock.user(request)
        if user is None:
            return None
        values = kept.setdefault(request.token, {key: user[key] for key in keys})
        if {**user, **values} == user:
            return None
        async with site.mock.changed(("user", user["id"], values)):
            return await site.mock.send(request)

    site.before(before)


@patch
def ghosts(site: Site, types: list[str], login: str) -> None:
    """Takes tokens of deleted users of some types for those of another user."""
    known: set[str] = set()

    async def after(request: Request, response: Response) -> None:
        user = await site.mock.user(request)
        if user is not None and user["type"] in types:
            known.add(request.token)
        if response.status == 401 and request.token in known:
            token = await site.mock.token(login)
            response.become(await site.mock.send(request.with_token(token)))

    site.after(after)


@patch
def refused_before(
    site: Site,
    statuses: list[int],
    instead_of: list[int],
    words: list[str] | None = None,
    logins: Sequence[str] = ("client-admin", "other-admin"),
    path: str | None = None,
    query: dict[str, Any] | None = None,
    method: str | None = None,
    **which: Any,
) -> None:
    """Refuses with one of some `statuses` what is due to be refused otherwise: checks that first.

    What that check says is what another user is told, where none of `logins` may do it, about
    another `path`, with another `query`, or by another `method` without a body. `words` are the
    status words of what is due.
    """

    async def after(request: Request, response: Response) -> None:
        due = response.status in instead_of and (not words or response.word in words)
        if not due or not request.operation or not request.matches(**which):
            return
        state = await site.mock.state()
        other = replace(request, headers=list(request.headers))
        if method:
            other.method, other.body = method, b""
        if path:
            other.path = path.format_map(request.values)
        if query:
            other = other.with_query(**query)
        found = await first_reached(site, other, logins)
        if found.ok and other.method != "GET":
            await site.mock.set_state(state)
        elif found.status in statuses:
            response.become(found)

    site.after(after)


async def first_reached(site: Site, request: Request, logins: Sequence[str]) -> Response:
    """Sends a request as the first of some users who reaches what it is about, or as it is."""
    found = Response(500) if logins else await site.mock.send(request)
    for login in logins:
        found = await site.mock.send(request.with_token(await site.mock.token(login)))
        if found.status != 403:
            break
    return found


@patch
def members_of_the_login(site: Site) -> None:
    """Keeps the members of a user's group as they were when a token was first used."""
    kept: dict[str, set[int]] = {}

    async def after(request: Request, response: Response) -> None:
        user = await site.mock.user(request)
        if not user or user["type"] != "extension_group":
            return
        members = {
            one["id"]
            for one in await site.mock.entries("extension")
            if one["extension_group_id"] == user["extension_group_id"]
        }
        known = kept.setdefault(request.token, members)
        asked = request.values.get("extension_id", "")
        if response.ok and asked.isdecimal() and int(asked) not in known:
            response.refuse(403, "access_denied")

    site.after(after)


@patch
def users_of_any_type(site: Site, **which: Any) -> None:
    """Takes any user of the client for one of a group."""

    async def after(request: Request, response: Response) -> None:
        if response.word != "user_not_found" or not request.matches(**which):
            return
        found = await site.mock.entry("user", key_of(request))
        caller = await site.mock.user(request)
        if not found or not caller or found["client_id"] != caller["client_id"]:
            return
        group = next(
            one["id"]
            for one in await site.mock.entries("extension_group")
            if one["client_id"] == found["client_id"]
        )
        like_others = {"type": "extension_group", "extension_group_id": group}
        async with site.mock.changed(("user", found["id"], like_others)):
            response.become(await site.mock.send(request))

    site.after(after)


@patch
def block_spreads(site: Site) -> None:
    """Blocks all users of a group along with one."""

    async def after(request: Request, response: Response) -> None:
        blocks = request.fields().get("status") == "blocked"
        if request.action == "update" and request.collection == "user" and response.ok and blocks:
            for one in await site.mock.entries("user"):
                if one["extension_group_id"] == response.json["extension_group_id"]:
                    await site.mock.change("user", one["id"], status="blocked")

    site.after(after)
