"""Middleware for the web page: its static files, their paths, and access to them."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.request_context import RequestContext, context_of
from ringme_mock.control.control_context import Mock
from ringme_mock.control.guard import check_admitted
from ringme_mock.errors import ApiError
from ringme_mock.http.urls import DOCS_PATH, HOME_PATH, PAGE_PATH

_HERE = Path(__file__).parent
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; media-src blob:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_SAFE = {"X-Content-Type-Options": "nosniff"}
HEADERS = {
    **_SAFE,
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ASSET_HEADERS = {
    **_SAFE,
    "Cache-Control": "public, max-age=31536000, immutable",
    # An icon that is opened by itself is a document.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


class StaticFiles:
    """Static files by path, in a folder named by a digest of all, so browsers cache them for ever.

    Links between them are relative, so they work below any session and any prefix.
    """

    def __init__(self) -> None:
        found = sorted(path for path in _HERE.rglob("*") if path.suffix in _KINDS)
        contents = {path.relative_to(_HERE).as_posix(): path.read_bytes() for path in found}
        digest = hashlib.sha256(repr(contents).encode()).hexdigest()[:16]
        self._folder = f"{PAGE_PATH}/assets/{digest}/"
        self._contents = contents
        home = (_HERE / "page" / "index.html").read_text("utf-8")
        self._home = home.replace("{assets}", "{root}" + self._folder.removeprefix("/"))

    def home(self, root: str) -> Response:
        """Return the page; its links begin with `root`: empty, or a path with a trailing slash."""
        content = self._home.replace("{root}", root)
        return Response(content, headers=HEADERS, media_type="text/html")

    def asset(self, path: str) -> Response:
        """Return a file by the path of its URL, or a 404."""
        name = path.removeprefix(self._folder)
        content = self._contents.get(name)
        if content is None or name == path:
            return Response("There is no such file\n", 404, HEADERS, "text/plain")
        return Response(content, headers=_ASSET_HEADERS, media_type=_KINDS[Path(name).suffix])


class PageMiddleware:
    """Middleware that serves `/` and /__mock__/page/, and passes on everything else.

    The page is for the clients of the control interface, from which it gets all its data.
    """

    def __init__(self, app: ASGIApp, mock: Mock, from_any: bool) -> None:
        self._app = app
        self._mock = mock
        self._from_any = from_any

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the page. Raises the 403 for clients that may not control the mock."""
        path = scope["path"]
        if scope["type"] != "http" or not (path == HOME_PATH or path.startswith(PAGE_PATH + "/")):
            await self._app(scope, receive, send)
            return
        try:
            check_admitted(scope, self._from_any, self._mock.sessions.settings.admission)
        except ApiError:
            if path != HOME_PATH:
                raise
            # The page would be empty, but the documentation is for everybody.
            elsewhere = RedirectResponse(f"{context_of(scope).prefix}{DOCS_PATH}/")
            await elsewhere(scope, receive, send)
            return
        response = self._respond(scope["method"], path, context_of(scope))
        await response(scope, receive, send)

    def _respond(self, method: str, path: str, context: RequestContext) -> Response:
        if method not in ("GET", "HEAD"):
            headers = {**HEADERS, "Allow": "GET, HEAD"}
            return Response("Method Not Allowed\n", 405, headers, "text/plain")
        if path != HOME_PATH:
            return self._files.asset(path)
        # Relative if possible, to stay below any prefix of the browser's URL.
        own = f"{context.prefix}/"
        return self._files.home("" if context.scope["path"].endswith(own) else own)

    @cached_property
    def _files(self) -> StaticFiles:
        # On demand, as most mocks are used for their API alone.
        return StaticFiles()
