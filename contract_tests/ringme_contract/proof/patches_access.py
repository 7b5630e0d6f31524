"""Faults in access and limits: tokens, access levels, blocks, reach, rate limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ringme_contract.proof.fault import Memory, after, after_success, before
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.mock import Mock

_LIMIT, _LEFT, _RESET = (f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset"))
_ADMINS = ("client-admin", "other-admin")


@before
async def tokens_in_any_case(mock: Mock, request: Request, memory: Memory) -> Response:
    """Accepts a token in upper and lower case."""
    if token := memory.get(request.token.lower()):
        request.set_header("authorization", f"Bearer {token}")
    response = await mock.send(request)
    if request.action == "token" and response.ok:
        token = response.json["access_token"]
        memory[token.lower()] = token
    return response


async def _resent(
    mock: Mock, request: Request, logins: Sequence[str], is_good: Callable[[Response], bool]
) -> Response:
    """Sends a request as each user until a response is good; without users, as it is."""
    response = Response(500) if logins else await mock.send(request)
    for login in logins:
        response = await mock.send(request.with_token(await mock.token(login)))
        if is_good(response):
            break
    return response


@after
async def let_through(
    mock: Mock,
    request: Request,
    response: Response,
    memory: Memory,
    refused: str | None,
    caller: dict[str, dict[str, Any]] | None = None,
    logins: Sequence[str] = (),
    types: Sequence[str] = (),
    once_reached: bool = False,
    silently: bool = False,
) -> None:
    """Carries out requests that should be refused with an error code, or with none.

    Either the `user`, `application` and `client` of the `caller` have other values meanwhile, or
    the request is sent as other users (`logins`) until one is not refused. `types` restricts the
    types of users, `once_reached` the paths to those that the token has reached before. With
    `silently` the client still gets the refusal.
    """
    place = (request.token, *request.values.values())
    if response.ok:
        memory[place] = True
    if response.ok or response.word != refused or (once_reached and place not in memory):
        return
    # Only if they are needed: a server at a URL cannot tell the parties of a request.
    parties = await mock.parties(request) if types or caller else {}
    if types and parties["user"]["type"] not in types:
        return
    others = (caller or {}).items()
    changes = [(name, parties[name][mock.key(name)], values) for name, values in others]
    async with mock.changed(*changes):
        done = await _resent(mock, request, logins, lambda one: one.word != refused)
    if not silently:
        response.become(done)


@after
async def elsewhere(
    mock: Mock,
    request: Request,
    response: Response,
    path: str,
    logins: Sequence[str],
    refused: str | None = None,
    also: bool = False,
    where: dict[str, str] | None = None,
) -> None:
    """Responds with the response of another path, which has path parameters in braces.

    It is requested as the first of some users who is not refused. With `refused` it replaces
    refusals with that error code, otherwise successful responses. With `also` both lists are
    joined, with `where` only items are shown whose properties have the values of path parameters.
    """
    if not (response.word == refused if refused else response.ok):
        return
    other = replace(request, path=path.format_map(request.values))
    if where:
        other = other.with_query(page=None, per_page=1000)
    found = await _resent(mock, other, logins, lambda one: one.ok)
    if not found.ok:
        return
    own = response.json
    response.become(found)
    if also:
        response.set_json(own + found.json)
    if where:
        values = [(key, request.values[name]) for key, name in where.items()]
        meant = [one for one in found.json if all(str(one[key]) == its for key, its in values)]
        size = int(request.parameter("per_page") or 1000)
        start = (int(request.parameter("page") or 1) - 1) * size
        response.set_json(meant[start : start + size])


@after
async def refused_before(
    mock: Mock,
    request: Request,
    response: Response,
    becomes: Sequence[int],
    words: Sequence[str] = (),
    logins: Sequence[str] = _ADMINS,
    path: str = "",
    parameters: dict[str, Any] | None = None,
    method: str = "",
) -> None:
    """Refuses a request with another status (one of `becomes`) than it should.

    The refusal is that of another request: as another user (`logins`), at another `path`, with
    other `parameters` of the query, or with another `method` and no body. `words` are the error
    codes of refusals that it replaces.
    """
    if not request.operation or (words and response.word not in words):
        return
    state = await mock.state()
    other = request.with_query(**parameters or {})
    if method:
        other.method, other.body = method, b""
    if path:
        other.path = path.format_map(request.values)
    found = await _resent(mock, other, logins, lambda one: one.status != 403)
    if found.ok and other.method != "GET":
        await mock.set_state(state)
    elif found.status in becomes:
        response.become(found)


@after
async def refused_all_the_same(
    mock: Mock,
    request: Request,
    response: Response,
    caller: dict[str, dict[str, list[str]]],
    word: str,
    instead_of: str | None = None,
) -> None:
    """Refuses an allowed caller with certain values, or with another error code than it should."""
    if not (response.word == instead_of if instead_of else response.ok):
        return
    found = await mock.parties(request)
    if found and all(
        found[name][key] in good for name, values in caller.items() for key, good in values.items()
    ):
        response.refuse(403, word)


@before
async def user_of_the_login(
    mock: Mock, request: Request, memory: Memory, keys: list[str]
) -> Response | None:
    """Keeps some values of a user as they were when the token was first used."""
    user = await mock.user(request)
    if user is None:
        return None
    values = memory.setdefault(request.token, {key: user[key] for key in keys})
    if {**user, **values} == user:
        return None
    async with mock.changed(("user", user["id"], values)):
        return await mock.send(request)


@after
async def ghosts(
    mock: Mock, request: Request, response: Response, memory: Memory, types: list[str], login: str
) -> None:
    """Accepts tokens of deleted users of some types as those of another user."""
    user = await mock.user(request)
    if user is not None and user["type"] in types:
        memory[request.token] = True
    if response.status == 401 and request.token in memory:
        token = await mock.token(login)
        response.become(await mock.send(request.with_token(token)))


@after
async def members_of_the_login(
    mock: Mock, request: Request, response: Response, memory: Memory
) -> None:
    """Keeps the members of a user's group as they were when the token was first used."""
    user = await mock.user(request)
    if not user or user["type"] != "extension_group":
        return
    members = await mock.keys("extension", extension_group_id=user["extension_group_id"])
    known = memory.setdefault(request.token, members)
    asked = request.values.get("extension_id", "")
    if response.ok and asked.isdecimal() and int(asked) not in known:
        response.refuse(403, "access_denied")


