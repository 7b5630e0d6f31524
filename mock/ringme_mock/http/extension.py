"""Fast path for whole requests and responses, if the server is the mock's own.

ASGI passes bodies and responses in messages, each of which costs a coroutine. The server of the
mock also puts its `Cycle` into `scope["extensions"]["ringme_mock.response"]`. It is used only with
the server's own `receive` and `send`, so that no middleware between is bypassed. With any other
server the messages of ASGI are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from ringme_mock.http.cycle import Cycle

Headers: TypeAlias = list[tuple[bytes, bytes]]

EXTENSION = "ringme_mock.response"


def _extension(scope: Scope) -> Cycle | None:
    extensions = scope.get("extensions")
    return extensions.get(EXTENSION) if extensions else None


def write_whole(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> bool:
    """Write a response in one piece; False if nothing was written and it has to be sent."""
    own = _extension(scope)
    return own is not None and own.send == send and own.respond(status, headers, body)


async def send_whole(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send a response in messages."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def take_whole(scope: Scope, receive: Receive) -> bytes | None:
    """Return the whole body if it has arrived; None if it must be received."""
    own = _extension(scope)
    return own.take_body() if own is not None and own.receive == receive else None


async def cut(scope: Scope, receive: Receive, at_once: bool) -> None:
    """Close the connection; `at_once` drops data that is not sent yet.

    Raises ConnectionAbortedError with another server, or in the same process.
    """
    own = _extension(scope)
    if own is None:
        raise ConnectionAbortedError("the mock broke the connection off, as a fault says")
    own.cut(at_once)
    while (await receive())["type"] != "http.disconnect":
        pass
