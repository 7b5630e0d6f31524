"""The token endpoint. Source: contract section 3, RFC 6749."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply, json_reply
from ringme_mock.actions.token_request import find_application, find_user, given_parameters, needed
from ringme_mock.errors import NO_STORE, ApiError, TokenRefused, token_refused
from ringme_mock.store.access import scopes
from ringme_mock.store.collection import Entry
from ringme_mock.store.tokens import Code, Grant

CLIENT_CREDENTIALS = "client_credentials"
PASSWORD = "password"
AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"


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
            400, "unauthorized_client", f"not for applications of type {application['type']}"
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
    """Find the user that the tokens are for. Raises the 401 for what proves none."""
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
    """Find the code of a request. One that is refused here stays good for the right request."""
    code = context.state.tokens.codes.find(given["code"])
    if code is None or code.grant.application != application["client_id"]:
        raise _invalid("the code is not valid")
    if code.used:
        context.state.tokens.revoke_grant(code.grant)
        raise _invalid("the code was used already; the tokens that it gave are revoked")
    if code.redirect_uri != given["redirect_uri"]:
        raise _invalid("redirect_uri: is not the one that the code came to")
    if code.challenge and not _fits(code, given.get("code_verifier", "")):
        raise _invalid("code_verifier: does not fit the code_challenge")
    return code


def _fits(code: Code, verifier: str) -> bool:
    """Compare a verifier with the challenge of a code. Source: RFC 7636 section 4.6."""
    proof = verifier.encode("utf-8")
    if code.method == "S256":
        proof = base64.urlsafe_b64encode(hashlib.sha256(proof).digest()).rstrip(b"=")
    return hmac.compare_digest(proof, code.challenge.encode("utf-8"))


def _check_user(context: RequestContext, grant: Grant, owner: Entry) -> None:
    """Raise the errors for a user who is gone, blocked, or not of the application's client."""
    store = context.state.store
    user = store["user"].get(grant.user)
    if user is None:
        raise _invalid("the user was deleted")
    if store.owner_key("user", user, "client") != store.owner_key("user", owner, "client"):
        raise _invalid("the user is not of the application's client")
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
