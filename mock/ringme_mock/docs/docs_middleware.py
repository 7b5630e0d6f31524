"""The middlewares of the documentation, and of paths that nobody serves."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.request_context import context_of
from ringme_mock.actions.response import JSON
from ringme_mock.docs.docs_routes import reference_routes
from ringme_mock.errors import no_route
from ringme_mock.http.urls import DOCS_PATH, DOCUMENT_PATH
from ringme_spec.contract import Contract

_TOKEN_URLS = ("tokenUrl", "refreshUrl")


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
