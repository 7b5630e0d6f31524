"""The token endpoint."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request

from second import faults
from second.access import database, find_application
from second.database import Row
from second.refusal import TokenRefusal, blocked
from second.secrets_of import new_text, same

tokens = Blueprint("tokens", __name__)
_LIFETIME = 3600
# The types of applications that may use each grant.
_GRANTS = {
    "client_credentials": ("trusted",),
    "password": ("password_credentials",),
    "authorization_code": ("public",),
    "refresh_token": ("password_credentials", "public"),
}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@tokens.post("/oauth/token")
def create_token() -> dict[str, Any]:
    """A token for an application, and the user that it acts for."""
    given = _parameters()
    grant = given.get("grant_type")
    if not grant:
        raise TokenRefusal(400, "invalid_request")
    if grant not in _GRANTS:
        raise TokenRefusal(400, "unsupported_grant_type")
    application = _application(given)
    if application["type"] not in _GRANTS[grant]:
        raise TokenRefusal(400, "unauthorized_client")
    origin = new_text()
    if grant == "client_credentials":
        user = _user(application, "user.id = ?", application["user_id"])
    elif grant == "password":
        user = _logged_in(application, given)
    elif grant == "authorization_code":
        user, origin = _by_code(application, given)
    else:
        user, origin = _refreshed(application, given)
    if "blocked" in (user["status"], user["client_status"]):
        raise blocked()
    if grant == "authorization_code" and not faults.on("code-twice"):
        database().run("UPDATE code SET used = 1 WHERE value = ?", given["code"])
    return _pair(application, user, origin, refresh=grant != "client_credentials")


@tokens.post("/oauth/revoke")
def revoke_token() -> Response:
    """Ends a token and those of the same login."""
    given = _parameters()
    application, value = _application(given), _needed(given, "token")
    for table in ("access_token", "refresh_token"):
        found = database().row(
            f"SELECT origin FROM {table} WHERE value = ? AND application = ?",
            value,
            application["client_id"],
        )
        if found is not None:
            spares = faults.on("revoke-spares-refresh") and table == "access_token"
            _end(found["origin"], refresh=not spares)
    answer = Response(status=200)
    # There is no body that it could be the type of.
    del answer.headers["Content-Type"]
    return answer


def _end(origin: str, refresh: bool = True) -> None:
    for table in ("access_token", *(["refresh_token"] if refresh else [])):
        database().run(f"DELETE FROM {table} WHERE origin = ?", origin)


def _parameters() -> Mapping[str, str]:
    # An empty body of any type counts as no body.
    if not request.get_data():
        sent = request.args
    elif request.mimetype in _FORMS:
        sent = request.form
    else:
        raise TokenRefusal(415, "invalid_request")
    # Of a repeated parameter the last one counts.
    found = {name: given[-1] for name, given in sent.lists()}
    for name in ("client_id", "client_secret"):
        if (other := name.replace("client", "application")) in found:
            found.setdefault(name, found[other])
    # Werkzeug fails at a header that is not ASCII.
    basic = request.authorization if request.headers.get("Authorization", "").isascii() else None
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
    found = find_application(key)
    if found is None or not same(found["client_secret"], secret):
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
    if not same(user["password"], password):
        raise TokenRefusal(401, "invalid_grant")
    return user


def _by_code(application: Row, given: Mapping[str, str]) -> tuple[Row, str]:
    value, uri = _needed(given, "code"), _needed(given, "redirect_uri")
    code = database().row(
        "SELECT * FROM code WHERE value = ? AND application = ? AND expires > ?",
        value,
        application["client_id"],
        time.time(),
    )
    if code is None:
        raise TokenRefusal(401, "invalid_grant")
    if code["used"]:
        _end(code["origin"])
        g.keep = True
        raise TokenRefusal(401, "invalid_grant")
    if code["redirect_uri"] != uri or not _proves(code, given.get("code_verifier", "")):
        raise TokenRefusal(401, "invalid_grant")
    return _user(application, "user.id = ?", code["user_id"]), code["origin"]


def _proves(code: Row, verifier: str) -> bool:
    if code["challenge"] is None:
        return True
    if code["method"] == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return same(code["challenge"], verifier)


def _refreshed(application: Row, given: Mapping[str, str]) -> tuple[Row, str]:
    value = _needed(given, "refresh_token")
    found = database().row(
        "SELECT user_id, origin FROM refresh_token WHERE value = ? AND application = ?",
        value,
        application["client_id"],
    )
    if found is None:
        raise TokenRefusal(401, "invalid_grant")
    if not faults.on("refresh-twice"):
        database().run("DELETE FROM refresh_token WHERE value = ?", value)
    return _user(application, "user.id = ?", found["user_id"]), found["origin"]


def _pair(application: Row, user: Row, origin: str, refresh: bool) -> dict[str, Any]:
    owner = {"user_id": user["id"], "application": application["client_id"], "origin": origin}
    access_token = {"value": new_text(), "expires": time.time() + _LIFETIME, **owner}
    database().insert("access_token", access_token)
    answer = {
        "access_token": access_token["value"],
        "token_type": "Bearer",
        "expires_in": _LIFETIME,
        "scope": application["access"],
    }
    if refresh:
        answer["refresh_token"] = new_text()
        database().insert("refresh_token", {"value": answer["refresh_token"], **owner})
    return answer
