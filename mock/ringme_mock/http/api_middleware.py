"""Middleware that serves the API in place of Connexion's own, and passes on requests for pages."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringme_mock.actions.media import stored_file
from ringme_mock.actions.request_context import STORAGE, RequestContext, attach
from ringme_mock.actions.response import Reply
from ringme_mock.errors import ApiError
from ringme_mock.faults.fault_rule import DROP, MALFORMED, TRUNCATE, malformed
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.faults.inject import Faults, meets_faults
from ringme_mock.http.compression import compressed, is_compressible
from ringme_mock.http.connexion_parts import Resolver, Specification, SpecMiddleware
from ringme_mock.http.cors import Cors
from ringme_mock.http.cycle import Headers, cut, send_whole
from ringme_mock.http.error_handler import refuse
from ringme_mock.http.journal import log, note
from ringme_mock.http.refusal_reasons import RefusalReasons, explain_page
from ringme_mock.http.response_headers import response_headers
from ringme_mock.http.routing import PathTable
from ringme_mock.http.running_operation import OperationAPI, RunningOperation
from ringme_mock.http.sessions import Sessions
from ringme_mock.http.urls import PAGES
from ringme_spec.contract import Contract

Header = tuple[bytes, bytes]

_FOR_ALL: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    # With `no-referrer`, browsers send `Origin: null` with the page's own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
# For data and errors: no script may run.
_POLICY = b"default-src 'none'; frame-ancestors 'none'; sandbox"
# Type of a scope that makes Connexion assemble its middlewares.
START = "ringme_mock.start"
# Number and length of the paths that are cached.
_MOST_KEPT = 1000
_LONGEST_KEPT = 500


def with_browser_headers(headers: list[Header]) -> list[Header]:
    """Add the security headers that a page's response lacks."""
    names = {name.lower() for name, _ in headers}
    missing = [header for header in _FOR_ALL if header[0] not in names]
    if b"content-security-policy" not in names:
        missing.append((b"content-security-policy", _POLICY))
    return [*headers, *missing]


