"""Request context: a request, and all that is known about it and its response."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from starlette.types import Receive, Scope

from ringme_mock.errors import ApiError
from ringme_mock.http.extension import take_whole
from ringme_mock.http.journal import BODY_LIMIT
from ringme_mock.http.sessions import Session
from ringme_mock.http.urls import base_url, raw_path
from ringme_mock.store.access import Caller
from ringme_mock.store.rate_limits import Allowance
from ringme_spec.operations import Operation

_SCOPE_KEY = "ringme_mock.http.request_context"


class RequestContext:
    """Request whose operation is set by routing, its caller by security, and so on.

    `prefix` is the part of the path that chose the session, `path` the rest, and `raw_path` the
    same undecoded, as routing needs it; `headers` are by name in lower case, of repeated ones the
    first. `allowance` None means a response without limit headers. `fault` names the injected
    fault, `connection` its damage. `body` is the beginning of the body, of `size` bytes.
    """

    session: Session
    prefix: str = ""
    operation: Operation | None = None
    path_values: Sequence[str] = ()
    caller: Caller | None = None
    allowance: Allowance | None = None
    refusal: ApiError | None = None
    fault: str | None = None
    connection: str | None = None
    applied_preferences: str = ""
    body: bytes = b""
    size: int = 0

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive_part = receive
        self.headers: dict[bytes, bytes] = dict(scope["headers"][::-1])
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.raw_path = raw_path(scope)
        self.query: bytes = scope["query_string"]
        self.at = time.time()

    @property
    def base_url(self) -> str:
        """URL of the session as the client reaches it."""
        return base_url(self.scope, self.headers) + self.prefix

    def header(self, name: bytes) -> str:
        """Return a header of the request, or an empty text."""
        return self.headers.get(name, b"").decode("latin-1")

    async def receive(self) -> Any:
        """Receive the next message; the beginning of the body is kept for the journal."""
        message = await self.receive_part()
        self._keep(message.get("body", b""))
        return message

    def take_whole(self) -> bytes | None:
        """Return the body if all of it has arrived and the server is the mock's own, else None."""
        whole = take_whole(self.scope, self.receive_part)
        if whole:
            self._keep(whole)
        return whole

    def _keep(self, content: bytes) -> None:
        self.size += len(content)
        self.body += content[: BODY_LIMIT - len(self.body)]


def attach(scope: Scope, request: RequestContext) -> None:
    """Put the request into the scope for the layers of the pages."""
    scope[_SCOPE_KEY] = request


def context_of(scope: Any) -> RequestContext:
    request: RequestContext = scope[_SCOPE_KEY]
    return request
