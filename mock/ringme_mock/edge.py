"""The outermost layer of the mock's own: begins each request, and completes each answer."""

from __future__ import annotations

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringme_mock.exchange import Exchange, start_exchange

logger = logging.getLogger(__name__)


class EdgeMiddleware:
    """Puts the limit headers on every answer of the API (rule limits), and logs each request."""

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
            if message["type"] == "http.response.start":
                _log(scope, exchange, message["status"])
                if exchange.allowance is not None:
                    headers = [*message.get("headers", []), *exchange.allowance.headers()]
                    message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_complete)


def _log(scope: Scope, exchange: Exchange, status: int) -> None:
    """One line for a request. A query shows only behind a good token: before, it may hold one."""
    caller = exchange.caller
    query = scope["query_string"].decode("latin-1") if caller else ""
    logger.info(
        "%s %s%s %d %s",
        scope["method"],
        scope["path"],
        f"?{query}" if query else "",
        status,
        caller.user["login"] if caller else "-",
    )
