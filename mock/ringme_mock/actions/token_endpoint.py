"""Token endpoint (contract section 3, RFC 6749)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply, json_reply
from ringme_mock.errors import NO_STORE, ApiError, TokenRefused, token_refused
from ringme_mock.store.access import scopes
from ringme_mock.store.collection import Entry
from ringme_mock.store.tokens import Code, Grant

CLIENT_CREDENTIALS = "client_credentials"
PASSWORD = "password"
AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"
# Compared if there is no user or application, so that it takes the same time; never accepted.
_OF_NOBODY = "nobody"


def create(context: RequestContext) -> Reply:
    """Issue a token for a user. Raises the errors of rules token-errors, refresh and code-once."""
    given = given_parameters(context)
    grant_type = needed(given, "grant_type")
    grants = context.operation.resource["grants"]
    if grant_type not in grants:
        raise token_refused(400, "unsupported_grant_type", f"must be one of {', '.join(grants)}")
    for name in grants[grant_type]["needs"]:
        needed(given, name)
    application = find_application(context, given)
    if application["type"] not in grants[grant_type]["for"]:
        raise token_refused(
            400,
            "unauthorized_client",
            f"grant_type: not allowed for applications of type {application['type']}",
        )
    owner = context.state.store["user"].get(application["user_id"])
    if owner is None:
        raise token_refused(401, "invalid_client", "the owner of the application was deleted")
    grant = _grant(context, grant_type, given, application)
    _check_user(context, grant, owner)
    return _issue(context, application, grant, grant_type, given)


def revoke(context: RequestContext) -> Reply:
    """Revoke a token and those of the same login (rules revoke and revoke-refresh)."""
    given = given_parameters(context)
    for name in context.operation.resource["basic"]:
        needed(given, name)
    token = needed(given, "token")
    application = find_application(context, given)
    grant = context.state.tokens.find_grant(token)
    if grant is not None and grant.application == application["client_id"]:
        context.state.tokens.revoke_grant(grant)
    return Reply(context.operation.status, headers=NO_STORE)


def _grant(
    context: RequestContext, grant_type: str, given: dict[str, Any], application: Entry
) -> Grant:
    """Find the user that the tokens are for. Raises the 401 for an invalid proof."""
    if grant_type == CLIENT_CREDENTIALS:
        return Grant(application["user_id"], application["client_id"])
    if grant_type == PASSWORD:
        user = find_user(context, given)
        if user is None:
            raise _invalid("unknown user or wrong password")
        return Grant(user["id"], application["client_id"])
    if grant_type == AUTHORIZATION_CODE:
        return _code(context, given, application).grant
    grant = context.state.tokens.find_refresh(given["refresh_token"])
    if grant is None or grant.application != application["client_id"]:
        raise _invalid("the refresh token is not valid")
    return grant


def _code(context: RequestContext, given: dict[str, Any], application: Entry) -> Code:
    """Find the code of a request. A refused request does not use the code up."""
    code = context.state.tokens.codes.find(given["code"])
    if code is None or code.grant.application != application["client_id"]:
        raise _invalid("the code is not valid")
    if code.used:
        context.state.tokens.revoke_grant(code.grant)
        raise _invalid("the code was already used; its tokens are revoked")
    if code.redirect_uri != given["redirect_uri"]:
        raise _invalid("redirect_uri: must be the one that the code was sent to")
    if code.challenge and not _fits(code, given.get("code_verifier", "")):
        raise _invalid("code_verifier: does not match the code_challenge")
    return code


def _fits(code: Code, verifier: str) -> bool:
    """Compare a verifier with the challenge of a code (RFC 7636 section 4.6)."""
    proof = verifier.encode("utf-8")
    if code.method == "S256":
        proof = base64.urlsafe_b64encode(hashlib.sha256(proof).digest()).rstrip(b"=")
    return hmac.compare_digest(proof, code.challenge.encode("utf-8"))


def _check_user(context: RequestContext, grant: Grant, owner: Entry) -> None:
    """Raise the errors for a user that is deleted, blocked, or of another client."""
    store = context.state.store
    user = store["user"].get(grant.user)
    if user is None:
        raise _invalid("the user was deleted")
    if store.owner_key("user", user, "client") != store.owner_key("user", owner, "client"):
        raise _invalid("the user does not belong to the client of the application")
    try:
        context.state.access.check_blocked(user)
    except ApiError as error:
        error.headers.update(NO_STORE)
        raise


def _issue(
    context: RequestContext,
    application: Entry,
    grant: Grant,
    grant_type: str,
    given: dict[str, Any],
) -> Reply:
    resource = context.operation.resource
    tokens = context.state.tokens
    values = {
        "token": tokens.issue(grant, resource["length"], resource["lifetime"]),
        "kind": "Bearer",
        "lifetime": resource["lifetime"],
        "scopes": scopes(application)[0],
    }
    response = {name: values[value] for name, value in resource["answer"].items()}
    if grant_type == REFRESH_TOKEN:
        tokens.use_refresh(given["refresh_token"])
    if grant_type == AUTHORIZATION_CODE:
        tokens.use_code(given["code"])
    if grant_type != CLIENT_CREDENTIALS:
        response["refresh_token"] = tokens.issue_refresh(grant, resource["length"])
    return json_reply(200, response, NO_STORE)


def _invalid(description: str) -> TokenRefused:
    return token_refused(401, "invalid_grant", description)


def given_parameters(context: RequestContext) -> dict[str, Any]:
    """Read the parameters, aliases resolved, and those of HTTP Basic (rule token-basic)."""
    aliases = context.operation.resource.get("aliases", {})
    others = {name: context.sent[alias] for alias, name in aliases.items() if alias in context.sent}
    return {**others, **context.sent, **_basic_credentials(context)}


def needed(given: dict[str, Any], name: str) -> str:
    """Return a parameter. Raises the 400 if it is missing or empty."""
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise token_refused(400, "invalid_request", f"{name}: is missing")
    return value


def find_application(context: RequestContext, given: dict[str, Any]) -> Entry:
    """Find the application by id and secret. Raises the 401 if either is wrong."""
    application = context.state.store["application"].get(given["client_id"])
    if not is_secret_of(application, "client_secret", given) or application is None:
        refused = token_refused(401, "invalid_client", "unknown application or wrong secret")
        if b"authorization" in context.headers:
            # RFC 6749 section 5.2: required if the client used the header.
            refused.headers["WWW-Authenticate"] = "Basic"
        raise refused
    return application


def find_user(context: RequestContext, given: dict[str, Any]) -> Entry | None:
    """Find the user by login and password; None if either is wrong."""
    user = context.state.store["user"].by_unique(given["username"])
    return user if is_secret_of(user, "password", given) else None


def is_secret_of(entry: Entry | None, name: str, given: dict[str, Any]) -> bool:
    """Compare a secret in a time that depends on neither its content, its length, nor the entry."""
    secret = entry[name] if entry else _OF_NOBODY
    digests = (hashlib.sha256(one.encode("utf-8")).digest() for one in (secret, given[name]))
    return hmac.compare_digest(*digests) and entry is not None


def _basic_credentials(context: RequestContext) -> dict[str, str]:
    """Read id and secret of the application from HTTP Basic. Raises the 400 if malformed."""
    kind, _, encoded = context.header(b"authorization").partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:
        raise token_refused(400, "invalid_request", "Authorization: malformed HTTP Basic") from None
    id_name, secret_name = context.operation.resource["basic"]
    return {id_name: name, secret_name: secret}
