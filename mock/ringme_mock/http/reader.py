"""Reader of requests from the bytes of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import httptools
from starlette.types import Scope

from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.extension import Headers
from ringme_mock.http.head import (
    INVALID,
    Refused,
    check_head,
    expects_100,
    read_target,
    without_offer,
)

if TYPE_CHECKING:
    from ringme_mock.http.protocol import HttpProtocol

# Headers that `check_head` and `expects_100` are about; most requests have but one of them.
_NOTED = frozenset((b"host", b"transfer-encoding", b"expect"))
_COMMON = [b"host"]


class RequestReader:
    """Reader of requests one after the other, whose heads keep to the limits.

    `part` is what comes next, of the request number `begun`; `size` counts its bytes, as far as
    pieces hold nothing else, and `content` those of them that are content of a body.
    """

    def __init__(self, requests: HttpProtocol, limits: ConnectionLimits) -> None:
        self._requests = requests
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: Headers = []
        self._noted: list[bytes] = []
        # A head or a body has ended within the present piece.
        self._has_moved = False
        self._is_last = False
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

    def feed(self, data: bytes) -> None:
        """Read in pieces of at most the size that a head has left. Raises Refused."""
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
        return without_offer(method, self._target, version, self._headers)

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
        """Add a part of the target."""
        self._target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header; trailers behind the body are never used."""
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
            check_head(version, self._headers)
            expects = version == "1.1" and expects_100(self._headers)
        path, raw_path, query = read_target(self._target)
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
        self._requests.begin(scope, keep_alive, expects)
        self.part = "body"
        self._has_moved = True
        self._headers = []

    def on_body(self, body: bytes) -> None:
        self.content += len(body)
        self._requests.add(body)

    def on_message_complete(self) -> None:
        if self.part == "body":
            self.part = "start"
            self.is_over = self._is_last
            self._has_moved = True
            self._requests.end()
