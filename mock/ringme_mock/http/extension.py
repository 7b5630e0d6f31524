"""Whole requests and responses over ASGI, where the server is the mock's own.

ASGI hands bodies and responses over in messages, each of which costs a turn of a coroutine. The
protocol of the mock puts an object beside them, at `scope["extensions"]["ringme_mock.response"]`,
with the methods of `WholeResponse`. It counts for whoever holds the `receive` and the `send` that
the server gave out: where a middleware has put its own in their place, it must not be passed by.
With any other server, and in the same process, the messages of ASGI do the same.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

from starlette.types import Message, Receive, Scope, Send

Headers: TypeAlias = list[tuple[bytes, bytes]]

EXTENSION = "ringme_mock.response"


class WholeResponse(Protocol):
    """The extension: one request, and the response to it."""

    async def receive(self) -> Message:
        """The `receive` of the server."""

    async def send(self, message: Message) -> None:
        """The `send` of the server."""

    def take_body(self) -> bytes | None:
        """The body, if all of it is there and nobody has taken any; else None."""

    def respond(self, status: int, headers: Headers, body: bytes) -> bool:
        """Writes a response whose headers say its length; False if it cannot, and wrote nothing."""

    def cut(self, at_once: bool) -> None:
        """Ends the connection; `at_once` loses what is still on its way."""


def _extension(scope: Scope) -> WholeResponse | None:
    extensions = scope.get("extensions")
    return extensions.get(EXTENSION) if extensions else None


def write_whole(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> bool:
    """Writes a response in one piece; False, and nothing written, where it has to be sent."""
    own = _extension(scope)
    return own is not None and own.send == send and own.respond(status, headers, body)


async def send_whole(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Sends a response in messages."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def take_whole(scope: Scope, receive: Receive) -> bytes | None:
    """The body of a request where it can be had at once; None where it must be received."""
    own = _extension(scope)
    return own.take_body() if own is not None and own.receive == receive else None


async def cut(scope: Scope, receive: Receive, at_once: bool) -> None:
    """Ends the connection; `at_once` loses what is still on its way.

    Raises ConnectionAbortedError where the server is another one, or there is no connection.
    """
    own = _extension(scope)
    if own is None:
        raise ConnectionAbortedError("the mock broke the connection off, as a fault says")
    own.cut(at_once)
    while (await receive())["type"] != "http.disconnect":
        pass
