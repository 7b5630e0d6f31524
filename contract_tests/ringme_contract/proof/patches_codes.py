"""Faults of the authorization code grant, its login page, and of revoking."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.patch import Memory, after, before, patch
from ringme_contract.proof.site import Site

_GRANT = "authorization_code"


def _brought(response: Response) -> dict[str, str]:
    """Reads what a redirect brings."""
    query = urlsplit(response.headers.get("location", "")).query
    return dict(parse_qsl(query, keep_blank_values=True))


@patch
def code_for_any(site: Site, keys: list[str]) -> None:
    """Takes a code with another redirect URI, or from another application, than it was given to."""
    given: dict[str, dict[str, str]] = {}

    async def before(request: Request) -> Response | None:
        form = request.form() if request.grant == _GRANT else {}
        known = given.get(form.get("code", ""))
        if not known or not set(keys) <= form.keys():
            return None
        right = {key: known[key] for key in keys if key in known}
        if "client_id" in keys:
            parties = await site.mock.parties(request)
            if parties.get("application", {}).get("client_secret") != form.get("client_secret"):
                return None
            owner = await site.mock.entry("application", known["client_id"]) or {}
            right["client_secret"] = owner["client_secret"]
        return await site.mock.send(request.with_form({**form, **right}))

    async def after(request: Request, response: Response) -> None:
        if request.action == "authorize" and "code" in (found := _brought(response)):
            given[found["code"]] = dict(request.query)

    site.before(before)
    site.after(after)


@after
async def open_redirect(site: Site, request: Request, response: Response, how: str) -> None:
    """Leads to a redirect URI that is none of the application.

    With `foreign` any gets an error, with `beginning` those get a code that begin like one of it.
    """
    query = dict(request.query)
    uri = query.get("redirect_uri", "")
    application = await site.mock.entry("application", query.get("client_id", ""))
    if application is None or not uri:
        return
    brought = {"error": "invalid_request"}
    if how == "beginning":
        alike = [one for one in application["redirect_uris"] if uri.startswith(one)]
        found = await site.mock.send(request.with_query(redirect_uri=[*alike, uri][0]))
        brought = _brought(found)
        if "code" not in brought:
            return
    response.status, response.body = 302, b""
    response.headers.pop("content-type", None)
    response.headers["cache-control"] = "no-store"
    response.headers["location"] = f"{uri}?{urlencode(brought)}"


@before
async def lets_in(site: Site, request: Request, whom: str) -> Response | None:
    """Logs users in at the login page by `any password`, theirs `and more`, or `blocked` ones."""
    user = (await site.mock.parties(request)).get("user")
    if user is None:
        return None
    given = request.form().get("password", "")
    if whom == "and more" and not given.startswith(user["password"]):
        return None
    changes = {"status": "active"} if whom == "blocked" else {"password": given}
    async with site.mock.changed(("user", user["id"], changes)):
        return await site.mock.send(request)


@after
async def blocked_stay_logged_in(site: Site, request: Request, response: Response) -> None:
    """Gives codes to a user who was blocked after the login."""
    if request.header("cookie") and not {"code", "error"} & _brought(response).keys():
        blocked = await site.mock.keys("user", status="blocked")
        changes = [("user", key, {"status": "active"}) for key in blocked]
        async with site.mock.changed(*changes):
            response.become(await site.mock.send(request))


@patch
def revokes_nothing(site: Site, refresh_alone: bool = False) -> None:
    """Says that a token is revoked, and leaves it as it is; or just refresh tokens."""
    refresh: set[str] = set()

    async def before(request: Request) -> Response | None:
        if request.action != "revoke":
            return None
        token = request.form().get("token")
        if not token or (refresh_alone and token not in refresh):
            return None
        empty = await site.mock.send(request.with_form({**request.form(), "token": "0" * 30}))
        return empty if empty.ok else None

    async def after(request: Request, response: Response) -> None:
        if request.action == "token" and response.ok and "refresh_token" in response.json:
            refresh.add(response.json["refresh_token"])

    site.before(before)
    site.after(after)


@after
async def for_any_application(
    site: Site, request: Request, response: Response, memory: Memory, token: str, kind: str
) -> None:
    """Takes tokens of a kind from any application, as if from the one that they were given to.

    `token` is the parameter of a request that has one.
    """
    form, names = request.form(), ("client_id", "client_secret")
    if request.action == "token" and response.ok and form.keys() >= set(names):
        memory[response.json.get(kind)] = {name: form[name] for name in names}
    elif (owner := memory.get(form.get(token, ""))) and response.ok == (request.action == "revoke"):
        response.become(await site.mock.send(request.with_form({**form, **owner})))
