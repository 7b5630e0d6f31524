"""The handling of a request: begin, checks, view, end."""

from __future__ import annotations

import gzip
import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

from second import faults
from second.access import API, admit, allowance, database
from second.clients import clients
from second.current_calls import current_calls
from second.database import Database
from second.events import events
from second.extensions import extensions
from second.group_users import group_users
from second.groups import groups
from second.history import history
from second.intake import path_values
from second.limits import Counters
from second.login import login
from second.recorded import recorded, storage
from second.refusal import Refusal, TokenRefusal
from second.switchboard import Switchboard
from second.tokens import tokens

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TOKEN = "/oauth/token"
_REVOKE = "/oauth/revoke"
# The smallest body, in bytes, that is compressed.
_LONG = 1024
# The keys of records and voicemail, of faxes and of calls; other texts are unknown paths.
_KEYS = {
    "call": "[0-9]+-[0-9A-Fa-f]{32}",
    "dashed": "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "plain": "[0-9A-Fa-f]{32}",
}


class _OneForm:
    """Normalizes paths: no slash at the end, none doubled; an escaped slash stays escaped."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = re.sub("%2[Ff]", "%252F", re.split("[?#]", environ["REQUEST_URI"])[0])
        path = re.sub("/+", "/", re.sub("^https?://[^/]*", "", path)).rstrip("/") or "/"
        environ["PATH_INFO"] = unquote(path, "latin-1")
        return self._inner(environ, start_response)


def create_app(fixtures: Path) -> Flask:
    """The service with the state of the fixtures."""
    app = Flask(__name__, static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # Keys in the order in which views name them, as the document does.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["DATABASE"] = Database(fixtures)
    app.config["SWITCHBOARD"] = Switchboard(app.config["DATABASE"])
    app.config["COUNTERS"] = Counters()
    app.config["FILES"] = fixtures / "files"
    app.url_map.merge_slashes = False
    for name, regex in _KEYS.items():
        app.url_map.converters[name] = type(name, (BaseConverter,), {"regex": regex})
    configuration = (clients, groups, extensions, group_users, events)
    for views in (*configuration, recorded, history, current_calls):
        app.register_blueprint(views, url_prefix=API)
    for views in (tokens, login, storage):
        app.register_blueprint(views)
    app.before_request(_enter)
    app.after_request(_leave)
    app.teardown_request(_give_up)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(TokenRefusal, _token_refused)
    app.register_error_handler(HTTPException, _refused_by_framework)
    app.wsgi_app = _OneForm(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _enter() -> None:
    # Reads the body before it takes the lock, so that a slow sender blocks nobody.
    request.get_data()
    database().begin()
    g.holds = True
    if request.routing_exception is not None:
        raise request.routing_exception
    if request.path.startswith(API):
        admit()
        request.view_args = path_values(request.view_args or {})


def _leave(answer: Response) -> Response:
    """Commits changes unless the request is refused; adds headers of all responses."""
    if g.pop("holds", False):
        done = answer.status_code < 400 or "keep" in g
        database().end(keep=done)
    if request.path.startswith(API):
        left = allowance()
        answer.headers["X-RateLimit-Limit"] = str(left.limit)
        answer.headers["X-RateLimit-Remaining"] = str(left.remaining)
        answer.headers["X-RateLimit-Reset"] = str(left.reset)
    if request.path in (_TOKEN, _REVOKE):
        answer.headers["Cache-Control"] = "no-store"
    if answer.status_code == 204:
        answer.headers.pop("Content-Type", None)
    if answer.mimetype == "application/json" and len(answer.get_data()) >= _LONG:
        answer.headers["Vary"] = "Accept-Encoding"
        accepted = {name.lower() for name, quality in request.accept_encodings if quality > 0}
        if "gzip" in accepted:
            answer.set_data(gzip.compress(answer.get_data()))
            answer.headers["Content-Encoding"] = "gzip"
    return answer


def _give_up(_: BaseException | None) -> None:
    if g.pop("holds", False):
        database().end(keep=False)


def _refused(refusal: Refusal) -> Response:
    body = {"message": refusal.message}
    if refusal.word:
        body["status"] = refusal.word
    answer = _json(body, refusal.code)
    if request.blueprint == "login" and "text/html" in request.headers.get("Accept", ""):
        answer = Response(f"<!doctype html><p>{html.escape(refusal.message)}", refusal.code)
    if refusal.code == 401 and not faults.on("no-www-authenticate"):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if refusal.code == 429:
        answer.headers["Retry-After"] = str(max(1, allowance().reset))
    return answer


def _token_refused(refusal: TokenRefusal) -> Response:
    answer = _json({"error": refusal.error}, refusal.code)
    if refusal.code == 401 and "Authorization" in request.headers:
        answer.headers["WWW-Authenticate"] = "Basic"
    return answer


def _refused_by_framework(error: HTTPException) -> Response:
    if isinstance(error, MethodNotAllowed):
        answer = _json({"message": "The path does not have this method"}, 405)
        answer.headers["Allow"] = ", ".join(sorted(set(error.valid_methods or ()) - {"OPTIONS"}))
        return answer
    if error.code == 404:
        return _json({"message": "There is no such path"}, 404)
    if (error.code or 500) >= 500:
        return _json({"message": "The service has a fault"}, 500)
    # Errors that the framework finds in a body, such as a form that is too long.
    if request.path == _TOKEN:
        return _json({"error": "invalid_request"}, 400)
    return _json({"message": "The request cannot be read"}, 400)


def _json(value: object, status: int) -> Response:
    text = json.dumps(value, ensure_ascii=False)
    return Response(text.encode(), status, mimetype="application/json")


class _Quiet(WSGIRequestHandler):
    """Logs nothing: tokens and passwords may be in the query."""

    # With HTTP/1.0 the server would close each connection.
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing."""


def make_server(port: int, fixtures: Path) -> BaseWSGIServer:
    return ThreadedWSGIServer("127.0.0.1", port, create_app(fixtures), _Quiet)
