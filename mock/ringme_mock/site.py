"""What the mock serves beside the API: its document, and the files that storage URLs lead to."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.contract import Contract
from ringme_mock.handlers.media import STORAGE_PATH, file_reply
from ringme_mock.state import State

DOCS_PATH = "/docs"
DOCUMENT_PATH = "/openapi.json"


class SiteMiddleware:
    """Answers for the pages; everything else goes on to the API."""

    def __init__(self, app: ASGIApp, contract: Contract, state: State) -> None:
        self._state = state
        self._document = json.dumps(contract.document, ensure_ascii=False).encode("utf-8")
        self._router = Router(
            [
                Route("/", self._to_docs),
                Route(DOCUMENT_PATH, self._show_document),
                Route(STORAGE_PATH + "/{collection}/{key}", self._serve_file),
            ],
            redirect_slashes=False,
            default=app,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or hands it on."""
        await self._router(scope, receive, send)

    async def _to_docs(self, _request: Request) -> Response:
        return RedirectResponse(f"{DOCS_PATH}/")

    async def _show_document(self, _request: Request) -> Response:
        return Response(self._document, media_type="application/json")

    async def _serve_file(self, request: Request) -> Response:
        names: dict[str, Any] = request.path_params
        collection = self._state.store.collections.get(names["collection"])
        entry = collection.get(names["key"]) if collection else None
        if collection is None or entry is None or collection.rule.content is None:
            return Response("There is no such file.\n", 404, media_type="text/plain")
        reply = file_reply(self._state.store, collection.rule, entry)
        return Response(reply.body, reply.status, reply.headers, reply.media_type)
