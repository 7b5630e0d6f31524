"""Requests as bytes: valid ones, and malformed ones."""

from __future__ import annotations

import random

from hostile.odd_values import OddValues
from hostile.request_generator import Request

HOST = b"Host: 127.0.0.1\r\n"
GROUPS = b"/api/ver1.0/client/@me/extension_group/"
# Bytes that no HTTP library would send.
MALFORMED: list[bytes] = [
    b"\r\n\r\n", b"\x00\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/0.9\r\n\r\n",
    b"GET /\r\n\r\n", b"GET  /  HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\nHost: x\n\n",
    b"get / http/1.1\r\n\r\n",
    b"GET \xff HTTP/1.1\r\n" + HOST + b"\r\n", b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http:// HTTP/1.1\r\n" + HOST + b"\r\n", b"GET http://x:y/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http://x:99999999/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET //x/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http://[::1/ HTTP/1.1\r\n" + HOST + b"\r\n", b"GET ?x HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET #x HTTP/1.1\r\n" + HOST + b"\r\n", b"GET * HTTP/1.1\r\n" + HOST + b"\r\n",
    b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", b"CONNECT x:1 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"CONNECT / HTTP/1.1\r\n" + HOST + b"\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\n X: folded\r\n\r\n", b"GET / HTTP/1.1\r\nX: y\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nX : y\r\n\r\n", b"GET / HTTP/1.1\r\n: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nX\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: \x00\r\n\r\n", b"GET / HTTP/1.1\r\nX: \x01\xff\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 4000 + b"\r\n",
    b"GET / HTTP/1.1\r\n" + b"a:\r\n" * 7000 + b"\r\n",
    b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n", b"X" * 40_000,
    b"GET /" + b"/" * 30_000 + b" HTTP/1.1\r\n\r\n",
    b"GET /?" + b"x=1&" * 8000 + b" HTTP/1.1\r\n\r\n",
    b"GET /?" + b"a[]=1&" * 5000 + b" HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\nx",
    b"POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: \r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\nabc",
    b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;x="
    + b"y" * 9000 + b"\r\na\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n",
    b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 9\r\n"
    b"Sec-WebSocket-Key: \xff\r\nSec-WebSocket-Extensions: %s\r\n\r\n" % (b"x;" * 999),
    (b"POST /x HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Content-Length: 5\r\n\r\nabcde"),
    b"GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
    b"\x05\x01\x00", b"SSH-2.0-x\r\n", b"EHLO x\r\n", b"*1\r\n$4\r\nPING\r\n",
]  # fmt: skip


class RawRequests:
    """Generator of requests as bytes; equal sources give equal bytes."""

    def __init__(self, source: random.Random) -> None:
        self.random = source
        self._odd_values = OddValues(source)

    def encode(self, request: Request, is_last: bool = False, is_honest: bool = False) -> bytes:
        """Return a request as a client would send it, as far as it can be encoded.

        Unless `is_honest`, its body may be longer or shorter than it declares.
        """
        lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.target)]
        if not request.has_header(b"host"):
            lines.append(b"Host: 127.0.0.1")
        lines += [name + b": " + value for name, value in request.headers]
        if is_last:
            lines.append(b"Connection: close")
        if request.body or request.method in ("POST", "PUT"):
            if self.random.random() < 0.2:
                lines.append(b"Transfer-Encoding: chunked")
                return b"\r\n".join([*lines, b"", b""]) + self._chunked(request.body, is_honest)
            length = len(request.body)
            lines.append(b"Content-Length: %d" % (length if is_honest else self._length(length)))
        return b"\r\n".join([*lines, b"", b""]) + request.body

    def malformed(self, request: Request) -> bytes:
        """Return bytes that are not a request, or a mutated request."""
        if self.random.random() < 0.4:
            content = self.random.choice(MALFORMED)
        else:
            content = self.encode(request)[:200_000]
        return self._odd_values.mutated(content) if self.random.random() < 0.7 else content

    def _length(self, real: int) -> int:
        if self.random.random() < 0.95:
            return real
        return self.random.choice((0, real + 1, max(0, real - 1), 2_000_000, 10**18))

    def _chunked(self, body: bytes, is_honest: bool) -> bytes:
        size = self.random.choice((1, 7, 1000, 70_000))
        if len(body) > 5000:
            size = 70_000
        parts = [body[n : n + size] for n in range(0, len(body), size)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        has_end = is_honest or self.random.random() < 0.9
        return chunks + (b"0\r\n\r\n" if has_end else b"")
