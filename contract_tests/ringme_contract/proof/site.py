"""The mock that a fault is put into: its document, requests and responses."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import isawaitable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from ringme_contract.http.serving import served
from ringme_contract.proof.fault import Fault, all_faults, patches
from ringme_contract.proof.messages import After, Before, Request, Response, encoded
from ringme_contract.proof.mock import Mock
from ringme_contract.proof.null_servers import NULL_SERVERS
from ringme_mock.app import create_app
from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC


class Interception:
    """An ASGI application that calls `before` and `after` hooks around the mock."""

    def __init__(self, mock: Mock, before: list[Before], after: list[After]) -> None:
        self._mock = mock
        self._before = before
        self._after = after
        # True once a hook has changed a message or responded itself.
        self.changed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        operation, values = self._mock.find(scope["method"], scope["path"])
        headers = scope["headers"]
        return Request(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            [(key.decode("latin-1"), value.decode("latin-1")) for key, value in headers],
            body,
            scope.get("raw_path", quote(scope["path"]).encode()).decode("latin-1"),
            operation,
            values,
            # Without extensions of the server: the response has to go through `send`.
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
    # The response to HEAD has the length of that to GET.
    if request.method != "HEAD" or body:
        headers.pop("content-length", None)
        body = gzip.compress(body, mtime=0) if response.is_compressed else body
        if response.status != 204:
            headers["content-length"] = str(len(body))
    start = {"type": "http.response.start", "status": response.status}
    await send({**start, "headers": encoded(headers.items())})
    await send({"type": "http.response.body", "body": body})


class Site:
    """A mock to be built with faults, and for hooks the running mock itself."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = json.loads(json.dumps(read_yaml(SPEC)))
        self._before: list[Before] = []
        self._after: list[After] = []
        self._mock: Mock | None = None

    @property
    def mock(self) -> Mock:
        """The mock behind the hooks. Raises LookupError before it is built."""
        if self._mock is None:
            raise LookupError("the mock is not built yet")
        return self._mock

    def put(self, fault: Fault) -> None:
        """Puts a fault in. Raises TypeError if its arguments are not those of its patch."""
        patches()[fault.patch](self, **fault.arguments)

    def before(self, hook: Before) -> None:
        """Adds a hook for requests: it may change a request, or return a response itself."""
        self._before.append(hook)

    def after(self, hook: After) -> None:
        """Adds a hook for responses, which it may change."""
        self._after.append(hook)

    def build(self) -> Interception:
        """Builds the mock with the changed document, behind the hooks."""
        with TemporaryDirectory() as folder:
            # JSON is also YAML.
            path = Path(folder) / "openapi.yaml"
            path.write_text(json.dumps(self.document), "utf-8")
            app = create_app(path, FIXTURES)
        return self.around(Mock(app, self.document))

    def around(self, mock: Mock, guard: Callable[[Any], Any] = lambda hook: hook) -> Interception:
        """Puts the hooks around a mock or server; `guard` wraps each hook."""
        self._mock = mock
        hooks = ([guard(one) for one in many] for many in (self._before, self._after))
        return Interception(mock, *hooks)


@dataclass
class RunningServer:
    """The URL of a server, and after its end the first unexpected exception."""

    url: str
    failure: str = ""


class _FirstFailure(logging.Handler):
    """Keeps the first exception that is logged, in one line."""

    said = ""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not self.said:
            self.said = f"{type(error).__name__}: {str(error)[:300]}"


@contextmanager
def running_server(fault: str = "", null: str = "") -> Iterator[RunningServer]:
    """Serves, in this process, the mock with a fault, a null server, or a healthy mock."""
    site = Site()
    if fault:
        site.put(all_faults()[fault])
    if null:
        site.before(NULL_SERVERS[null])
    failures, root = _FirstFailure(logging.ERROR), logging.getLogger()
    root.addHandler(failures)
    try:
        with served(site.build(), log_config=None, access_log=False, lifespan="off") as url:
            server = RunningServer(url)
            yield server
        server.failure = failures.said
    finally:
        root.removeHandler(failures)
