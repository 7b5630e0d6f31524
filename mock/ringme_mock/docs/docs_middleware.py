"""Middleware for the document and its pages."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.request_context import context_of
from ringme_mock.actions.response import JSON
from ringme_mock.http.sessions import Session, Sessions
from ringme_mock.http.urls import DOCS_PATH, DOCUMENT_PATH, REFERENCE_PATH
from ringme_mock.store.identities import find_identity
from ringme_mock.store.tokens import Grant
from ringme_spec.contract import Contract

_TOKEN_URLS = (b"tokenUrl", b"refreshUrl")
# Kind of the command in the log.
CREDENTIALS = "credentials"
_ENDINGS = ("", "index.html", ".html")
# The pages send requests for the first user who sees everything of a client.
_ROLE = "client_user"
_LENGTH, _LIFETIME = 30, 3600
_FLOWS = {
    "trusted": "clientCredentials",
    "password_credentials": "password",
    "public": "authorizationCode",
}


class DocsMiddleware:
    """Middleware that serves the document and the pages, and passes on everything else.

    `check_admitted` raises for clients that may not see the secrets of the test data.
    """

    def __init__(
        self,
        app: ASGIApp,
        contract: Contract,
        sessions: Sessions,
        check_admitted: Callable[[Scope], None],
    ) -> None:
        self._document = contract.document
        self._sessions = sessions
        self._check_admitted = check_admitted
        pages = Pages(contract)
        self._router = Router(
            [
                Route("/", _to_docs),
                Route(DOCS_PATH, _to_docs),
                Route(DOCUMENT_PATH, self._show_document),
                Route(f"{DOCS_PATH}/credentials", self._issue_credentials, methods=["POST"]),
                Route(f"{DOCS_PATH}/{{name:path}}", pages.respond),
                Route(REFERENCE_PATH, _to_docs),
                Route(f"{REFERENCE_PATH}/{{name:path}}", pages.redirect),
            ],
            redirect_slashes=False,
            default=app,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    async def _show_document(self, request: Request) -> Response:
        context = context_of(request.scope)
        root = context.base_url
        content = {**self._document, "servers": [{"url": root}]}
        # YAML reads an unquoted status as a number.
        body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
        for name in _TOKEN_URLS:
            body = body.replace(b'"%b":"/' % name, b'"%b":"%b/' % (name, orjson.dumps(root)[1:-1]))
        return Response(body, media_type=JSON)

    async def _issue_credentials(self, request: Request) -> Response:
        self._check_admitted(request.scope)
        session = context_of(request.scope).session
        if session.waits:
            await self._sessions.begin(session)
        credentials = await self._sessions.keep(session, CREDENTIALS, issue_credentials)
        headers = {"Cache-Control": "no-store"}
        return Response(orjson.dumps(credentials), headers=headers, media_type=JSON)


async def _to_docs(request: Request) -> Response:
    return RedirectResponse(f"{context_of(request.scope).prefix}{DOCS_PATH}/")


def issue_credentials(session: Session) -> dict[str, Any]:
    """Issue a token for a user; return it with the user and an application per OAuth flow."""
    state = session.state
    identity = find_identity(state.store, _ROLE)
    if identity is None or identity.application is None:
        return {"token": "", "user": {}, "applications": {}}
    grant = Grant(identity.user["id"], identity.application["client_id"])
    applications: dict[str, Any] = {}
    for one in state.store["application"].entries():
        applications.setdefault(_FLOWS[one["type"]], one)
    return {
        "token": state.tokens.issue(grant, _LENGTH, _LIFETIME),
        "user": identity.as_json(),
        "applications": applications,
    }


class Pages:
    """Files of the documentation; its methods run in threads, as they are not coroutines."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._book: Any = None
        self._lock = threading.Lock()

    def respond(self, request: Request) -> Response:
        """Serve one file. The first request for a page renders it."""
        name = self._find(request)
        if name is None:
            return _missing()
        with self._lock:
            file = self._book.files[name]
            body = file.make()
        headers = {
            "Cache-Control": "no-cache",
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        }
        if file.policy:
            headers["Content-Security-Policy"] = f"{file.policy}; frame-ancestors 'self'"
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=file.media_type)

    def redirect(self, request: Request) -> Response:
        """Redirect from the former URL of a page."""
        if self._find(request) is None:
            return _missing()
        prefix = context_of(request.scope).prefix
        return RedirectResponse(f"{prefix}{DOCS_PATH}/{request.path_params['name']}")

    def _find(self, request: Request) -> str | None:
        with self._lock:
            if self._book is None:
                # On demand, as the imports take time, and most mocks never render pages.
                from ringme_mock.docs.book import Book
                from ringme_mock.docs.material import Material

                self._book = Book(Material(self._contract, served=True))
        path = request.path_params["name"]
        return next((path + end for end in _ENDINGS if path + end in self._book.files), None)


def _missing() -> Response:
    text = f"There is no such page. The documentation begins at {DOCS_PATH}/\n"
    return Response(text, 404, media_type="text/plain")
