"""Middleware for paths that nothing else serves."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.errors import no_route


class NotFoundMiddleware:
    """Middleware that raises the 404 for each HTTP request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raise no_route(scope["path"])
        await self._app(scope, receive, send)
