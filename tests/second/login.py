"""The authorization code grant: the login page, and codes."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request

from second import faults
from second.access import database, find_application
from second.database import Row
from second.refusal import Refusal
from second.secrets_of import new_text, same

login = Blueprint("login", __name__)
_COOKIE = "session"
_FORM = "application/x-www-form-urlencoded"
_HOUR = 3600
_TEN_MINUTES = 600
_CHALLENGE = re.compile("[A-Za-z0-9._~-]{43,128}")
_METHODS = ("plain", "S256")
_NO_STORE = {"Cache-Control": "no-store"}
_PARAMETERS = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
    "code_challenge_method",
)  # fmt: skip


@login.route("/oauth/authorize", methods=["GET", "POST"])
def authorize() -> Response:
    """Redirects to the redirect URI with a code, or to the login page."""
    given, application = _given()
    back = given["redirect_uri"]
    if given.get("response_type") != "code":
        return _lead(back, {"error": "unsupported_response_type"}, given)
    method = given.get("code_challenge_method", "plain")
    challenge = given.get("code_challenge")
    if challenge is not None and not (_CHALLENGE.fullmatch(challenge) and method in _METHODS):
        return _lead(back, {"error": "invalid_request"}, given)
    user = _logged_in(application)
    if user is None:
        return _redirect(f"{request.host_url}oauth/login?{urlencode(given)}")
    code = new_text()
    row = {
        "value": code, "expires": time.time() + _TEN_MINUTES, "user_id": user["id"],
        "application": application["client_id"], "redirect_uri": back, "used": 0,
        "challenge": challenge, "method": method, "origin": new_text(),
    }  # fmt: skip
    database().insert("code", row)
    return _lead(back, {"code": code}, given)


@login.get("/oauth/login")
def show_login() -> Response:
    _given()
    return _page()


@login.post("/oauth/login")
def log_in() -> Response:
    """Sets a cookie and redirects back; shows the page again for a wrong login."""
    given, application = _given()
    origin = request.headers.get("Origin")
    foreign = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    if foreign or (origin and origin + "/" != request.host_url):
        raise Refusal(403, "The form is that of another site")
    name, password = request.form.get("username", ""), request.form.get("password", "")
    user = _user(application, "user.login = ?", name)
    if user is None or not same(user["password"], password):
        return _page(name)
    value = new_text()
    row = {"value": value, "expires": time.time() + _HOUR, "user_id": user["id"]}
    database().insert("login", row)
    answer = _redirect(f"{request.host_url}oauth/authorize?{urlencode(given)}")
    answer.set_cookie(_COOKIE, value, path="/oauth", httponly=True, samesite="Lax")
    return answer


def _given() -> tuple[Mapping[str, str], Row]:
    """The parameters and the application; the redirect URI must be one of its own."""
    if request.get_data() and request.mimetype != _FORM:
        raise Refusal(415, f"Content-Type: must be {_FORM}")
    sent = {**request.args.to_dict(), **request.form.to_dict()}
    given = {name: sent[name] for name in _PARAMETERS if sent.get(name)}
    found = find_application(given.get("client_id"))
    if found is None:
        raise Refusal(400, "client_id: is not an application")
    uri, known = given.get("redirect_uri", ""), json.loads(found["redirect_uris"])
    alike = faults.on("redirect-by-beginning") and uri.startswith(tuple(known))
    if uri not in known and not alike:
        raise Refusal(400, "redirect_uri: is not one of the application")
    return given, found


def _logged_in(application: Row) -> Row | None:
    kept = database().row(
        "SELECT user_id FROM login WHERE value = ? AND expires > ?",
        request.cookies.get(_COOKIE),
        time.time(),
    )
    if kept and faults.on("login-for-all-clients"):
        return database().row("SELECT * FROM user WHERE id = ?", kept["user_id"])
    return _user(application, "user.id = ?", kept["user_id"]) if kept else None


def _user(application: Row, condition: str, value: object) -> Row | None:
    """The user of the application's client that meets a condition and is not blocked."""
    return database().row(
        "SELECT user.* FROM user JOIN client ON client.id = user.client_id"
        f" WHERE {condition} AND user.client_id = ?"
        " AND 'blocked' NOT IN (user.status, client.status)",
        value,
        application["client"],
    )


def _lead(uri: str, brings: dict[str, str], given: Mapping[str, str]) -> Response:
    if "state" in given:
        brings["state"] = given["state"]
    return _redirect(f"{uri}{'&' if '?' in uri else '?'}{urlencode(brings)}")


def _redirect(url: str) -> Response:
    answer = redirect(url)
    answer.headers["Cache-Control"] = "no-store"
    answer.autocorrect_location_header = False
    assert isinstance(answer, Response)
    return answer


def _page(name: str = "") -> Response:
    said = "<p>Wrong login or password</p>" if name else ""
    text = (
        f"<!doctype html><title>Login</title>{said}<form method='post'>"
        f'<label>Login <input name="username" value="{html.escape(name)}"></label>'
        '<label>Password <input name="password" type="password"></label><button>Go</button></form>'
    )
    headers = {**_NO_STORE, "Content-Security-Policy": "frame-ancestors 'none'"}
    return Response(text, headers=headers, mimetype="text/html")
