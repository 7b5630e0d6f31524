"""The page as an ASGI middleware: its paths, and access to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.request_context import context_of
from ringme_mock.control.control_context import Mock
from ringme_mock.control.guard import check_admitted
from ringme_mock.errors import ApiError
from ringme_mock.http.urls import DOCS_PATH, HOME_PATH, PAGE_PATH

if TYPE_CHECKING:
    from ringme_mock.ui.ui_app import PageApp


class PageMiddleware:
    """Serves `/` and /__mock__/page/; everything else goes on to `app`."""

    def __init__(self, app: ASGIApp, mock: Mock, from_any: bool) -> None:
        self._app = app
        self._mock = mock
        self._from_any = from_any
        self._page: PageApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the page. Raises the 403 for clients that may not control the mock."""
        if scope["type"] != "http" or not _is_own(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            check_admitted(scope, self._from_any, self._mock.sessions.settings.admission)
        except ApiError:
            if scope["path"] != HOME_PATH:
                raise
            # The page shows passwords; the documentation is for everybody.
            elsewhere = RedirectResponse(f"{context_of(scope).prefix}{DOCS_PATH}/")
            await elsewhere(scope, receive, send)
            return
        session = context_of(scope).session
        if session.waits:
            # Now: the page lists the sessions.
            self._mock.sessions.begin(session)
        await self._open()(scope, receive, send)

    def _open(self) -> PageApp:
        """Load the page, on first use: the start does not wait for it."""
        if self._page is None:
            from ringme_mock.ui.ui_app import PageApp

            self._page = PageApp(self._mock)
        return self._page


def _is_own(path: str) -> bool:
    return path == HOME_PATH or path.startswith(PAGE_PATH + "/")
