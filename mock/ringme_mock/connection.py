"""The connection beneath a request, for the answers that are to break off."""

from __future__ import annotations

from typing import Any

from starlette.types import Receive, Scope, Send

_SCOPE_KEY = "ringme_mock.transport"


def keep_transport(scope: Scope, send: Send) -> None:
    """Notes the transport of a request while the server's own `send` is at hand."""
    # No ASGI extension gives it; both protocols of uvicorn have it on the object of the request.
    scope[_SCOPE_KEY] = getattr(getattr(send, "__self__", None), "transport", None)


async def cut(scope: Scope, receive: Receive, at_once: bool) -> None:
    """Ends the connection; `at_once` loses what is still on its way.

    Raises ConnectionAbortedError where there is none, as with a client of the same process.
    """
    transport: Any = scope.get(_SCOPE_KEY)
    if transport is None:
        raise ConnectionAbortedError("the mock broke the connection off, as a fault says")
    if at_once:
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
