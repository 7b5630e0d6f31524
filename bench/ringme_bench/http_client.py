"""HTTP requests: as bytes for a load generator, or sent one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

from ringme_bench import BenchError

HOST = "127.0.0.1"
_TIMEOUT = 120.0
_APPLICATION = {
    "client_id": "c1200000000000000000000000000003",
    "client_secret": "c0ffee03c0ffee03c0ffee03c0ffee03",
}
_USER = {"grant_type": "password", "username": "client-admin", "password": "mock-client-admin"}


class NoResponseError(BenchError):
    """A connection that was refused or lost."""


@dataclass(frozen=True)
class Request:
    """Request, and the expected status of its response."""

    method: str
    path: str
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def encoded(self) -> bytes:
        length = {"Content-Length": str(len(self.body))} if self.body else {}
        headers = {"Host": HOST, **self.headers, **length}
        lines = [f"{self} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


def json_request(
    method: str, path: str, body: Any = None, status: int = 200, **headers: str
) -> Request:
    """Return a request with a JSON body, or (None) without a body."""
    if body is None:
        return Request(method, path, status, headers=headers)
    headers["Content-Type"] = "application/json"
    return Request(method, path, status, json.dumps(body).encode(), headers)


def token_request(**form: str) -> Request:
    """Return a request for a token; without a form, for a user with all rights."""
    body = urlencode(_APPLICATION | (form or _USER)).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request("POST", "/oauth/token", 200, body, headers)


class Client:
    """Client with a connection per request, whose headers select a `session` if one is named."""

    def __init__(self, port: int, session: str | None = None) -> None:
        self.headers = {} if session is None else {"X-Mock-Session": session}
        self._port = port

    def login(self) -> str:
        """Get a token of a user with all rights, for all further requests."""
        self.headers.pop("Authorization", None)
        token: str = json.loads(self.send(token_request()))["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"
        return token

    def json(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Return the response's JSON, None for an empty body. Raises BenchError as `send` does."""
        content = self.send(json_request(method, path, body, status))
        return json.loads(content) if content else None

    def send(self, request: Request) -> bytes:
        """Return the response's body. Raises BenchError for another status, or no response."""
        status, content = self._exchange(request)
        if status != request.status:
            text = content[:300].decode("utf-8", "replace")
            raise BenchError(f"{request}: expected {request.status}, got {status}: {text}")
        return content

    def _exchange(self, request: Request) -> tuple[int, bytes]:
        headers = {**self.headers, **request.headers}
        connection = HTTPConnection(HOST, self._port, timeout=_TIMEOUT)
        try:
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException) as error:
            raise NoResponseError(f"{request}: no response: {error}") from None
        finally:
            connection.close()
