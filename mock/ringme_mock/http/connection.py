"""The connection beneath a request: what is quicker there, and answers that are to break off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeAlias

from starlette.types import Receive, Scope, Send

Headers: TypeAlias = list[tuple[bytes, bytes]]

_SCOPE_KEY = "ringme_mock.transport"


def keep_transport(scope: Scope, send: Send) -> None:
    """Notes the transport of a request while the server's own `send` is at hand."""
    scope[_SCOPE_KEY] = _transport(send)


def _transport(send: Send) -> Any:
    # No ASGI extension gives it; both protocols of uvicorn have it on the object of the request.
    return getattr(getattr(send, "__self__", None), "transport", None)


def _transport_of(scope: Scope, send: Send) -> Any:
    """The transport of a request, as it was noted or as it is at hand; None without connection."""
    return scope.get(_SCOPE_KEY) or _transport(send)


def write_whole(send: Send, status: int, headers: Headers, body: bytes) -> bool:
    """Writes an answer in one piece where the connection is the mock's own, as that is quicker.

    False, and nothing written, where it has to be sent instead.
    """
    write = getattr(getattr(send, "__self__", None), "write_whole", None)
    return write is not None and write(status, headers, body)


async def send_whole(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Sends an answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def take_whole(receive: Receive) -> bytes | None:
    """The body of a request where it can be had at once; None where its parts must be received."""
    take = getattr(getattr(receive, "__self__", None), "take_whole", None)
    whole: bytes | None = take() if take is not None else None
    return whole


def in_task(scope: Scope, send: Send, work: Awaitable[None]) -> Awaitable[None]:
    """Work that asks for its task, in one where the request may have none: on a connection."""
    return work if _transport_of(scope, send) is None else asyncio.ensure_future(work)


async def cut(scope: Scope, receive: Receive, send: Send, at_once: bool) -> None:
    """Ends the connection; `at_once` loses what is still on its way.

    Raises ConnectionAbortedError where there is none, as with a client of the same process.
    """
    transport = _transport_of(scope, send)
    if transport is None:
        raise ConnectionAbortedError("the mock broke the connection off, as a fault says")
    if at_once:
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