@after
async def users_of_any_type(mock: Mock, request: Request, response: Response) -> None:
    """Treats any user of the client as one of a group."""
    if response.word != "user_not_found":
        return
    found = await mock.entry("user", request.key)
    caller = await mock.user(request)
    if found and caller and found["client_id"] == caller["client_id"]:
        group = (await mock.keys("extension_group", client_id=found["client_id"]))[0]
        like_others = {"type": "extension_group", "extension_group_id": group}
        async with mock.changed(("user", found["id"], like_others)):
            response.become(await mock.send(request))


@after_success
async def block_spreads(mock: Mock, request: Request, response: Response) -> None:
    """Blocks all users of a group along with one."""
    if request.fields().get("status") == "blocked":
        group = response.json["extension_group_id"]
        for key in await mock.keys("user", extension_group_id=group):
            await mock.change("user", key, status="blocked")


@after
async def refusal_tells(
    mock: Mock, request: Request, response: Response, collection: str, key: str
) -> None:
    """Reveals a property of an entry in the path in its refusal."""
    for value in request.values.values():
        entry = await mock.entry(collection, value)
        if entry is not None:
            response.refuse(response.status, response.word, f"Not yours: {entry[key]}")


@after
async def taken_by(
    mock: Mock, request: Request, response: Response, unique: str, key: str, owner: str = ""
) -> None:
    """Reveals a property of the entry that has a unique value, or of its owner, in the refusal."""
    wanted = request.fields().get(unique)
    for one in await mock.entries(request.collection):
        if wanted and one[unique] == wanted:
            found = await mock.entry(owner, one[f"{owner}_id"]) if owner else one
            response.refuse(400, None, f"{unique}: is taken by {(found or one)[key]}")


# --- the rate limit


@after
async def counted_by(
    mock: Mock, _: Request, response: Response, memory: Memory, key: str = ""
) -> None:
    """Counts requests by another `key` of the journal, or without one all together."""
    if _LIMIT not in response.headers:
        return
    (noted,) = await mock.control("GET", "/journal", limit=1)
    name = noted.get(key)
    memory[name] = memory.get(name, 0) + 1
    left = int(response.headers[_LIMIT]) - memory[name]
    response.headers[_LEFT] = str(max(0, left))
    if left < 0:
        response.refuse(429, "rate_limit_exceeded")


@after
def reset_by_requests(_: Mock, __: Request, response: Response) -> None:
    """Subtracts a second from the time until the reset for each request."""
    if _LIMIT in response.headers:
        used = int(response.headers[_LIMIT]) - int(response.headers[_LEFT])
        response.headers[_RESET] = str(max(1, 3600 - used))


@after
def not_counted(
    _: Mock, request: Request, response: Response, memory: Memory, uncounted: list[str]
) -> None:
    """Does not count requests with some methods."""
    if _LIMIT not in response.headers:
        return
    limit, left = int(response.headers[_LIMIT]), int(response.headers[_LEFT])
    memory["free"] = memory.get("free", 0) + (request.method in uncounted)
    response.headers[_LEFT] = str(min(left + memory["free"], limit))
