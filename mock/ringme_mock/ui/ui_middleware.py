"""The page as an ASGI middleware: its paths, and access to them."""

from __future__ import annotations

from functools import cached_property

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.request_context import RequestContext, context_of
from ringme_mock.control.control_context import Mock
from ringme_mock.control.guard import check_admitted
from ringme_mock.errors import ApiError
from ringme_mock.http.urls import DOCS_PATH, HOME_PATH, PAGE_PATH
from ringme_mock.ui.static_files import HEADERS, StaticFiles


class PageMiddleware:
    """Serves `/` and /__mock__/page/; everything else goes on to `app`.

    The page is for whom the control interface is for: all that it shows it asks that.
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
            # The page would show them nothing; the documentation is for everybody.
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
        # Relative where the browser's URL has it all, to stay below whatever prefix that has.
        own = f"{context.prefix}/"
        return self._files.home("" if context.scope["path"].endswith(own) else own)

    @cached_property
    def _files(self) -> StaticFiles:
        # On first use: most mocks are used for their API alone.
        return StaticFiles()
