"""Faults of the authorization code grant, its login page, and of revoking."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.site import Site, patch

_GRANT = "authorization_code"


def _brought(response: Response) -> dict[str, str]:
    """Reads what a redirect brings."""
    query = urlsplit(response.headers.get("location", "")).query
    return dict(parse_qsl(query, keep_blank_values=True))


def _lead_to(response: Response, url: str, pairs: list[tuple[str, str]]) -> None:
    response.headers["location"] = f"{url}?{urlencode(pairs)}"


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


@patch
def replay_harmless(site: Site) -> None:
    """Refuses a code that was used already, and leaves what it gave as it is."""
    used: dict[str, Response] = {}

    async def before(request: Request) -> Response | None:
        code = request.form().get("code", "") if request.grant == _GRANT else ""
        if code not in used:
            return None
        response = Response(401, {"cache-control": "no-store"})
        response.set_json({"error": "invalid_grant"})
        return response

    async def after(request: Request, response: Response) -> None:
        if request.grant == _GRANT and response.ok:
            used[request.form()["code"]] = response

    site.before(before)
    site.after(after)


@patch
def open_redirect(site: Site, how: str) -> None:
    """Leads to a redirect URI that is none of the application.

    With `foreign` any gets an error, with `beginning` those get a code that begin like one of it.
    """

    async def after(request: Request, response: Response) -> None:
        query = dict(request.query)
        uri = query.get("redirect_uri", "")
        if request.action != "authorize" or response.status != 400 or not uri:
            return
        application = await site.mock.entry("application", query.get("client_id", ""))
        if application is None:
            return
        own = application["redirect_uris"]
        if how == "foreign":
            response.status, response.body = 302, b""
            response.headers.pop("content-type", None)
            response.headers["cache-control"] = "no-store"
            _lead_to(response, uri, [("error", "invalid_request")])
        elif alike := next((one for one in own if uri.startswith(one)), None):
            found = await site.mock.send(request.with_query(redirect_uri=alike))
            if "code" in (brought := _brought(found)):
                response.become(found)
                _lead_to(response, uri, list(brought.items()))

    site.after(after)


@patch
def brought_otherwise(site: Site, how: str) -> None:
    """Brings state back not at all (`lost`), before the code (`first`), or in small letters."""

    def after(request: Request, response: Response) -> None:
        found = _brought(response) if request.action == "authorize" else {}
        if not {"code", "error"} & found.keys() or "state" not in found:
            return
        if how == "lost":
            del found["state"]
        elif how == "lower":
            found["state"] = found["state"].lower()
        else:
            found = {"state": found.pop("state"), **found}
        _lead_to(response, response.headers["location"].partition("?")[0], list(found.items()))

    site.after(after)


@patch
def relative_login(site: Site) -> None:
    """Leads to the login page by a path alone."""

    def after(request: Request, response: Response) -> None:
        location = response.headers.get("location", "")
        if request.action == "authorize" and not {"code", "error"} & _brought(response).keys():
            parts = urlsplit(location)
            response.headers["location"] = f"{parts.path}?{parts.query}"

    site.after(after)


@patch
def lets_in(site: Site, whom: str) -> None:
    """Logs users in at the login page by `any password`, or those who are `blocked`."""

    async def before(request: Request) -> Response | None:
        if request.action != "log_in":
            return None
        form, query = request.form(), dict(request.query)
        users = await site.mock.entries("user")
        user = next((one for one in users if one["login"] == form.get("username")), None)
        application = await site.mock.entry("application", query.get("client_id", ""))
        if user is None or application is None:
            return None
        changes = {
            "any password": {"password": form.get("password", "")},
            "blocked": {"status": "active"},
        }[whom]
        if all(user[name] == value for name, value in changes.items()):
            return None
        async with site.mock.changed(("user", user["id"], changes)):
            return await site.mock.send(request)

    site.before(before)


@patch
def blocked_stay_logged_in(site: Site) -> None:
    """Gives codes to a user who was blocked after the login."""

    async def after(request: Request, response: Response) -> None:
        if request.action != "authorize" or {"code", "error"} & _brought(response).keys():
            return
        if response.status != 302 or not request.header("cookie"):
            return
        blocked = [one for one in await site.mock.entries("user") if one["status"] == "blocked"]
        changes = [("user", one["id"], {"status": "active"}) for one in blocked]
        async with site.mock.changed(*changes):
            response.become(await site.mock.send(request))

    site.after(after)


@patch
def shown_raw(site: Site) -> None:
    """Shows the login that was sent as it is, markup and all."""

    def before(request: Request) -> None:
        if request.action == "log_in":
            request.set_header("accept-encoding", "identity")

    def after(request: Request, response: Response) -> None:
        if request.action == "log_in" and response.status == 200:
            response.body = unescape(response.body.decode("utf-8")).encode("utf-8")
            response.headers["content-length"] = str(len(response.body))

    site.before(before)
    site.after(after)


@patch
def foreign_forms(site: Site) -> None:
    """Takes the form of the login page from any site."""

    def before(request: Request) -> None:
        if request.action == "log_in":
            gone = ("origin", "sec-fetch-site")
            request.headers = [(name, one) for name, one in request.headers if name not in gone]

    site.before(before)


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


@patch
def revokes_for_any(site: Site) -> None:
    """Lets any application revoke the tokens of all others."""
    owners: dict[str, dict[str, str]] = {}

    async def before(request: Request) -> Response | None:
        form = request.form() if request.action == "revoke" else {}
        owner = owners.get(form.get("token", ""))
        if owner and (await site.mock.send(request)).ok:
            return await site.mock.send(request.with_form({**form, **owner}))
        return None

    async def after(request: Request, response: Response) -> None:
        form = request.form() if request.action == "token" and response.ok else {}
        names = ("client_id", "client_secret")
        if form.keys() >= set(names):
            owners[response.json["access_token"]] = {name: form[name] for name in names}

    site.before(before)
    site.after(after)
