"""Bytes of a connection, read as requests."""

from __future__ import annotations

from typing import Literal, Protocol

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

# Headers that say for whom a request is, and where it ends; most requests have but one of them.
_NOTED = frozenset((b"host", b"transfer-encoding", b"expect"))
_COMMON = [b"host"]


class Requests(Protocol):
    """Whoever takes what was read. Each method may raise Refused."""

    def begin(self, scope: Scope, keep_alive: bool, expects: bool) -> None:
        """Takes the head of a request, which says if another one may follow.

        `expects` means that the client waits for a 100 before it sends the body.
        """

    def add(self, body: bytes) -> None:
        """Takes a part of its body."""

    def end(self) -> None:
        """Notes that the request is there as a whole."""


class RequestReader:
    """Reads requests one after the other, and keeps their heads within the limits.

    `part` is what comes next, of the request number `begun`; `size` is how much of it has come,
    as far as pieces hold nothing else, and `content` how much of that was content of a body.
    """

    def __init__(self, requests: Requests, limits: ConnectionLimits) -> None:
        self._requests = requests
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: Headers = []
        self._noted: list[bytes] = []
        # A head or a body has ended within the present piece.
        self._has_moved = False
        self._is_last = False
        # The last request has come: what is behind it is no request any more.
        self.is_over = False
        self.part: Literal["start", "head", "body"] = "start"
        self.begun = 0
        self.received = 0
        self.size = 0
        self.content = 0

    def close(self) -> None:
        """Lets go of the parser, which holds the reader, and of whoever takes the requests."""
        del self._parser, self._requests

    def feed(self, data: bytes) -> None:
        """Reads on, in pieces that no head can hide its size in. Raises Refused."""
        self.received += len(data)
        while data:
            if self.is_over:
                self.size += len(data)
                return
            room = self._limits.head_bytes - (0 if self.part == "body" else self.size)
            piece, data = data[:room], data[room:]
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
                # Nobody has to take one up (RFC 9110, 7.8), and this parser reads no body behind.
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

    # The rest is called by the parser.

    def on_message_begin(self) -> None:
        """A head begins."""
        if self._is_last:
            raise Refused(400, INVALID)
        self.part = "head"
        self.begun += 1
        self._target = b""
        self._headers = []
        self._noted = []

    def on_url(self, target: bytes) -> None:
        """The target, or a part of it."""
        self._target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header; one behind the body comes here, too, and goes nowhere."""
        name = name.lower()
        if name in _NOTED:
            self._noted.append(name)
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is there."""
        parser = self._parser
        method = parser.get_method().decode("ascii")
        version = parser.get_http_version()
        if method == "CONNECT":
            raise Refused(400, "CONNECT is for proxies, and this is none")
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
        """A part of the body."""
        self.content += len(body)
        self._requests.add(body)

    def on_message_complete(self) -> None:
        """The body is at its end."""
        if self.part == "body":
            self.part = "start"
            self.is_over = self._is_last
            self._has_moved = True
            self._requests.end()
