"""The middlewares of the document and its pages, and of paths that nobody serves."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.request_context import context_of
from ringme_mock.actions.response import JSON
from ringme_mock.errors import no_route
from ringme_mock.http.urls import DOCS_PATH, DOCUMENT_PATH, REFERENCE_PATH
from ringme_spec.contract import Contract

_TOKEN_URLS = ("tokenUrl", "refreshUrl")
_ENDINGS = ("", "index.html", ".html")


class DocsMiddleware:
    """Serves the document and the pages; everything else goes on to `app`."""

    def __init__(self, app: ASGIApp, contract: Contract) -> None:
        self._document = contract.document
        self._router = Router(
            [
                Route("/", self._to_docs),
                Route(DOCUMENT_PATH, self._show_document),
                *reference_routes(contract),
            ],
            redirect_slashes=False,
            default=app,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    async def _to_docs(self, request: Request) -> Response:
        return RedirectResponse(f"{context_of(request.scope).prefix}{DOCS_PATH}/")

    async def _show_document(self, request: Request) -> Response:
        context = context_of(request.scope)
        root = context.base_url
        content = {**_at(root, self._document), "servers": [{"url": root}]}
        # YAML takes the status 200 for a number where it has no quotes.
        return Response(orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS), media_type=JSON)


def _at(root: str, node: Any) -> Any:
    """Copy a part of the document with the URLs of the token endpoint at `root`."""
    if isinstance(node, list):
        return [_at(root, one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: root + value
        if name in _TOKEN_URLS and isinstance(value, str) and value.startswith("/")
        else _at(root, value)
        for name, value in node.items()
    }


class NotFoundMiddleware:
    """Raises the 404 for HTTP requests that no other middleware serves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raise no_route(scope["path"])
        await self._app(scope, receive, send)


def reference_routes(contract: Contract) -> list[BaseRoute]:
    """Make the routes below /reference/. The first request for a page reads and renders it."""
    return [
        Route(REFERENCE_PATH, _to_start),
        Route(REFERENCE_PATH + "/{name:path}", _Pages(contract).respond),
    ]


async def _to_start(request: Request) -> Response:
    # Relative, so that it stays below whatever prefix the request came with.
    return RedirectResponse(f"{request.url.path.rsplit('/', 1)[-1]}/")


class _Pages:
    """Serves the files of the documentation, and keeps rendered pages."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._book: Any = None
        self._made: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def respond(self, request: Request) -> Response:
        """Serve one file. Not a coroutine: Starlette runs it in a thread, beside the API."""
        book = self._open()
        path = request.path_params["name"]
        name = next((path + ending for ending in _ENDINGS if path + ending in book.files), None)
        if name is None:
            text = f"There is no such page. The documentation begins at {REFERENCE_PATH}/\n"
            return Response(text, 404, _headers("default-src 'none'"), "text/plain")
        file = book.files[name]
        body = self._bytes(name, file)
        headers = _headers(file.policy)
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=file.media_type)

    def _open(self) -> Any:
        with self._lock:
            if self._book is None:
                # Only now: rendering Markdown takes time to import, and most mocks never do it.
                from ringme_mock.docs.book import Book
                from ringme_mock.docs.material import Material

                self._book = Book(Material(self._contract, served=True))
            return self._book

    def _bytes(self, name: str, file: Any) -> bytes:
        if file.policy is None:
            # Read, not rendered: not kept in memory.
            return bytes(file.make())
        with self._lock:
            if name not in self._made:
                self._made[name] = file.make()
            return self._made[name]


def _headers(policy: str | None) -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    if policy:
        headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'self'"
    return headers
