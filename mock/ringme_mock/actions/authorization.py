"""Authorization code grant: login, permission, and the code (RFC 6749 section 4.1)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.actions.token_endpoint import find_user
from ringme_mock.errors import NO_STORE, ApiError, invalid
from ringme_mock.login_pages.pages import HTML, origin_of, page, page_headers
from ringme_mock.store.access import scopes
from ringme_mock.store.collection import Entry
from ringme_mock.store.tokens import Code, Grant

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_METHODS = ("plain", "S256")
# Number of characters of a login that the page shows again.
_SHOWN = 255
_Action = Callable[[RequestContext], Reply]


@dataclass(frozen=True)
class AuthorizationRequest:
    """Valid application and redirect URI, with all parameters as they were sent."""

    application: Entry
    redirect_uri: str
    given: dict[str, str]

    @property
    def challenge(self) -> tuple[str, str]:
        """Challenge and method of RFC 7636; both empty without a challenge."""
        challenge = self.given.get("code_challenge", "")
        return challenge, self.given.get("code_challenge_method", _METHODS[0]) if challenge else ""

    @property
    def error(self) -> str | None:
        """Error for the redirect URI if the request is wrong, else None."""
        if self.given.get("response_type") != "code":
            return "unsupported_response_type"
        challenge, method = self.challenge
        if challenge and not (_CHALLENGE.fullmatch(challenge) and method in _METHODS):
            return "invalid_request"
        return None

    def redirect(self, name: str, value: str) -> Reply:
        """Redirect the browser to the redirect URI with a parameter, followed by `state`."""
        pairs = [(name, value)]
        if "state" in self.given:
            pairs.append(("state", self.given["state"]))
        mark = "&" if urlsplit(self.redirect_uri).query else "?"
        return redirection(f"{self.redirect_uri.removesuffix('?')}{mark}{urlencode(pairs)}")


def read_request(context: RequestContext) -> AuthorizationRequest:
    """Read the parameters; the form overrides the query.

    Raises the 400 for an unknown application or redirect URI (rule code-redirect).
    """
    names = [one.name for one in context.operation.query_parameters]
    form: dict[str, str] = {name: context.sent[name] for name in names if context.sent.get(name)}
    given = {**context.query_values, **form}
    if "client_id" not in given:
        raise invalid("client_id: is missing")
    application = context.state.store["application"].get(given["client_id"])
    if application is None:
        raise invalid("client_id: there is no such application")
    if "redirect_uri" not in given:
        raise invalid("redirect_uri: is missing")
    if given["redirect_uri"] not in application["redirect_uris"]:
        raise invalid("redirect_uri: must be one of those of the application")
    return AuthorizationRequest(application, given["redirect_uri"], given)


def check_own_form(context: RequestContext) -> None:
    """Raise the 403 for a form of another site; only browsers send these headers."""
    site = context.header(b"sec-fetch-site")
    origin = context.header(b"origin")
    if site in ("same-origin", "none"):
        return
    own = (context.header(b"host"), urlsplit(context.base_url).netloc)
    if site or (origin and urlsplit(origin).netloc not in own):
        raise ApiError(403, "A page of another site may not send this form")


def is_fetched_elsewhere(context: RequestContext) -> bool:
    """Tell if a script of another site sent the request, and not a person who navigates."""
    site = context.header(b"sec-fetch-site")
    return (
        site not in ("", "same-origin", "none") and context.header(b"sec-fetch-mode") != "navigate"
    )


def path_of(context: RequestContext, path: str, given: dict[str, str]) -> str:
    return f"{context.prefix}{path}?{urlencode(given)}"


def url_of(context: RequestContext, path: str, given: dict[str, str]) -> str:
    return f"{context.base_url}{path}?{urlencode(given)}"


def cookie_path(context: RequestContext) -> str:
    """Return the common prefix of the paths of the grant's operations in this session."""
    return context.prefix + posixpath.dirname(context.operation.path)


def read_cookie(context: RequestContext, name: str) -> str:
    """Return the value of a cookie, or an empty text."""
    for pair in context.header(b"cookie").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return ""


def redirection(url: str, **headers: str) -> Reply:
    return Reply(302, headers={"Location": url, **NO_STORE, **headers})


def show(template: str, leads_to: str, **values: Any) -> Reply:
    return Reply(200, page(template, **values), HTML, page_headers(leads_to))


def refused(context: RequestContext, error: ApiError) -> Reply:
    """Make the page of a refusal for a browser. Raises the error for other clients."""
    if "text/html" not in context.header(b"accept").lower():
        raise error
    context.refusal = error
    # The journal keeps the error, and would keep the frames of the traceback alive.
    error.__traceback__ = error.__context__ = None
    return Reply(error.status, page("refused", message=error.message), HTML, page_headers())


