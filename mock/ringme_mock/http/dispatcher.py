"""Dispatcher of requests to API and pages: sessions, limit headers, journal and log."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringme_mock.actions.response import JSON, Reply
from ringme_mock.errors import ApiError
from ringme_mock.faults.damage import DROP, MALFORMED, TRUNCATE, malformed
from ringme_mock.http.api import Api
from ringme_mock.http.browser_headers import with_browser_headers
from ringme_mock.http.error_handler import error_reply
from ringme_mock.http.extension import Headers, cut, send_whole, write_whole
from ringme_mock.http.journal import JournalEntry
from ringme_mock.http.request_context import RequestContext, attach
from ringme_mock.http.sessions import Sessions
from ringme_mock.http.urls import LOCAL_ORIGIN, decoded, is_page

logger = logging.getLogger(__name__)

_PREFIX = re.compile(r"(/s/([^/]*))(/.*)?", re.DOTALL)
_VARY = (b"vary", b"Origin")
_JSON_TYPE = (b"content-type", JSON.encode())


class Dispatcher:
    """Passes requests to the API or the pages, each in its session, and sends the responses."""

    def __init__(self, sessions: Sessions, api: Api, pages: ASGIApp) -> None:
        self._sessions = sessions
        self._api = api
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.dispatch(RequestContext(scope, receive), send)

    async def dispatch(self, request: RequestContext, send: Send) -> None:
        """Respond to a request."""
        try:
            self._choose_session(request)
        except ApiError as refused:
            reply = error_reply(refused)
            await send_whole(send, reply.status, _own_headers(reply), reply.body)
            return
        if is_page(request.raw_path):
            await self._show_page(request, send)
            return
        reply = await self._api.respond(request)
        # Before the response: the client may request the journal right after it.
        _note(request, None if request.connection == DROP else reply.status)
        if request.connection is not None:
            await _break(request, reply, send)
            return
        headers = _headers(request, reply)
        if not write_whole(request.scope, send, reply.status, headers, reply.body):
            await send_whole(send, reply.status, headers, reply.body)

    def _choose_session(self, request: RequestContext) -> None:
        """Find the session by path or header. Raises as `Sessions.get` does."""
        if request.raw_path.startswith("/s/"):
            match = _PREFIX.fullmatch(request.raw_path)
            if match is not None:
                request.session = self._sessions.get(decoded(match[2]), _may_begin(request))
                request.prefix = match[1]
                request.raw_path = match[3] or "/"
                request.path = decoded(request.raw_path)
                return
        name = request.headers.get(b"x-mock-session")
        if not name:
            request.session = self._sessions.default
            return
        request.session = self._sessions.get(name.decode("latin-1"), _may_begin(request))
        if request.session is not self._sessions.default:
            request.prefix = f"/s/{request.session.name}"

    async def _show_page(self, request: RequestContext, send: Send) -> None:
        raw_path = request.raw_path.encode("latin-1")
        scope = {**request.scope, "path": request.path, "raw_path": raw_path}
        if request.path != request.scope["path"]:
            scope["root_path"] = scope.get("root_path", "") + request.prefix
        attach(scope, request)

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _log(request, message["status"])
                headers = with_browser_headers(request.path, list(message.get("headers", ())))
                message = {**message, "headers": headers}
            await send(message)

        await self._pages(scope, request.receive_part, send_noted)


def _may_begin(request: RequestContext) -> bool:
    """Allow a request to begin a session unless it comes from a page of another site."""
    if request.headers.get(b"sec-fetch-site") != b"cross-site":
        return True
    return LOCAL_ORIGIN.fullmatch(request.header(b"origin")) is not None


async def _break(request: RequestContext, reply: Reply, send: Send) -> None:
    """Send a damaged response: broken JSON, half of the body, or nothing."""
    if request.connection == MALFORMED:
        # A new one, as some replies are shared.
        reply = replace(reply, body=malformed(reply.body))
        await send_whole(send, reply.status, _headers(request, reply), reply.body)
        return
    if request.connection == TRUNCATE:
        headers = _headers(request, reply)
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        half = reply.body[: len(reply.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
    await cut(request.scope, request.receive_part, at_once=request.connection == DROP)


def _headers(request: RequestContext, reply: Reply) -> Headers:
    """Build the headers of a response of the API."""
    headers = _own_headers(reply)
    if request.allowance is not None:
        headers += request.allowance.headers()
    if request.applied_preferences:
        headers.append((b"preference-applied", request.applied_preferences.encode("latin-1")))
        headers.append((b"vary", b"Prefer"))
    if b"origin" not in request.headers:
        # The CORS middleware adds it otherwise.
        headers.append(_VARY)
    return headers


def _own_headers(reply: Reply) -> Headers:
    """Build the headers of the reply itself."""
    headers = []
    if reply.media_type == JSON:
        headers.append(_JSON_TYPE)
    elif reply.media_type is not None:
        headers.append((b"content-type", reply.media_type.encode("latin-1")))
    # A response without content has no length (RFC 9110 section 8.6).
    if reply.body or reply.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(reply.body)))
    if reply.headers:
        for name, value in reply.headers.items():
            headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    return headers


def _note(request: RequestContext, status: int | None) -> None:
    """Add a request to the journal and the log."""
    caller, refusal = request.caller, request.refusal
    journal = request.session.journal
    noted = (
        journal.next_number(),
        request.at,
        request.method,
        request.path,
        request.query,
        request.operation,
        request.path_values,
        caller,
        request.headers.get(b"content-type", b""),
        request.body,
        request.size,
        status,
        refusal,
        request.fault,
        time.time() - request.at,
    )
    # Takes half the time of the constructor.
    journal.add(tuple.__new__(JournalEntry, noted))
    if logger.isEnabledFor(logging.INFO):
        _log(request, status)


def _log(request: RequestContext, status: int | None) -> None:
    """Log a request in one line, the secrets in its query masked."""
    caller = request.caller
    shown = {
        "method": request.method,
        "path": request.path,
        "query": request.session.redaction.mask_query(request.query),
        "status": status,
        "login": caller.user["login"] if caller else None,
        "operation": request.operation.id if request.operation else None,
        "milliseconds": round((time.time() - request.at) * 1000, 3),
    }
    logger.info(
        "%s %s%s %s %s",
        request.method,
        request.path,
        f"?{shown['query']}" if shown["query"] else "",
        status or "-",
        shown["login"] or "-",
        extra={**shown, "mock_session": request.session.name},
    )
