"""Reader of requests from the bytes of a connection, with checks of their heads."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

import httptools
from starlette.types import Scope

from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.cycle import Cycle, Headers
from ringme_mock.json_bytes import write_json

if TYPE_CHECKING:
    from ringme_mock.http.protocol import HttpProtocol

INVALID = "Invalid HTTP request received."
_MOST_KEPT = 1000
_LONGEST_KEPT = 500
# Bytes of a body that may wait for the application before the client has to.
_MOST_WAITING = 64 * 1024
# Connection options that offer an upgrade.
_OFFER = frozenset((b"upgrade", b"http2-settings"))
# Headers that `_check_head` and `_expects_100` read; most requests have one of them alone.
_NOTED = frozenset((b"host", b"transfer-encoding", b"expect"))
_COMMON = [b"host"]


class Refused(Exception):
    """Refusal of an invalid or too large request."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self._status = status
        self._message = message

    def response(self) -> bytes:
        """Return the bytes of a response, after which the connection must be closed."""
        body = write_json({"message": self._message})
        head = (
            f"HTTP/1.1 {self._status} {HTTPStatus(self._status).phrase}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        return head.encode() + body


class RequestReader:
    """Reader of requests that follow each other, with limits on their heads.

    `part` is the part that arrives next and belongs to request number `begun`. `size` counts the
    bytes of that part, as far as their piece held nothing else; `content` counts the content of the
    body in them. `latest` is the latest request.
    """

    def __init__(self, requests: HttpProtocol, limits: ConnectionLimits) -> None:
        self._requests = requests
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: Headers = []
        self._noted: list[bytes] = []
        # A head or a body has ended within this piece.
        self._has_moved = False
        self._is_last = False
        self.latest: Cycle | None = None
        # The last request is complete, and further input is ignored.
        self.is_over = False
        self.part: Literal["start", "head", "body"] = "start"
        self.begun = 0
        self.received = 0
        self.size = 0
        self.content = 0

    def close(self) -> None:
        """Break the reference cycles with parser and protocol."""
        del self._parser, self._requests
        self.latest = None

    def feed(self, data: bytes) -> None:
        """Read data in pieces, none longer than the head may still become. Raises Refused."""
        self.received += len(data)
        while data:
            if self.is_over:
                self.size += len(data)
                return
            left = self._limits.head_bytes - (0 if self.part == "body" else self.size)
            piece, data = data[:left], data[left:]
            self._has_moved = False
            self._parse(piece)
            if self._has_moved:
                self.size = self.content = 0
            else:
                self.size += len(piece)
                self._check_size()

    def _check_size(self) -> None:
        limits = self._limits
        if self.part == "body":
            if self.size - self.content > limits.overhead_bytes + 8 * self.content:
                raise Refused(400, "There is too much around the body")
        elif self.size >= limits.head_bytes:
            raise Refused(431, f"The head of a request has at most {limits.head_bytes} bytes")

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self._parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as offer:
                # Ignored (RFC 9110, 7.8); the parser would read no body after it.
                data = self._head_without_offer() + data[offer.args[0] :]
                self._parser = httptools.HttpRequestParser(self)
            except httptools.HttpParserError as error:
                if self.is_over:
                    return
                if isinstance(error, httptools.HttpParserCallbackError) and error.__context__:
                    raise error.__context__ from None
                raise Refused(400, INVALID) from None

    def _head_without_offer(self) -> bytes:
        method, version = self._parser.get_method(), self._parser.get_http_version()
        return _without_offer(method, self._target, version, self._headers)

    # Called by the parser.

    def on_message_begin(self) -> None:
        if self._is_last:
            raise Refused(400, INVALID)
        self.part = "head"
        self.begun += 1
        self._target = b""
        self._headers = []
        self._noted = []

    def on_url(self, target: bytes) -> None:
        self._target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header; trailers after the body are ignored."""
        name = name.lower()
        if name in _NOTED:
            self._noted.append(name)
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        parser = self._parser
        method = parser.get_method().decode("ascii")
        version = parser.get_http_version()
        if method == "CONNECT":
            raise Refused(400, "CONNECT is not supported")
        if parser.should_upgrade():
            return
        expects = False
        if version != "1.1" or self._noted != _COMMON:
            _check_head(version, self._headers)
            expects = version == "1.1" and _expects_100(self._headers)
        target = self._target
        read = _read_kept if len(target) <= _LONGEST_KEPT else _read_target
        path, raw_path, query = read(target)
        scope: Scope = {
            "type": "http",
            "http_version": version,
            "method": method,
            "root_path": "",
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": self._headers,
        }
        keep_alive = version == "1.1" and parser.should_keep_alive()
        self._is_last = not keep_alive
        self.latest = self._requests.begin(scope, keep_alive, expects)
        self.part = "body"
        self._has_moved = True
        self._headers = []

    def on_body(self, body: bytes) -> None:
        self.content += len(body)
        if self.latest is not None and self.latest.add(body) > _MOST_WAITING:
            self._requests.pause_reading()

    def on_message_complete(self) -> None:
        if self.part == "body":
            self.part = "start"
            self.is_over = self._is_last
            self._has_moved = True
            if self.latest is not None:
                self.latest.end_body()


def _read_target(target: bytes) -> tuple[str, bytes, bytes]:
    """Split a target into path, raw path and query. Raises Refused for an invalid one."""
    if target.startswith(b"/") and b"#" not in target:
        raw_path, _, query = target.partition(b"?")
    else:
        try:
            url = httptools.parse_url(target)
        except httptools.HttpParserInvalidURLError:
            raise Refused(400, INVALID) from None
        raw_path, query = url.path or b"/", url.query or b""
    if not raw_path.isascii():
        raise Refused(400, INVALID)
    return unquote(raw_path.decode("ascii")), raw_path, query


_read_kept = lru_cache(_MOST_KEPT)(_read_target)


def _check_head(version: str, headers: Headers) -> None:
    """Raise Refused for an ambiguous host, or an ambiguous end of the body."""
    names = [name for name, _ in headers]
    hosts = names.count(b"host")
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if version not in ("1.1", "1.0"):
        raise Refused(400, f"HTTP/{version} is not supported; use HTTP/1.1")
    if hosts > 1:
        raise Refused(400, "Host: must be given once")
    if not hosts and version == "1.1":
        raise Refused(400, "Host: is missing")
    if codings and (version == "1.0" or codings != [b"chunked"]):
        raise Refused(400, "Transfer-Encoding: must be chunked, and of HTTP/1.1")


def _expects_100(headers: Headers) -> bool:
    return any(name == b"expect" and value.lower() == b"100-continue" for name, value in headers)


def _without_offer(method: bytes, target: bytes, version: str, headers: Headers) -> bytes:
    """Rewrite a head without its offer to upgrade the protocol."""
    lines = [method + b" " + target + f" HTTP/{version}".encode()]
    for name, value in headers:
        if name == b"connection":
            tokens = [token.strip() for token in value.split(b",")]
            value = b", ".join(token for token in tokens if token.lower() not in _OFFER)
        if name not in _OFFER:
            lines.append(name + b": " + value)
    return b"\r\n".join([*lines, b"", b""])