_Step = Callable[[RequestContext, AuthorizationRequest], Reply]


def _with_request(step: _Step) -> _Action:
    """Turn a step into an action; the step gets the valid authorization request."""

    @wraps(step)
    def act(context: RequestContext) -> Reply:
        try:
            return step(context, read_request(context))
        except ApiError as error:
            return refused(context, error)

    return act


@_with_request
def authorize(context: RequestContext, request: AuthorizationRequest) -> Reply:
    """Redirect the browser: to the redirect URI with a code, or to the login page."""
    resource, tokens = context.operation.resource, context.state.tokens
    if request.application["type"] not in resource["for"]:
        return request.redirect("error", "unauthorized_client")
    if request.error:
        return request.redirect("error", request.error)
    user = _logged_in(context, request)
    if user is None:
        return redirection(url_of(context, resource["login"], request.given))
    pair = user["id"], request.application["client_id"]
    if "decision" in context.sent:
        check_own_form(context)
        if context.sent["decision"] != "allow":
            return request.redirect("error", "access_denied")
        tokens.permissions.add(pair)
    if request.application["asks_permission"] and pair not in tokens.permissions:
        return _ask(context, request, user)
    code = Code(Grant(*pair), request.redirect_uri, *request.challenge)
    return request.redirect(
        "code", tokens.codes.add(code, resource["length"], resource["lifetime"])
    )


@_with_request
def show_login(context: RequestContext, request: AuthorizationRequest) -> Reply:
    return _login_page(context, request)


@_with_request
def log_in(context: RequestContext, request: AuthorizationRequest) -> Reply:
    """Log a user in and redirect the browser, or show the login page again (rule code-login)."""
    check_own_form(context)
    resource, tokens = context.operation.resource, context.state.tokens
    given = {name: context.sent.get(name, "") for name in _form_names(context)}
    user = find_user(context, given)
    refusal = _refusal(context, request, user)
    if user is None or refusal:
        return _login_page(context, request, refusal, given["username"])
    # Otherwise the previous login would stay valid.
    tokens.logins.remove(read_cookie(context, resource["cookie"]))
    login = tokens.logins.add(user["id"], resource["length"], resource["lifetime"])
    cookie = f"{resource['cookie']}={login}; Path={cookie_path(context)}; HttpOnly; SameSite=Lax"
    if context.scope["scheme"] == "https":
        cookie += "; Secure"
    back = url_of(context, resource["authorize"], request.given)
    return redirection(back, **{"Set-Cookie": cookie})


def _form_names(context: RequestContext) -> tuple[str, ...]:
    body = context.operation.body
    return tuple(body.properties) if body else ()


def _logged_in(context: RequestContext, request: AuthorizationRequest) -> Entry | None:
    """Find the user of this browser, if it may log in to the application."""
    if is_fetched_elsewhere(context):
        return None
    cookie = read_cookie(context, context.operation.resource["cookie"])
    user = context.state.store["user"].get(context.state.tokens.logins.find(cookie))
    return None if _refusal(context, request, user) else user


def _refusal(context: RequestContext, request: AuthorizationRequest, user: Entry | None) -> str:
    """Explain why a user may not log in; an empty text if it may."""
    if user is None:
        return "Wrong login or password."
    store = context.state.store
    owner = store["user"].get(request.application["user_id"])
    client = store.owner_key("user", owner, "client") if owner else None
    if client is None or store.owner_key("user", user, "client") != client:
        return "This user does not belong to the company of the application."
    try:
        context.state.access.check_blocked(user)
    except ApiError:
        return "This user is blocked."
    return ""


def _login_page(
    context: RequestContext, request: AuthorizationRequest, refusal: str = "", username: str = ""
) -> Reply:
    return show(
        "login",
        request.redirect_uri,
        action=path_of(context, context.operation.path, request.given),
        application=request.application["name"],
        origin=origin_of(request.redirect_uri),
        refusal=refusal,
        username=username if len(username) <= _SHOWN else "",
    )


def _ask(context: RequestContext, request: AuthorizationRequest, user: Entry) -> Reply:
    return show(
        "permission",
        request.redirect_uri,
        action=path_of(context, context.operation.path, request.given),
        application=request.application["name"],
        login=user["login"],
        name=user["name"],
        origin=origin_of(request.redirect_uri),
        other=path_of(context, context.operation.resource["login"], request.given),
        scopes=[_describe(context, one) for one in reversed(scopes(request.application))],
    )


def _describe(context: RequestContext, scope: str) -> str:
    schemes = context.state.contract.document["components"]["securitySchemes"].values()
    flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
    found = next((flow["scopes"][scope] for flow in flows if scope in flow["scopes"]), scope)
    # The page shows no Markdown.
    return str(found).replace("`", "")
