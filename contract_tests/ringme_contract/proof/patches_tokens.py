"""Faults of the token endpoint, the authorization code grant, and the login page."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, urlencode, urlsplit

from ringme_contract.proof.fault import Memory, after, after_success, before
from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.mock import Mock

_GRANT = "authorization_code"
_REFRESH = "refresh_token"
_PAIR = {"token_type": "Bearer", "expires_in": 3600, "scope": "all", _REFRESH: "a" * 30}
# Comparisons of the value sent and the right one.
_ALIKE: dict[str, Callable[[str, str], bool]] = {
    "anything": lambda _sent, _right: True,
    "a part": lambda sent, right: len(sent) > 3 and right.startswith(sent),
    "more": lambda sent, right: sent.startswith(right),
    "any case": lambda sent, right: sent.lower() == right.lower(),
    "pattern": lambda sent, right: fnmatchcase(right, sent.replace("%", "*").replace("_", "?")),
}


@before
async def refresh_kept(mock: Mock, request: Request, memory: Memory) -> Response | None:
    """Returns the refresh token that was sent, which stays valid."""
    form = request.form()
    if _REFRESH not in form:
        return None
    shown = form[_REFRESH]
    real = {_REFRESH: memory.get(shown, shown)}
    response = await mock.send(request.with_form({**form, **real}))
    if response.ok:
        memory[shown] = response.json[_REFRESH]
        response.set_json({**response.json, _REFRESH: shown})
    return response


@before
async def secret_enough(
    mock: Mock, request: Request, what: str, keys: list[str]
) -> Response | None:
    """Accepts a secret or password that is not exactly the right one."""
    form, found = request.form(), await mock.parties(request)
    parties = {"client_secret": "application", "password": "user"}
    right = {
        key: found[parties[key]][key]
        for key in form.keys() & {*keys}
        if found and _ALIKE[what](form[key], found[parties[key]][key])
    }
    return await mock.send(request.with_form({**form, **right})) if right else None


@after
async def secret_of_another(
    mock: Mock, request: Request, response: Response, collection: str, key: str, within: str
) -> None:
    """Accepts the secret of any application, or the password of any user, of the same owner."""
    form = request.form()
    found = (await mock.parties(request)).get(collection) if key in form else None
    if found and await mock.keys(collection, **{key: form[key], within: found[within]}):
        response.become(await mock.send(request.with_form({**form, key: found[key]})))


@after
async def login_like(mock: Mock, request: Request, response: Response, how: str) -> None:
    """Logs in a user whose login is similar to the one sent."""
    form = request.form()
    for one in await mock.entries("user"):
        same = one["password"] == form.get("password") and "username" in form
        if same and _ALIKE[how](form["username"], one["login"]):
            known = {**form, "username": one["login"]}
            response.become(await mock.send(request.with_form(known)))
            return


@after
async def any_application_logs_in(mock: Mock, request: Request, response: Response) -> None:
    """Logs in users of any client, through an application of their own."""
    if response.json.get("error") != "invalid_grant":
        return
    form = request.form()
    users = {one["id"]: one["client_id"] for one in await mock.entries("user")}
    keys = await mock.keys("user", login=form.get("username"))
    for one in await mock.entries("application"):
        own = keys and users[one["user_id"]] == users[keys[0]]
        if own and one["type"] == "password_credentials":
            names = {name: one[name] for name in ("client_id", "client_secret")}
            response.become(await mock.send(request.with_form({**form, **names})))
            return


@after
async def refresh_outlives(
    mock: Mock, request: Request, response: Response, memory: Memory, what: str
) -> None:
    """Accepts the refresh token of a user who is `deleted` or `blocked`."""
    form = request.form()
    login = form.get("username") or memory.get(form.get(_REFRESH, ""))
    if response.ok and login and _REFRESH in response.json:
        memory[response.json[_REFRESH]] = login
    if response.ok or not login or request.grant != _REFRESH:
        return
    entries = await mock.entries("user")
    user = next((one for one in entries if one["login"] == login), None)
    if what == "blocked" and user and user["status"] == "blocked":
        async with mock.changed(("user", user["id"], {"status": "active"})):
            response.become(await mock.send(request))
    elif what == "deleted" and user is None and response.json.get("error") == "invalid_grant":
        response.status = 200
        response.headers["cache-control"] = "no-store"
        response.headers.pop("www-authenticate", None)
        response.set_json({**_PAIR, "access_token": await mock.token("client-admin")})


@after
async def refresh_spent(mock: Mock, request: Request, _: Response) -> None:
    """Uses up a refresh token that was sent with a wrong secret."""
    if application := (await mock.parties(request)).get("application"):
        secret = {"client_secret": application["client_secret"]}
        await mock.send(request.with_form({**request.form(), **secret}))


@before
async def tokens_end_along(
    mock: Mock, request: Request, memory: Memory, deleted_by: str
) -> Response:
    """Ends all tokens of a client along with those of a user."""
    if memory.get(request.token) == "ended":
        response = refusal(401, "Unauthorized")
        response.headers["www-authenticate"] = "Bearer"
        return response
    user = await mock.user(request)
    if user and user["type"] == "extension_group":
        memory[request.token] = user["client_id"]
    response = await mock.send(request)
    if user and response.ok and request.name == deleted_by:
        ended = [one for one, client in memory.items() if client == user["client_id"]]
        memory.update(dict.fromkeys(ended, "ended"))
    return response


@after_success
async def acts_for(
    mock: Mock, request: Request, response: Response, owner: int, login: str
) -> None:
    """Gives an application a token of another user than its owner."""
    application = (await mock.parties(request)).get("application")
    if application and application["user_id"] == owner:
        token = await mock.token(login, application["client_id"])
        response.set_json({**response.json, "access_token": token})


@after_success
async def owners_shown(mock: Mock, request: Request, response: Response, how: str) -> None:
    """Shows the current user with all its owners, or the owner of the application instead."""
    parties = await mock.parties(request)
    if how == "all":
        names = mock.operation("current").resource["owners"].values()
        shown = {name: parties["user"][name] for name in names}
        response.set_json({**response.json, **shown})
    elif owner := await mock.entry("user", parties["application"]["user_id"]):
        token = await mock.token(owner["login"])
        response.become(await mock.send(request.with_token(token)))


@after_success
async def password_shown(mock: Mock, _: Request, response: Response) -> None:
    """Shows the password in responses about a user."""
    passwords = {one["id"]: one["password"] for one in await mock.entries("user")}
    shown = [{**one, "password": passwords[one["id"]]} for one in response.objects()]
    response.set_json(shown if isinstance(response.json, list) else shown[0])


@after
def refusal_shows_fields(_: Mock, request: Request, response: Response, key: str) -> None:
    """Shows the request body in the message of a refusal, if the body has some key."""
    if key in request.fields():
        found = response.json
        response.set_json({**found, "message": f"{found['message']}: {request.fields()}"})


# --- codes, logins, revoking


def _brought(response: Response) -> dict[str, str]:
    """The query parameters of a redirect."""
    query = urlsplit(response.headers.get("location", "")).query
    return dict(parse_qsl(query, keep_blank_values=True))


@before
async def code_for_any(
    mock: Mock, request: Request, memory: Memory, keys: list[str]
) -> Response | None:
    """Accepts a code with another redirect URI, or from another application."""
    if request.action == "authorize":
        response = await mock.send(request)
        if code := _brought(response).get("code"):
            memory[code] = dict(request.query)
        return response
    form = request.form() if request.grant == _GRANT else {}
    known = memory.get(form.get("code", ""))
    if not known or not set(keys) <= form.keys():
        return None
    right = {key: known[key] for key in keys if key in known}
    if "client_id" in keys:
        parties = await mock.parties(request)
        if parties.get("application", {}).get("client_secret") != form.get("client_secret"):
            return None
        owner = await mock.entry("application", known["client_id"]) or {}
        right["client_secret"] = owner["client_secret"]
    return await mock.send(request.with_form({**form, **right}))


@after
async def open_redirect(mock: Mock, request: Request, response: Response, how: str) -> None:
    """Redirects to a URI that the application does not have.

    With `foreign` any URI gets an error; with `beginning`, a URI that begins like one of its own
    gets a code.
    """
    query = dict(request.query)
    uri = query.get("redirect_uri", "")
    application = await mock.entry("application", query.get("client_id", ""))
    if application is None or not uri:
        return
    brought = {"error": "invalid_request"}
    if how == "beginning":
        alike = [one for one in application["redirect_uris"] if uri.startswith(one)]
        found = await mock.send(request.with_query(redirect_uri=[*alike, uri][0]))
        brought = _brought(found)
        if "code" not in brought:
            return
    response.status, response.body = 302, b""
    response.headers.pop("content-type", None)
    response.headers["cache-control"] = "no-store"
    response.headers["location"] = f"{uri}?{urlencode(brought)}"


@before
async def lets_in(mock: Mock, request: Request, whom: str) -> Response | None:
    """Logs users in with `any password`, with theirs `and more`, or if they are `blocked`."""
    user = (await mock.parties(request)).get("user")
    if user is None:
        return None
    given = request.form().get("password", "")
    if whom == "and more" and not given.startswith(user["password"]):
        return None
    changes = {"status": "active"} if whom == "blocked" else {"password": given}
    async with mock.changed(("user", user["id"], changes)):
        return await mock.send(request)


@after
async def blocked_stay_logged_in(mock: Mock, request: Request, response: Response) -> None:
    """Gives codes to a user who was blocked after the login."""
    if request.header("cookie") and not {"code", "error"} & _brought(response).keys():
        blocked = await mock.keys("user", status="blocked")
        changes = [("user", key, {"status": "active"}) for key in blocked]
        async with mock.changed(*changes):
            response.become(await mock.send(request))


@before
async def revokes_nothing(
    mock: Mock, request: Request, memory: Memory, refresh_alone: bool = False
) -> Response | None:
    """Reports a token as revoked but leaves it valid; or only refresh tokens."""
    form = request.form()
    if request.action == "revoke":
        if not form.get("token") or (refresh_alone and form["token"] not in memory):
            return None
        empty = await mock.send(request.with_form({**form, "token": "0" * 30}))
        return empty if empty.ok else None
    response = await mock.send(request)
    if request.action == "token" and response.ok:
        memory[response.json.get(_REFRESH)] = True
    return response


@after
async def for_any_application(
    mock: Mock, request: Request, response: Response, memory: Memory, token: str, kind: str
) -> None:
    """Accepts tokens of a kind, in the parameter `token`, from any application."""
    form, names = request.form(), ("client_id", "client_secret")
    if request.action == "token" and response.ok and form.keys() >= set(names):
        memory[response.json.get(kind)] = {name: form[name] for name in names}
    elif (owner := memory.get(form.get(token, ""))) and response.ok == (request.action == "revoke"):
        response.become(await mock.send(request.with_form({**form, **owner})))
