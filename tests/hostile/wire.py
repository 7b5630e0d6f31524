"""Raw HTTP over a socket, for requests that no HTTP library would send."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.protocol import HttpProtocol

# In seconds; only a failing test waits so long.
TIMEOUT = 60.0


class LongTimeouts(HttpProtocol):
    """Protocol whose timeouts do not close connections that a test waits for."""

    limits = ConnectionLimits(head_seconds=3600, body_seconds=3600, idle_seconds=3600)


@dataclass(frozen=True)
class WireResponse:
    """Response; `status` is 0 if the connection was closed without one."""

    status: int
    head: bytes
    body: bytes

    @property
    def message(self) -> str:
        """Return the message of an error."""
        return str(json.loads(self.body)["message"])


class Wire:
    """Connection to the server of a URL; certificates are not verified."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        place = urlsplit(url)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=timeout)
        if place.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)
        self._received = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, content: bytes) -> bool:
        """Send everything; return False if the server did not accept it."""
        try:
            self.socket.sendall(content)
        except OSError:
            return False
        return True

    def read_response(self, to_head: bool = False) -> WireResponse:
        """Return the next response, without a body if it answers a HEAD."""
        while b"\r\n\r\n" not in self._received:
            if not self._more():
                return WireResponse(0, self._received, b"")
        head, _, rest = self._received.partition(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name == b"content-length" and not to_head:
                length = int(value)
        while len(rest) < length and self._more():
            rest = self._received.partition(b"\r\n\r\n")[2]
        self._received = rest[length:]
        return WireResponse(int(head.split(b" ")[1]), head, rest[:length])

    def is_closed(self, seconds: float = TIMEOUT) -> bool:
        """Tell if the server closes the connection within so many seconds."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def _more(self) -> bool:
        try:
            content = self.socket.recv(65536)
        except OSError:
            return False
        self._received += content
        return bool(content)


def request(method: str, path: str, *headers: str, body: bytes = b"", **_: Any) -> bytes:
    """Return a request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
