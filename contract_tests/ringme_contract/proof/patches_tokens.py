"""Faults of the token endpoint, and of the users that it knows."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.site import Site, patch

_REFRESH = "refresh_token"
_PAIR = {"token_type": "Bearer", "expires_in": 3600, "scope": "all", _REFRESH: "a" * 30}


@patch
def refresh_kept(site: Site) -> None:
    """Gives the refresh token back that was sent, which goes on to be good."""
    real: dict[str, str] = {}

    async def before(request: Request) -> Response | None:
        form = request.form()
        if request.grant != _REFRESH or _REFRESH not in form:
            return None
        shown = form[_REFRESH]
        response = await site.mock.send(
            request.with_form({**form, _REFRESH: real.get(shown, shown)})
        )
        if response.ok:
            real[shown] = response.json[_REFRESH]
            response.set_json({**response.json, _REFRESH: shown})
        return response

    site.before(before)


@patch
def refresh_for_any_application(site: Site) -> None:
    """Lets any application use a refresh token: as the one that it was given to."""
    owners: dict[str, dict[str, str]] = {}

    async def after(request: Request, response: Response) -> None:
        form = request.form() if request.action == "token" else {}
        if form and response.ok and _REFRESH in response.json:
            names = ("client_id", "client_secret")
            owners[response.json[_REFRESH]] = {name: form[name] for name in names}
        elif response.status == 401 and form.get(_REFRESH) in owners:
            owner = owners[form[_REFRESH]]
            response.become(await site.mock.send(request.with_form({**form, **owner})))

    site.after(after)


_ENOUGH: dict[str, Callable[[str, str], bool]] = {
    "anything": lambda _given, _right: True,
    "a part": lambda given, right: len(given) > 3 and right.startswith(given),
    "more": lambda given, right: given.startswith(right),
    "any case": lambda given, right: given.lower() == right.lower(),
    "blanks": lambda given, right: given.strip() == right,
}


@patch
def secret_enough(site: Site, what: str, keys: list[str]) -> None:
    """Takes less than the right secret or password for it."""
    parties = {"client_secret": "application", "password": "user"}

    async def before(request: Request) -> Response | None:
        form = request.form() if request.action == "token" else {}
        found = await site.mock.parties(request) if form else {}
        right = {
            key: found[parties[key]][key]
            for key in form.keys() & {*keys}
            if found and _ENOUGH[what](form[key], found[parties[key]][key])
        }
        return await site.mock.send(request.with_form({**form, **right})) if right else None

    site.before(before)


@patch
def secret_of_another(site: Site, collection: str, key: str, within: str) -> None:
    """Takes the secret of any application, or the password of any user, of the same owner."""

    async def after(request: Request, response: Response) -> None:
        form = request.form() if request.action == "token" else {}
        found = (await site.mock.parties(request)).get(collection) if key in form else None
        if response.status != 401 or not found:
            return
        entries = await site.mock.entries(collection)
        if any(one[key] == form[key] and one[within] == found[within] for one in entries):
            response.become(await site.mock.send(request.with_form({**form, key: found[key]})))

    site.after(after)


@patch
def login_like(site: Site, how: str) -> None:
    """Logs a user in whose login is the one that was sent but for its `end`, `blanks` or `case`."""
    alike: dict[str, Callable[[str, str], bool]] = {
        "end": lambda sent, login: len(sent) > 3 and login.startswith(sent),
        "blanks": lambda sent, login: sent.strip() == login,
        "pattern": lambda sent, login: fnmatchcase(login, sent.replace("%", "*").replace("_", "?")),
    }

    async def after(request: Request, response: Response) -> None:
        form = request.form() if request.grant == "password" else {}
        if response.status != 401 or "username" not in form:
            return
        for one in await site.mock.entries("user"):
            same = one["password"] == form.get("password")
            if same and alike[how](form["username"], one["login"]):
                known = {**form, "username": one["login"]}
                response.become(await site.mock.send(request.with_form(known)))
                return

    site.after(after)


@patch
def any_application_logs_in(site: Site) -> None:
    """Logs users of any client in, through an application of their own."""

    async def after(request: Request, response: Response) -> None:
        form = request.form() if request.grant == "password" else {}
        if response.status != 401 or response.json.get("error") != "invalid_grant":
            return
        users = {one["id"]: one for one in await site.mock.entries("user")}
        login = form.get("username")
        user = next((one for one in users.values() if one["login"] == login), None)
        for one in await site.mock.entries("application"):
            own = user and users[one["user_id"]]["client_id"] == user["client_id"]
            if own and one["type"] == "password_credentials":
                names = {name: one[name] for name in ("client_id", "client_secret")}
                response.become(await site.mock.send(request.with_form({**form, **names})))
                return

    site.after(after)


@patch
def refresh_outlives(site: Site, what: str) -> None:
    """Gives a new pair for a refresh token of a user who is `deleted` or `blocked`."""
    owners: dict[str, str] = {}

    async def after(request: Request, response: Response) -> None:
        form = request.form() if request.action == "token" else {}
        if response.ok and form:
            login = form.get("username") or owners.get(form.get(_REFRESH, ""))
            if login and _REFRESH in response.json:
                owners[response.json[_REFRESH]] = login
        login = owners.get(form.get(_REFRESH, ""), "")
        if not login or response.ok or form.get("grant_type") != _REFRESH:
            return
        entries = await site.mock.entries("user")
        user = next((one for one in entries if one["login"] == login), None)
        if (what == "deleted") == (user is None) and response.json.get("error") == "invalid_grant":
            await give("client-admin", request, response)
        elif what == "blocked" and user and user["status"] == "blocked":
            async with site.mock.changed(("user", user["id"], {"status": "active"})):
                response.become(await site.mock.send(request))

    async def give(login: str, request: Request, response: Response) -> None:
        made = {**_PAIR, "access_token": await site.mock.token(login)}
        response.status = 200
        response.headers["cache-control"] = "no-store"
        response.headers.pop("www-authenticate", None)
        response.set_json(made)

    site.after(after)


@patch
def refresh_spent(site: Site) -> None:
    """Uses a refresh token up that came with a wrong secret."""

    async def after(request: Request, response: Response) -> None:
        if request.grant != _REFRESH or response.status != 401:
            return
        if application := (await site.mock.parties(request)).get("application"):
            secret = {"client_secret": application["client_secret"]}
            await site.mock.send(request.with_form({**request.form(), **secret}))

    site.after(after)


@patch
def tokens_end_along(site: Site, **which: Any) -> None:
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
        if response.ok and request.matches(**which):
            caller = await site.mock.user(request)
            ended.update(one for one in seen if caller and seen[one] == caller["client_id"])

    site.before(before)
    site.after(after)


@patch
def acts_for(site: Site, owner: int, login: str) -> None:
    """Gives an application a token of another user than its owner."""

    async def after(request: Request, response: Response) -> None:
        if response.ok and request.grant == "client_credentials":
            application = (await site.mock.parties(request)).get("application")
            if application and application["user_id"] == owner:
                token = await site.mock.token(login, application["client_id"])
                response.set_json({**response.json, "access_token": token})

    site.after(after)


@patch
def owners_shown(site: Site, how: str) -> None:
    """Shows the current user with all its owners, or the owner of the application instead."""

    async def after(request: Request, response: Response) -> None:
        if request.action != "current" or not response.ok or request.operation is None:
            return
        parties = await site.mock.parties(request)
        if how == "all":
            names = request.operation.node["x-resource"]["owners"].values()
            shown = {name: parties["user"][name] for name in names}
            response.set_json({**response.json, **shown})
            return
        owner = await site.mock.entry("user", parties["application"]["user_id"])
        if owner is not None:
            token = await site.mock.token(owner["login"])
            response.become(await site.mock.send(request.with_token(token)))

    site.after(after)


@patch
def password_shown(site: Site, operations: list[str]) -> None:
    """Shows the password in responses about a user."""

    async def after(request: Request, response: Response) -> None:
        if request.name in operations and response.ok:
            passwords = {one["id"]: one["password"] for one in await site.mock.entries("user")}
            shown = [{**one, "password": passwords[one["id"]]} for one in response.objects()]
            response.set_json(shown if isinstance(response.json, list) else shown[0])

    site.after(after)


@patch
def user_made(site: Site, values: dict[str, Any]) -> None:
    """Stores other values in a new user than were sent."""

    async def after(request: Request, response: Response) -> None:
        if request.action == "create" and request.collection == "user" and response.ok:
            made = response.json
            await site.mock.change("user", made["id"], **values)
            response.set_json({**made, **{key: values[key] for key in values if key in made}})

    site.after(after)


@patch
def never_free(site: Site, collection: str, key: str, refused: bool = False) -> None:
    """Refuses a value for good that an entry was made with, or that a `refused` request had."""
    used: set[str] = set()

    def before(request: Request) -> Response | None:
        creates = request.action == "create" and request.collection == collection
        taken = creates and request.fields().get(key) in used
        return refusal(400, f"{key}: is taken") if taken else None

    def after(request: Request, response: Response) -> None:
        value = request.fields().get(key)
        if request.action != "create" or request.collection != collection or not value:
            return
        if response.status == 404 if refused else response.ok:
            used.add(str(value))

    site.before(before)
    site.after(after)


@patch
def basic_read(site: Site, grant: str = "", unchecked: bool = False) -> None:
    """Reads HTTP Basic for one grant alone, or leaves its secret unchecked."""

    async def before(request: Request) -> Response | None:
        if request.action != "token" or not request.header("authorization").startswith("Basic "):
            return None
        form = request.form()
        if grant and request.grant != grant:
            request.set_header("authorization", "Basic ?")
        if unchecked and (application := (await site.mock.parties(request)).get("application")):
            form["client_secret"] = application["client_secret"]
            return await site.mock.send(request.with_form(form))
        return None

    site.before(before)
