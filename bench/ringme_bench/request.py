"""HTTP requests as bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """One request, and the status that its answer has to have."""

    method: str
    path: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def encoded(self) -> bytes:
        """What goes over the wire."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {HOST}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


def json_request(
    method: str, path: str, status: int, body: Any = None, token: str | None = None
) -> Request:
    """A request with a JSON body, or with none, and with a token if there is one."""
    headers = []
    if token is not None:
        headers.append(("Authorization", f"Bearer {token}"))
    if body is None:
        return Request(method, path, status, tuple(headers))
    headers.append(("Content-Type", "application/json"))
    return Request(method, path, status, tuple(headers), json.dumps(body).encode())
