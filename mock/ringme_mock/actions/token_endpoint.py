"""The token endpoint. Source: contract section 3, RFC 6749."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply, json_reply
from ringme_mock.errors import NO_STORE, ApiError, token_refused
from ringme_mock.store.access import Grant, scopes
from ringme_mock.store.collection import Entry

CLIENT_CREDENTIALS = "client_credentials"
PASSWORD = "password"
REFRESH_TOKEN = "refresh_token"
# Compared if there is no user or application, so that the time is the same; never accepted.
_OF_NOBODY = "nobody"


def create(context: RequestContext) -> Reply:
    """Issue a token for a user. Raises the errors of rules token-errors and refresh."""
    aliases = context.operation.resource.get("aliases", {})
    others = {name: context.sent[alias] for alias, name in aliases.items() if alias in context.sent}
    given = {**others, **context.sent, **_basic_credentials(context)}
    grant_type = _needed(given, "grant_type")
    grants = context.operation.resource["grants"]
    if grant_type not in grants:
        raise token_refused(400, "unsupported_grant_type", f"must be one of {', '.join(grants)}")
    for name in grants[grant_type]["needs"]:
        _needed(given, name)
    application = _application(context, given)
    if application["type"] not in grants[grant_type]["for"]:
        raise token_refused(
            400, "unauthorized_client", f"not for applications of type {application['type']}"
        )
    user = _user(context, grant_type, given, application)
    _check_blocked(context, user)
    return _issue(context, application, user, grant_type, given)


def _needed(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise token_refused(400, "invalid_request", f"{name}: is missing")
    return value


def _basic_credentials(context: RequestContext) -> dict[str, str]:
    """Read id and secret of the application from HTTP Basic."""
    kind, _, encoded = context.header(b"authorization").partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise token_refused(400, "invalid_request", "Authorization: is not Basic") from None
    id_name, secret_name = context.operation.resource["basic"]
    return {id_name: name, secret_name: secret}


def _application(context: RequestContext, given: dict[str, Any]) -> Entry:
    application = context.state.store["application"].get(given["client_id"])
    secret = application["client_secret"] if application else _OF_NOBODY
    if not _same(secret, given["client_secret"]) or application is None:
        refused = token_refused(401, "invalid_client", "unknown application or wrong secret")
        if b"authorization" in context.headers:
            # RFC 6749 section 5.2: required if the client used the header.
            refused.headers["WWW-Authenticate"] = "Basic"
        raise refused
    return application


def _user(
    context: RequestContext, grant_type: str, given: dict[str, Any], application: Entry
) -> Entry:
    """Find the user: the owner of the application, or a user of the owner's client."""
    users = context.state.store["user"]
    owner = users.get(application["user_id"])
    if owner is None:
        raise token_refused(401, "invalid_client", "the owner of the application was deleted")
    if grant_type == CLIENT_CREDENTIALS:
        return owner
    if grant_type == PASSWORD:
        user = users.by_unique(given["username"])
        password = user["password"] if user else _OF_NOBODY
        if not _same(password, given["password"]) or user is None:
            raise token_refused(401, "invalid_grant", "unknown user or wrong password")
    else:
        user = _user_of_refresh_token(context, given["refresh_token"], application)
    client = context.state.store.owner_key("user", user, "client")
    if client != context.state.store.owner_key("user", owner, "client"):
        raise token_refused(401, "invalid_grant", "the user is not of the application's client")
    return user


def _user_of_refresh_token(context: RequestContext, token: str, application: Entry) -> Entry:
    grant = context.state.tokens.find_refresh(token)
    user = context.state.store["user"].get(grant.user) if grant else None
    if grant is None or user is None or grant.application != application["client_id"]:
        raise token_refused(401, "invalid_grant", "the refresh token is not valid")
    return user


def _check_blocked(context: RequestContext, user: Entry) -> None:
    try:
        context.state.access.check_blocked(user)
    except ApiError as error:
        error.headers.update(NO_STORE)
        raise


def _issue(
    context: RequestContext, application: Entry, user: Entry, grant_type: str, given: dict[str, Any]
) -> Reply:
    resource = context.operation.resource
    tokens = context.state.tokens
    grant = Grant(user["id"], application["client_id"])
    values = {
        "token": tokens.issue(grant, resource["length"], resource["lifetime"]),
        "kind": "Bearer",
        "lifetime": resource["lifetime"],
        "scopes": scopes(application)[0],
    }
    response = {name: values[value] for name, value in resource["answer"].items()}
    if grant_type == REFRESH_TOKEN:
        tokens.use_refresh(given["refresh_token"])
    if grant_type != CLIENT_CREDENTIALS:
        response["refresh_token"] = tokens.issue_refresh(grant, resource["length"])
    return json_reply(200, response, NO_STORE)


def _same(one: str, other: str) -> bool:
    """Compare secrets in a time that depends neither on their content nor on their length."""
    digests = (hashlib.sha256(secret.encode("utf-8")).digest() for secret in (one, other))
    return hmac.compare_digest(*digests)
