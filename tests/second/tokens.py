"""The token endpoint."""

from __future__ import annotations

import hmac
import secrets
import string
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request

from second import faults
from second.access import database
from second.database import Row
from second.refusal import TokenRefusal, blocked

tokens = Blueprint("tokens", __name__)
_SIGNS = string.ascii_letters + string.digits
_LIFETIME = 3600
# For applications of which type each grant is.
_GRANTS = {
    "client_credentials": "trusted",
    "password": "password_credentials",
    "refresh_token": "password_credentials",
}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@tokens.post("/oauth/token")
def create_token() -> dict[str, Any]:
    """A token for an application and the user that it acts for."""
    given = _parameters()
    grant = given.get("grant_type")
    if not grant:
        raise TokenRefusal(400, "invalid_request")
    if grant not in _GRANTS:
        raise TokenRefusal(400, "unsupported_grant_type")
    application = _application(given)
    if application["type"] != _GRANTS[grant]:
        raise TokenRefusal(400, "unauthorized_client")
    if grant == "client_credentials":
        user = _user(application, "user.id = ?", application["user_id"])
    elif grant == "password":
        user = _logged_in(application, given)
    else:
        user = _refreshed(application, given)
    if "blocked" in (user["status"], user["client_status"]):
        raise blocked()
    return _pair(application, user, refresh=grant != "client_credentials")


def _parameters() -> Mapping[str, str]:
    # A body of any type that is empty counts as none.
    if not request.get_data():
        found = request.args.to_dict()
    elif request.mimetype in _FORMS:
        found = request.form.to_dict()
    else:
        raise TokenRefusal(415, "invalid_request")
    for name in ("client_id", "client_secret"):
        if (other := name.replace("client", "application")) in found:
            found.setdefault(name, found[other])
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        found.setdefault("client_id", basic.username or "")
        found.setdefault("client_secret", basic.password or "")
    return found


def _needed(given: Mapping[str, str], name: str) -> str:
    if not given.get(name):
        raise TokenRefusal(400, "invalid_request")
    return given[name]


def _application(given: Mapping[str, str]) -> Row:
    key, secret = _needed(given, "client_id"), _needed(given, "client_secret")
    found = database().row(
        "SELECT application.*, user.client_id AS client FROM application"
        " JOIN user ON user.id = application.user_id WHERE application.client_id = ?",
        key,
    )
    if found is None or not _same(found["client_secret"], secret):
        raise TokenRefusal(401, "invalid_client")
    return found


def _user(application: Row, condition: str, value: object) -> Row:
    """The user of the application's client that meets a condition."""
    found = database().row(
        "SELECT user.*, client.status AS client_status FROM user"
        f" JOIN client ON client.id = user.client_id WHERE {condition} AND user.client_id = ?",
        value,
        application["client"],
    )
    if found is None:
        raise TokenRefusal(401, "invalid_grant")
    return found


def _logged_in(application: Row, given: Mapping[str, str]) -> Row:
    login, password = _needed(given, "username"), _needed(given, "password")
    user = _user(application, "user.login = ?", login)
    if not _same(user["password"], password):
        raise TokenRefusal(401, "invalid_grant")
    return user


def _refreshed(application: Row, given: Mapping[str, str]) -> Row:
    value = _needed(given, "refresh_token")
    found = database().row(
        "SELECT user_id FROM refresh_token WHERE value = ? AND application = ?",
        value,
        application["client_id"],
    )
    if found is None:
        raise TokenRefusal(401, "invalid_grant")
    if not faults.on("refresh-twice"):
        database().run("DELETE FROM refresh_token WHERE value = ?", value)
    return _user(application, "user.id = ?", found["user_id"])


def _pair(application: Row, user: Row, refresh: bool) -> dict[str, Any]:
    owner = {"user_id": user["id"], "application": application["client_id"]}
    access_token = {"value": _text(), "expires": time.time() + _LIFETIME, **owner}
    database().insert("access_token", access_token)
    answer = {
        "access_token": access_token["value"],
        "token_type": "Bearer",
        "expires_in": _LIFETIME,
        "scope": application["access"],
    }
    if refresh:
        answer["refresh_token"] = _text()
        database().insert("refresh_token", {"value": answer["refresh_token"], **owner})
    return answer


def _text() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(30))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="replace"))