class ApiMiddleware(SpecMiddleware):  # type: ignore[misc]
    """Middleware that responds to requests for the API, and passes those for pages on.

    It chooses the session of each request. Connexion calls `add_api` when it assembles its
    middlewares.
    """

    def __init__(
        self, app: ASGIApp, contract: Contract, sessions: Sessions, forced: ForcedResponses
    ) -> None:
        self._app = app
        self._contract = contract
        self._sessions = sessions
        self._table = PathTable(contract.operations.values(), contract.known_paths)
        self._reasons = RefusalReasons(sessions, self._table)
        self._recorder = recorder = sessions.recorder
        self._shared = recorder.shared if recorder else None
        self._shares_journal = self._shared is not None and sessions.settings.journal_size > 0
        self._faults = Faults(forced, self._table, recorder.meet_faults if recorder else None)
        self._validator = None
        if sessions.settings.validate_responses:
            # On demand, as the import takes time.
            from ringme_mock.http.response_validation import ResponseValidator

            self._validator = ResponseValidator(contract)
        self._cors = Cors(self._serve, sessions)
        self._admission = admission = sessions.settings.admission
        self._checks_host = admission.hosts is not None
        self._public_path = admission.public_path
        self._public_origin = admission.public_url.removesuffix(self._public_path)

    def add_api(
        self,
        specification: Specification,
        *,
        resolver: Resolver,
        security_map: dict[str, Any],
        **_options: Any,
    ) -> None:
        api = OperationAPI(
            specification,
            resolver=resolver,
            contract=self._contract,
            security_map=security_map,
            recorder=self._recorder,
        )
        self._operations: dict[str, RunningOperation] = api.operations
        if self._recorder is not None:
            self._recorder.prepare(self._operations, self._table, self._faults)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = RequestContext(scope, receive)
            if b"origin" in request.headers:
                await self._cors(scope, receive, send)
            else:
                await self._respond(request, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send(
                {"type": "websocket.close", "reason": "the mock does not support WebSockets"}
            )
        elif scope["type"] != START:
            raise RuntimeError(f"the mock responds to HTTP, not to {scope['type']}")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._respond(RequestContext(scope, receive), send)

    async def _respond(self, request: RequestContext, send: Send) -> None:
        shared = self._shared
        try:
            if self._checks_host:
                server = request.scope.get("server")
                self._admission.check_host(request.headers.get(b"host"), server)
            if self._public_path:
                self._strip_public_path(request)
            if shared is not None:
                await shared.catch_up(request)
            if b"x-mock-session" in request.headers or request.raw_path.startswith("/s/"):
                self._sessions.choose(request)
            else:
                request.session = self._sessions.default
        except Exception as error:
            self._sessions.choose_known(request)
            reply = refuse(request, error)
            if _is_page(request.raw_path):
                log(request, reply.status)
            else:
                note(request, reply.status, reply)
                if shared is not None:
                    await request.session.journal.save()
            await send_whole(send, reply.status, _headers(request, reply), reply.body)
            return
        if self._public_origin:
            request.origin = self._public_origin
            request.prefix = f"{self._public_path}{request.prefix}"
        if _is_page(request.raw_path):
            await self._show_page(request, send)
            return
        try:
            reply = await self._run(request)
        except Exception as error:
            reply = refuse(request, error)
            if request.refusal is not None:
                request.detail = self._reasons.explain(request, request.refusal)
        if b"origin" in request.headers:
            page = explain_page(request, self._admission)
            request.detail = "; ".join(one for one in (request.detail, page) if one)
        if self._validator is not None:
            reply = self._validator.checked(request, reply, _headers(request, reply))
        if request.session.waits and reply.status < 400:
            await self._sessions.begin(request.session)
        # Before the response: the client may request the journal right after it.
        note(request, None if request.connection == DROP else reply.status, reply)
        if self._shares_journal:
            await request.session.journal.save()
        if request.connection is not None:
            await _break(request, reply, send)
            return
        body, coding = reply.body, None
        if is_compressible(request, reply):
            body, coding = await compressed(request, body)
        headers = response_headers(request, reply, len(body))
        if coding:
            headers += coding
        await send_whole(send, reply.status, headers, b"" if request.method == "HEAD" else body)

    def _strip_public_path(self, request: RequestContext) -> None:
        """Remove the path of the public URL, which some proxies leave in place."""
        path = request.raw_path
        if path == self._public_path or path.startswith(f"{self._public_path}/"):
            request.raw_path = path.removeprefix(self._public_path) or "/"
            request.path = unquote(request.raw_path)

    async def _run(self, request: RequestContext) -> Reply:
        """Run the operation, unless a fault or a preference forces a response."""
        session = request.session
        if session.calls.active:
            await self._sessions.settle(session)
        if meets_faults(request, session):
            forced = await self._faults.apply(request)
            if forced is not None:
                return forced
        if request.raw_path.startswith(STORAGE) and request.method in ("GET", "HEAD"):
            return stored_file(session.state.store, request)
        unknown = session.state.limits.unknown
        try:
            operation, request.path_values = self._table.find(request.method, request.raw_path)
        except ApiError:
            request.allowance = unknown if self._table.is_api(request.raw_path) else None
            raise
        request.target = operation
        request.allowance = unknown if operation.scopes is not None else None
        return await self._operations[operation.id].run(request)

    async def _show_page(self, request: RequestContext, send: Send) -> None:
        raw_path = request.raw_path.encode("latin-1")
        scope = {**request.scope, "path": request.path, "raw_path": raw_path}
        if self._public_path or request.path != request.scope["path"]:
            scope["root_path"] = scope.get("root_path", "") + request.prefix
        attach(scope, request)

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                log(request, message["status"])
                if request.session.waits and message["status"] < 400:
                    await self._sessions.begin(request.session)
                headers = with_browser_headers(list(message.get("headers", ())))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, request.receive_part, send_noted)


def _is_page(path: str) -> bool:
    """Check for the raw path of a page or of the control interface."""
    return _kept_page(path) if len(path) <= _LONGEST_KEPT else _starts_as_page(path)


def _starts_as_page(path: str) -> bool:
    first = path.split("/", 2)[1] if path.startswith("/") else path
    if "%" in first:
        first = unquote(first)
    return first in PAGES and (first != "" or path == "/")


_kept_page = lru_cache(_MOST_KEPT)(_starts_as_page)


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
    await cut(request.receive_part, at_once=request.connection == DROP)


def _headers(request: RequestContext, reply: Reply) -> Headers:
    return response_headers(request, reply, len(reply.body))
