"""The outermost layer of the mock's own: begins each request, and completes each answer."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringme_mock.exchange import start_exchange


class EdgeMiddleware:
    """Puts the limit headers on every answer of the API, whichever layer gives it (rule limits)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = dict(scope)
        exchange = start_exchange(scope)

        async def send_complete(message: Message) -> None:
            if message["type"] == "http.response.start" and exchange.allowance is not None:
                headers = [*message.get("headers", []), *exchange.allowance.headers()]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_complete)
