"""A layer between a client and the mock that changes requests and responses."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.mock import Mock

# What changes a request, or responds in the stead of the mock; what changes a response.
Before = Callable[[Request], Awaitable[Response | None] | Response | None]
After = Callable[[Request, Response], Awaitable[None] | None]


class Interception:
    """An ASGI application around the mock that calls `before` and `after` for each request."""

    def __init__(self, mock: Mock, before: list[Before], after: list[After]) -> None:
        self._mock = mock
        self._before = before
        self._after = after
        # A hook changed a request or a response, or responded in the stead of the mock.
        self.changed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Responds to one request."""
        if scope["type"] != "http":
            await self._mock.app(scope, receive, send)
            return
        request = self._request(scope, await read_body(receive))
        told = request.told
        response = await self._respond(request)
        for hook in self._after:
            if isawaitable(waiting := hook(request, response)):
                await waiting
        sent = [(one, got.told) for one, got in request.sent]
        self.changed = self.changed or sent != [(told, response.told)]
        await _send(send, request, response)

    async def _respond(self, request: Request) -> Response:
        for hook in self._before:
            response = hook(request)
            if isawaitable(response):
                response = await response
            if response is not None:
                return response
        return await self._mock.send(request)

    def _request(self, scope: Scope, body: bytes) -> Request:
        operation, values = self._mock.operations.find(scope["method"], scope["path"])
        headers = [
            (key.decode("latin-1"), value.decode("latin-1")) for key, value in scope["headers"]
        ]
        return Request(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            headers,
            body,
            scope.get("raw_path", quote(scope["path"]).encode()).decode("latin-1"),
            operation,
            values,
            # Without what the server offers beside: the response has to come by `send`.
            {key: value for key, value in scope.items() if key != "extensions"},
        )


async def read_body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, request: Request, response: Response) -> None:
    headers, body = dict(response.headers), response.body
    # A response to HEAD has the length of the one to GET.
    if request.method != "HEAD" or body:
        headers.pop("content-length", None)
        body = gzip.compress(body, mtime=0) if response.is_compressed else body
        if response.status != 204:
            headers["content-length"] = str(len(body))
    pairs = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
