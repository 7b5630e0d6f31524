"""The authorization code grant: login, permission, and the code. Source: RFC 6749 section 4.1."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from ringme_mock.actions.authorization_request import (
    AuthorizationRequest,
    check_own_form,
    cookie_path,
    is_fetched_elsewhere,
    path_of,
    read_cookie,
    read_request,
    redirection,
    refused,
    show,
    url_of,
)
from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.actions.token_request import find_user
from ringme_mock.errors import ApiError
from ringme_mock.login_pages.pages import origin_of
from ringme_mock.store.access import scopes
from ringme_mock.store.collection import Entry
from ringme_mock.store.tokens import Code, Grant

# Characters of a login that the page shows again.
_SHOWN = 255

_Step = Callable[[RequestContext, AuthorizationRequest], Reply]
_Action = Callable[[RequestContext], Reply]


def _with_request(step: _Step) -> _Action:
    """Make an action of a step that needs a valid application and redirect URI."""

    @wraps(step)
    def act(context: RequestContext) -> Reply:
        try:
            return step(context, read_request(context))
        except ApiError as error:
            return refused(context, error)

    return act


@_with_request
def authorize(context: RequestContext, request: AuthorizationRequest) -> Reply:
    """Send the browser on: with a code to the redirect URI, or to the login page."""
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
    """Show the login page."""
    return _login_page(context, request)


@_with_request
def log_in(context: RequestContext, request: AuthorizationRequest) -> Reply:
    """Log a user in, and send the browser back; or show the login page again (rule code-login)."""
    check_own_form(context)
    resource, tokens = context.operation.resource, context.state.tokens
    given = {name: context.sent.get(name, "") for name in _form_names(context)}
    user = find_user(context, given)
    refusal = _refusal(context, request, user)
    if user is None or refusal:
        return _login_page(context, request, refusal, given["username"])
    # A login that was there before would live on beside the new one.
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
    """Say why a user may not log in; empty for one who may."""
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
    """Show the page that asks for permission."""
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
    """Return the description of a scope in the document."""
    schemes = context.state.contract.document["components"]["securitySchemes"].values()
    flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
    found = next((flow["scopes"][scope] for flow in flows if scope in flow["scopes"]), scope)
    # The page shows no Markdown.
    return str(found).replace("`", "")
