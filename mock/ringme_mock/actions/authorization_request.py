"""Requests of the authorization code grant: the application, and the way back to it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.errors import NO_STORE, ApiError, invalid
from ringme_mock.login_pages.pages import HTML, page, page_headers
from ringme_mock.store.collection import Entry

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_METHODS = ("plain", "S256")


@dataclass(frozen=True)
class AuthorizationRequest:
    """Valid application and redirect URI, and all parameters as they were sent, by name."""

    application: Entry
    redirect_uri: str
    given: dict[str, str]

    @property
    def challenge(self) -> tuple[str, str]:
        """Challenge and method of RFC 7636; empty without one."""
        challenge = self.given.get("code_challenge", "")
        return challenge, self.given.get("code_challenge_method", _METHODS[0]) if challenge else ""

    @property
    def error(self) -> str | None:
        """The error that the redirect URI gets, if the request is wrong."""
        if self.given.get("response_type") != "code":
            return "unsupported_response_type"
        challenge, method = self.challenge
        if challenge and not (_CHALLENGE.fullmatch(challenge) and method in _METHODS):
            return "invalid_request"
        return None

    def redirect(self, name: str, value: str) -> Reply:
        """Send the browser to the redirect URI with a parameter, and `state` behind it."""
        pairs = [(name, value)]
        if "state" in self.given:
            pairs.append(("state", self.given["state"]))
        mark = "&" if urlsplit(self.redirect_uri).query else "?"
        return redirection(f"{self.redirect_uri.removesuffix('?')}{mark}{urlencode(pairs)}")


def read_request(context: RequestContext) -> AuthorizationRequest:
    """Read the parameters, of which those of the form count.

    Raises the 400 for an application or a redirect URI that is not known (rule code-redirect).
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
    """Raise the 403 for a form that a page of another site has sent.

    Programs other than browsers send neither header.
    """
    site = context.header(b"sec-fetch-site")
    origin = context.header(b"origin")
    if site in ("same-origin", "none"):
        return
    own = (context.header(b"host"), urlsplit(context.base_url).netloc)
    if site or (origin and urlsplit(origin).netloc not in own):
        raise ApiError(403, "A page of another site may not send this form")


def is_fetched_elsewhere(context: RequestContext) -> bool:
    """Tell whether a script of another page asks, and not a person who goes there."""
    site = context.header(b"sec-fetch-site")
    return (
        site not in ("", "same-origin", "none") and context.header(b"sec-fetch-mode") != "navigate"
    )


def path_of(context: RequestContext, path: str, given: dict[str, str]) -> str:
    """Make a path in this session, with the parameters of a request."""
    return f"{context.prefix}{path}?{urlencode(given)}"


def url_of(context: RequestContext, path: str, given: dict[str, str]) -> str:
    """Make the absolute URL of a path in this session, with the parameters of a request."""
    return f"{context.base_url}{path}?{urlencode(given)}"


def cookie_path(context: RequestContext) -> str:
    """Return the part of the paths of a session that the grant's operations share."""
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
    """Make the response of a refusal: a page for a browser. Raises the error for all others."""
    if "text/html" not in context.header(b"accept").lower():
        raise error
    context.refusal = error
    # The journal keeps it, and must not keep the frames that it was raised in.
    error.__traceback__ = error.__context__ = None
    return Reply(error.status, page("refused", message=error.message), HTML, page_headers())
