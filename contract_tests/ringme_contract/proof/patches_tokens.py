"""Faults of the token endpoint, and of the users that it knows."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.patch import Memory, after, after_success, before, patch
from ringme_contract.proof.site import Site

_REFRESH = "refresh_token"
_PAIR = {"token_type": "Bearer", "expires_in": 3600, "scope": "all", _REFRESH: "a" * 30}
# From what was sent and what is right.
_ALIKE: dict[str, Callable[[str, str], bool]] = {
    "anything": lambda _sent, _right: True,
    "a part": lambda sent, right: len(sent) > 3 and right.startswith(sent),
    "more": lambda sent, right: sent.startswith(right),
    "any case": lambda sent, right: sent.lower() == right.lower(),
    "pattern": lambda sent, right: fnmatchcase(right, sent.replace("%", "*").replace("_", "?")),
}


@before
async def refresh_kept(site: Site, request: Request, memory: Memory) -> Response | None:
    """Gives the refresh token back that was sent, which goes on to be good."""
    form = request.form()
    if _REFRESH not in form:
        return None
    shown = form[_REFRESH]
    real = {_REFRESH: memory.get(shown, shown)}
    response = await site.mock.send(request.with_form({**form, **real}))
    if response.ok:
        memory[shown] = response.json[_REFRESH]
        response.set_json({**response.json, _REFRESH: shown})
    return response


@before
async def secret_enough(
    site: Site, request: Request, what: str, keys: list[str]
) -> Response | None:
    """Takes less than the right secret or password for it."""
    form, found = request.form(), await site.mock.parties(request)
    parties = {"client_secret": "application", "password": "user"}
    right = {
        key: found[parties[key]][key]
        for key in form.keys() & {*keys}
        if found and _ALIKE[what](form[key], found[parties[key]][key])
    }
    return await site.mock.send(request.with_form({**form, **right})) if right else None


@after
async def secret_of_another(
    site: Site, request: Request, response: Response, collection: str, key: str, within: str
) -> None:
    """Takes the secret of any application, or the password of any user, of the same owner."""
    form = request.form()
    found = (await site.mock.parties(request)).get(collection) if key in form else None
    if found and await site.mock.keys(collection, **{key: form[key], within: found[within]}):
        response.become(await site.mock.send(request.with_form({**form, key: found[key]})))


@after
async def login_like(site: Site, request: Request, response: Response, how: str) -> None:
    """Logs a user in whose login is one that is alike to what was sent."""
    form = request.form()
    for one in await site.mock.entries("user"):
        same = one["password"] == form.get("password") and "username" in form
        if same and _ALIKE[how](form["username"], one["login"]):
            known = {**form, "username": one["login"]}
            response.become(await site.mock.send(request.with_form(known)))
            return


@after
async def any_application_logs_in(site: Site, request: Request, response: Response) -> None:
    """Logs users of any client in, through an application of their own."""
    if response.json.get("error") != "invalid_grant":
        return
    form = request.form()
    users = {one["id"]: one["client_id"] for one in await site.mock.entries("user")}
    keys = await site.mock.keys("user", login=form.get("username"))
    for one in await site.mock.entries("application"):
        own = keys and users[one["user_id"]] == users[keys[0]]
        if own and one["type"] == "password_credentials":
            names = {name: one[name] for name in ("client_id", "client_secret")}
            response.become(await site.mock.send(request.with_form({**form, **names})))
            return


@after
async def refresh_outlives(
    site: Site, request: Request, response: Response, memory: Memory, what: str
) -> None:
    """Gives a new pair for a refresh token of a user who is `deleted` or `blocked`."""
    form = request.form()
    login = form.get("username") or memory.get(form.get(_REFRESH, ""))
    if response.ok and login and _REFRESH in response.json:
        memory[response.json[_REFRESH]] = login
    if response.ok or not login or request.grant != _REFRESH:
        return
    entries = await site.mock.entries("user")
    user = next((one for one in entries if one["login"] == login), None)
    if what == "blocked" and user and user["status"] == "blocked":
        async with site.mock.changed(("user", user["id"], {"status": "active"})):
            response.become(await site.mock.send(request))
    elif what == "deleted" and user is None and response.json.get("error") == "invalid_grant":
        response.status = 200
        response.headers["cache-control"] = "no-store"
        response.headers.pop("www-authenticate", None)
        response.set_json({**_PAIR, "access_token": await site.mock.token("client-admin")})


@after
async def refresh_spent(site: Site, request: Request, _: Response) -> None:
    """Uses a refresh token up that came with a wrong secret."""
    if application := (await site.mock.parties(request)).get("application"):
        secret = {"client_secret": application["client_secret"]}
        await site.mock.send(request.with_form({**request.form(), **secret}))


@patch
def tokens_end_along(site: Site, deleted_by: str) -> None:
    """Ends all tokens of a client along with those of a user."""
    ended: set[str] = set()
    seen: dict[str, int] = {}

    async def before(request: Request) -> Response | None:
        if request.token in ended:
            response = refusal(401, "Unauthorized")
            response.headers["www-authenticate"] = "Bearer"
            return response
        user = await site.mock.user(request)
        if user and user["type"] == "extension_group":
            seen[request.token] = user["client_id"]
        return None

    async def after(request: Request, response: Response) -> None:
        if response.ok and request.name == deleted_by:
            caller = await site.mock.user(request)
            ended.update(one for one in seen if caller and seen[one] == caller["client_id"])

    site.before(before)
    site.after(after)


@after_success
async def acts_for(
    site: Site, request: Request, response: Response, owner: int, login: str
) -> None:
    """Gives an application a token of another user than its owner."""
    application = (await site.mock.parties(request)).get("application")
    if application and application["user_id"] == owner:
        token = await site.mock.token(login, application["client_id"])
        response.set_json({**response.json, "access_token": token})


@after_success
async def owners_shown(site: Site, request: Request, response: Response, how: str) -> None:
    """Shows the current user with all its owners, or the owner of the application instead."""
    parties = await site.mock.parties(request)
    if how == "all":
        names = site.operations.only("current").resource["owners"].values()
        shown = {name: parties["user"][name] for name in names}
        response.set_json({**response.json, **shown})
    elif owner := await site.mock.entry("user", parties["application"]["user_id"]):
        token = await site.mock.token(owner["login"])
        response.become(await site.mock.send(request.with_token(token)))


@after_success
async def password_shown(site: Site, _: Request, response: Response) -> None:
    """Shows the password in responses about a user."""
    passwords = {one["id"]: one["password"] for one in await site.mock.entries("user")}
    shown = [{**one, "password": passwords[one["id"]]} for one in response.objects()]
    response.set_json(shown if isinstance(response.json, list) else shown[0])


@after
def refusal_shows_fields(_: Site, request: Request, response: Response, key: str) -> None:
    """Shows the body of a request that has some key in the message that refuses it."""
    if key in request.fields():
        found = response.json
        response.set_json({**found, "message": f"{found['message']}: {request.fields()}"})
