"""One request and its answer, and what is known about both while it is being answered."""

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

_SCOPE_KEY = "ringme_mock.http.context"


class RequestContext:
    """Filled on the way: the operation by routing, the caller by security, and so on.

    `prefix` is the part of the path that chose the session, `path` what comes behind it, and
    `raw_path` the same before it was decoded, by which a request finds its way;
    `headers` are the request's by name in lower case, of several the first one. `allowance`
    None means that the answer is not one of the API and carries no limit headers. `refusal` is
    why it was refused, `fault` what was put in on purpose, `connection` how it is to be broken.
    `body` is the begin of what was sent, of `size` bytes.
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
    honoured: str = ""
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
        """The URL of the mock as the client reaches it, with the prefix of the session."""
        return base_url(self.scope, self.headers) + self.prefix

    def header(self, name: bytes) -> str:
        """A header of the request; empty where there is none."""
        return self.headers.get(name, b"").decode("latin-1")

    async def receive(self) -> Any:
        """The next part of the request; its begin is kept for the journal."""
        message = await self.receive_part()
        self._keep(message.get("body", b""))
        return message

    def take_whole(self) -> bytes | None:
        """The body if it can be had at once, its begin kept likewise; else None."""
        whole = take_whole(self.scope, self.receive_part)
        if whole:
            self._keep(whole)
        return whole

    def _keep(self, content: bytes) -> None:
        self.size += len(content)
        self.body += content[: BODY_LIMIT - len(self.body)]


def attach(scope: Scope, request: RequestContext) -> None:
    """Puts the request where the layers of the pages find it."""
    scope[_SCOPE_KEY] = request


def context_of(scope: Any) -> RequestContext:
    """The request of the request that is being answered."""
    request: RequestContext = scope[_SCOPE_KEY]
    return request
