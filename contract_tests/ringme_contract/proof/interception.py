"""Stands between a client and the mock, and changes what is asked or what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringme_mock.app import MockApp
from ringme_mock.errors import ApiError
from ringme_mock.http.routing import PathTable
from ringme_mock.http.urls import raw_path
from ringme_spec.operations import Operation


@dataclass
class Asked:
    """A request on its way to the mock; what is changed here the mock gets changed."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes
    raw_path: str = ""
    operation: Operation | None = None
    login: str | None = None
    tampered: bool = False

    @property
    def action(self) -> str:
        """What the operation does, by the word of the document; empty without an operation."""
        return self.operation.action if self.operation else ""

    @property
    def name(self) -> str:
        """The id of the operation; empty without one."""
        return self.operation.id if self.operation else ""

    def header(self, name: str) -> str:
        """The value of a header, or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    def set_header(self, name: str, value: str) -> None:
        """Gives a header another value."""
        self.headers = [(key, old) for key, old in self.headers if key != name] + [(name, value)]

    def fields(self) -> dict[str, Any]:
        """The JSON object of the body; empty if it is none."""
        value = _parse(self.body)
        return value if isinstance(value, dict) else {}

    def set_fields(self, value: Any) -> None:
        """Gives the request another body."""
        self.body = json.dumps(value).encode("utf-8")
        self.set_header("content-length", str(len(self.body)))


@dataclass
class Answered:
    """An answer on its way back; what is changed here the client gets changed."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The JSON of the body; None if it is none."""
        return _parse(self.body)

    def set_json(self, value: Any) -> None:
        """Gives the answer another body, in JSON."""
        self.body = json.dumps(value, ensure_ascii=False).encode("utf-8")
        self.headers["content-type"] = "application/json"


# What may answer in the stead of the mock, and what may change its answer.
Before = Callable[[Asked], Answered | None]
After = Callable[[Asked, Answered], None]


class Interception:
    """An ASGI application around the mock that calls `before` and `after` for each request."""

    def __init__(self, app: MockApp, before: list[Before], after: list[After]) -> None:
        self._app = app
        self._table = PathTable(app.contract.operations.values())
        self._before = before
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = self._asked(scope, await _read(receive))
        answered = next((one for hook in self._before if (one := hook(asked))), None)
        if answered is None:
            answered = await _ask(self._app, scope, asked)
        for hook in self._after:
            hook(asked, answered)
        await _send(send, answered)

    def _asked(self, scope: Scope, body: bytes) -> Asked:
        asked = Asked(
            method=scope["method"],
            path=scope["path"],
            query=parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            headers=[
                (key.decode("latin-1"), value.decode("latin-1")) for key, value in scope["headers"]
            ],
            body=body,
            raw_path=scope.get("raw_path", b"").decode("latin-1"),
        )
        try:
            asked.operation, _ = self._table.find(asked.method, raw_path(scope))
        except ApiError:
            asked.operation = None
        token = asked.header("authorization").removeprefix("Bearer ")
        caller = self._app.state.access.caller(token)
        asked.login = caller.user["login"] if caller else None
        return asked


async def _ask(app: ASGIApp, scope: Scope, asked: Asked) -> Answered:
    parts: dict[str, Any] = {
        "method": asked.method,
        "path": asked.path,
        "headers": [
            (key.encode("latin-1"), value.encode("latin-1")) for key, value in asked.headers
        ],
    }
    if asked.tampered:
        # Otherwise the bytes stay as they came, however odd.
        parts["query_string"] = urlencode(asked.query).encode("ascii")
    answered = Answered(500)
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            for key, value in message.get("headers", []):
                answered.headers[key.decode("latin-1").lower()] = value.decode("latin-1")
        elif message["type"] == "http.response.body":
            answered.body += message.get("body", b"")

    await app({**scope, **parts}, receive, send)
    return answered


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, answered: Answered) -> None:
    headers = {key: value for key, value in answered.headers.items() if key != "content-length"}
    if answered.status != 204:
        headers["content-length"] = str(len(answered.body))
    pairs = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": answered.status, "headers": pairs})
    await send({"type": "http.response.body", "body": answered.body})


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
