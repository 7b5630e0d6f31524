"""Faults in who may do what: tokens, access levels, blocked users, reach, refusals."""

from __future__ import annotations

from typing import Any

from ringme_contract.proof.messages import Request, Response
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
def open_to_all(site: Site, login: str, **which: Any) -> None:
    """Takes requests without a good token for those of a user."""

    async def before(request: Request) -> Response | None:
        if not request.matches(**which) or await site.mock.caller(request) is not None:
            return None
        return await site.mock.send(request.with_token(await site.mock.token(login)))

    site.before(before)


@patch
def let_through(
    site: Site,
    refused: str,
    caller: dict[str, dict[str, Any]] | None = None,
    logins: tuple[str, ...] = (),
    types: tuple[str, ...] = (),
    once_reached: bool = False,
    silently: bool = False,
    **which: Any,
) -> None:
    """Carries out requests that are due to be refused with a status word.

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
        if response.word != refused or not request.matches(**which):
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
    site: Site, user: dict[str, list[str]], word: str, instead_of: str | None = None, **which: Any
) -> None:
    """Refuses users with certain values what they may do, or refuses them otherwise than due."""

    async def after(request: Request, response: Response) -> None:
        due = response.word == instead_of if instead_of else response.ok
        if due and request.matches(**which):
            found = await site.mock.user(request)
            if found and all(found[key] in values for key, values in user.items()):
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
