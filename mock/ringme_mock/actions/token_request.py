"""Parameters of requests for tokens, and the application that makes them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.errors import token_refused
from ringme_mock.store.collection import Entry

# Compared if there is no user or application, so that the time is the same; never accepted.
_OF_NOBODY = "nobody"


def given_parameters(context: RequestContext) -> dict[str, Any]:
    """Read the parameters, under their own names, and those of HTTP Basic (rule token-basic)."""
    aliases = context.operation.resource.get("aliases", {})
    others = {name: context.sent[alias] for alias, name in aliases.items() if alias in context.sent}
    return {**others, **context.sent, **_basic_credentials(context)}


def needed(given: dict[str, Any], name: str) -> str:
    """Return a parameter. Raises the 400 for one that is missing or empty."""
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise token_refused(400, "invalid_request", f"{name}: is missing")
    return value


def find_application(context: RequestContext, given: dict[str, Any]) -> Entry:
    """Find the application by id and secret. Raises the 401 for a wrong one."""
    application = context.state.store["application"].get(given["client_id"])
    if not is_secret_of(application, "client_secret", given) or application is None:
        refused = token_refused(401, "invalid_client", "unknown application or wrong secret")
        if b"authorization" in context.headers:
            # RFC 6749 section 5.2: required if the client used the header.
            refused.headers["WWW-Authenticate"] = "Basic"
        raise refused
    return application


def find_user(context: RequestContext, given: dict[str, Any]) -> Entry | None:
    """Find the user by login and password; None for a wrong one."""
    user = context.state.store["user"].by_unique(given["username"])
    return user if is_secret_of(user, "password", given) else None


def is_secret_of(entry: Entry | None, name: str, given: dict[str, Any]) -> bool:
    """Compare a secret in a time that depends on nothing that is secret.

    That is neither its content nor its length, nor whether there is an entry.
    """
    secret = entry[name] if entry else _OF_NOBODY
    digests = (hashlib.sha256(one.encode("utf-8")).digest() for one in (secret, given[name]))
    return hmac.compare_digest(*digests) and entry is not None


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
