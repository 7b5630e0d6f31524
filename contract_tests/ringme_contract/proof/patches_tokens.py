"""Faults of the token endpoint, and of the users that it knows."""

from __future__ import annotations

from typing import Any

from ringme_contract.proof.messages import Request, Response, refusal
from ringme_contract.proof.site import Site, patch

_REFRESH = "refresh_token"


@patch
def refresh_twice(site: Site) -> None:
    """Gives for a used refresh token once more what it gave."""
    given: dict[str, Response] = {}

    def after(request: Request, response: Response) -> None:
        token = request.form().get(_REFRESH, "") if request.grant == _REFRESH else ""
        if token and response.ok:
            given[token] = response.copy()
        elif token in given:
            response.become(given[token])

    site.after(after)


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


@patch
def secrets_unchecked(site: Site) -> None:
    """Puts the right secret and password in the place of any."""

    async def before(request: Request) -> Response | None:
        form = request.form() if request.action == "token" else {}
        parties = await site.mock.parties(request) if form else {}
        right = {
            "client_secret": parties.get("application", {}).get("client_secret"),
            "password": parties.get("user", {}).get("password"),
        }
        changed = {key: right[key] or form[key] for key in form.keys() & right.keys()}
        return await site.mock.send(request.with_form({**form, **changed})) if changed else None

    site.before(before)


@patch
def acts_for(site: Site, owner: int, login: str) -> None:
    """Gives an application a token of another user than its owner."""

    async def after(request: Request, response: Response) -> None:
        if response.ok and request.grant == "client_credentials":
            application = (await site.mock.parties(request))["application"]
            if application["user_id"] == owner:
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
def login_never_free(site: Site) -> None:
    """Refuses a login for good once a user was made with it."""
    used: set[str] = set()

    def before(request: Request) -> Response | None:
        creates = request.action == "create" and request.fields().get("login") in used
        return refusal(400, "login: is taken") if creates else None

    def after(request: Request, response: Response) -> None:
        if request.action == "create" and request.collection == "user" and response.ok:
            used.add(response.json["login"])

    site.before(before)
    site.after(after)
