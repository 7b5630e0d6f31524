"""Where the page stands between the other layers: who may see it, and what it answers for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.control.control_context import Mock
from ringme_mock.control.guard import check_admitted
from ringme_mock.errors import ApiError
from ringme_mock.http.context import context_of
from ringme_mock.http.urls import CONTROL_PATH, DOCS_PATH

if TYPE_CHECKING:
    from ringme_mock.ui.ui_app import PageSite

HOME = "/"
PAGE_PATH = f"{CONTROL_PATH}/page"


class PageMiddleware:
    """Answers at `/` and below /__mock__/page/; everything else goes on."""

    def __init__(self, app: ASGIApp, mock: Mock, from_any: bool) -> None:
        self._app = app
        self._mock = mock
        self._from_any = from_any
        self._site: PageSite | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or hands it on. Raises the 403 for who may not control the mock."""
        if scope["type"] != "http" or not _is_own(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            check_admitted(scope, self._from_any)
        except ApiError:
            if scope["path"] != HOME:
                raise
            # The page shows passwords; the documentation is for everybody.
            elsewhere = RedirectResponse(f"{context_of(scope).prefix}{DOCS_PATH}/")
            await elsewhere(scope, receive, send)
            return
        await self._open()(scope, receive, send)

    def _open(self) -> PageSite:
        """The page, read on first use: who starts the mock for its API does not wait for it."""
        if self._site is None:
            from ringme_mock.ui.ui_app import PageSite

            self._site = PageSite(self._mock)
        return self._site


def _is_own(path: str) -> bool:
    return path == HOME or path.startswith(PAGE_PATH + "/")
