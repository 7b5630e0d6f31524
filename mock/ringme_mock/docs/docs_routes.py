"""Routes of the documentation in a running mock."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ringme_spec.contract import Contract

REFERENCE_PATH = "/reference"
_ENDINGS = ("", "index.html", ".html")


def reference_routes(contract: Contract) -> list[BaseRoute]:
    """Make the routes below /reference/. The first request for a page reads and renders it."""
    pages = _Pages(contract)
    return [
        Route(REFERENCE_PATH, _to_start),
        Route(REFERENCE_PATH + "/{name:path}", pages.respond),
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
