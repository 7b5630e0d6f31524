"""Misbehaving servers in front of a real one; they forward most requests."""

from __future__ import annotations

import itertools
import json
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from urllib.parse import urlsplit

from support.odd_servers import odd_server
from support.timeouts import TIMEOUT

API = "/api/"
_END = b"\r\n\r\n"


class CloseConnection(Exception):
    """The connection is to be closed."""


@dataclass
class Call:
    """A request: the requests before it, in all and on its connection, and ways to respond."""

    connection: socket.socket
    number: int
    on_connection: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    upstream: str
    tokens: list[str]
    stopped: threading.Event

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").rpartition(" ")[2]

    @property
    def is_api(self) -> bool:
        return self.target.startswith(API)

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def respond(self, status: str, body: bytes, *headers: str, version: str = "1.1") -> None:
        lines = [f"HTTP/{version} {status}", f"Content-Length: {len(body)}", *headers]
        self.send("\r\n".join(lines).encode("latin-1") + _END + body)

    def respond_json(self, status: str, body: bytes | object, *headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.respond(status, data, "Content-Type: application/json", *headers)

    def pause(self, seconds: float) -> None:
        if self.stopped.wait(seconds):
            raise CloseConnection

    def forward(self) -> tuple[int, dict[str, str], bytes]:
        """Forwards the request; returns the response of the real server."""
        place = urlsplit(self.upstream)
        http = HTTPConnection(str(place.hostname), int(place.port or 80), timeout=TIMEOUT)
        # Without compression, so that the body can be changed.
        skipped = ("host", "connection", "content-length", "cookie", "accept-encoding")
        headers = {name: value for name, value in self.headers.items() if name not in skipped}
        http.request(self.method, self.target, self.body or None, headers)
        response = http.getresponse()
        content = response.read()
        http.close()
        found = {name.lower(): value for name, value in response.getheaders()}
        for name in ("access_token", "refresh_token"):
            self.tokens += re.findall(rf'"{name}": ?"([^"]+)"', content.decode("utf-8", "replace"))
        return response.status, found, content

    def pass_through(self, *more: str, version: str = "1.1") -> None:
        status, headers, content = self.forward()
        skipped = {"content-length", "connection", "transfer-encoding"}
        skipped |= {one.partition(":")[0].lower() for one in more}
        kept = [f"{name}: {value}" for name, value in headers.items() if name not in skipped]
        self.respond(f"{status} X", content, *kept, *more, version=version)


Behaviour = Callable[[Call], None]


@dataclass
class HostileServer:
    """A running server: its URL, the tokens it gave out, and the number of requests."""

    url: str
    tokens: list[str] = field(default_factory=list)
    requests: int = 0


@contextmanager
def hostile_server(upstream: str, behave: Behaviour) -> Iterator[HostileServer]:
    """Handles each request with `behave`."""
    found, stopped = HostileServer(""), threading.Event()

    def handle(connection: socket.socket) -> None:
        try:
            for on_connection, (line, headers, body) in enumerate(_requests(connection)):
                found.requests += 1
                method, target, _ = line.split(" ", 2)
                call = Call(
                    connection, found.requests, on_connection, method, target, headers, body,
                    upstream, found.tokens, stopped,
                )  # fmt: skip
                behave(call)
        except CloseConnection:
            return

    with odd_server(handle) as found.url:
        try:
            yield found
        finally:
            stopped.set()


def _requests(connection: socket.socket) -> Iterator[tuple[str, dict[str, str], bytes]]:
    waiting = b""
    while True:
        while _END not in waiting:
            more = connection.recv(65536)
            if not more:
                return
            waiting += more
        head, _, waiting = waiting.partition(_END)
        line, *fields = head.decode("latin-1").split("\r\n")
        pairs = (one.partition(":") for one in fields)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", 0))
        while len(waiting) < length:
            waiting += connection.recv(65536)
        yield line, headers, waiting[:length]
        waiting = waiting[length:]


def spoil_api(spoil: Behaviour) -> Behaviour:
    """Spoils requests of the API; forwards tokens and the rest."""

    def behave(call: Call) -> None:
        if call.is_api:
            spoil(call)
        else:
            call.pass_through()

    return behave


def every_nth(number: int, spoil: Behaviour) -> Behaviour:
    """Spoils every `number`-th request of the API."""
    count = iter(range(1, 10**9))

    def behave(call: Call) -> None:
        if call.is_api and next(count) % number == 0:
            spoil(call)
        else:
            call.pass_through()

    return behave


def change_body(change: Callable[[Call, bytes], bytes]) -> Behaviour:
    """Changes the body of each response of the API."""

    def behave(call: Call) -> None:
        status, headers, content = call.forward()
        kept = [
            f"{name}: {value}"
            for name, value in headers.items()
            if name.startswith(("x-", "content-type"))
        ]
        call.respond(f"{status} X", change(call, content) if content else b"", *kept)

    return spoil_api(behave)


def growing() -> Behaviour:
    """Adds 2,000 more entries to lists each time, copies of the last one."""
    counter = itertools.count(1)

    def more(_: Call, body: bytes) -> bytes:
        found = json.loads(body)
        if isinstance(found, list) and found:
            new = range(10_000_000, 10_000_000 + 2000 * next(counter))
            found += [{**found[-1], "id": number} for number in new]
        return json.dumps(found).encode()

    return change_body(more)


def slow_head(call: Call) -> None:
    for letter in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000:
        call.send(bytes([letter]))
        call.pause(0.3)


def slow_body(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{")
    while True:
        call.pause(0.3)
        call.send(b" ")


def endless_interim(call: Call) -> None:
    while True:
        call.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 500)


def endless_body(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        call.send(b"10000\r\n" + b" " * 65536 + b"\r\n")


@cache
def _gzip_bomb_body() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 2**20) for _ in range(256)) + packer.flush()


def gzip_bomb(call: Call) -> None:
    call.respond_json("200 OK", _gzip_bomb_body(), "Content-Encoding: gzip")


def hang(call: Call) -> None:
    while True:
        call.pause(1)


def reset(call: Call) -> None:
    call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    raise CloseConnection


def reset_if_reused(call: Call) -> None:
    if call.on_connection:
        reset(call)
    call.pass_through()


def close(_: Call) -> None:
    raise CloseConnection


def huge_head(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\n" + b"X-Large: " + b"x" * 2**21 + _END)


def short_body(call: Call) -> None:
    call.send(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id": ')
    raise CloseConnection


def bad_chunks(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnothing\r\n")
    raise CloseConnection


def false_gzip(call: Call) -> None:
    call.respond_json("200 OK", b"{}", "Content-Encoding: gzip")


def many_values(call: Call) -> None:
    call.respond_json("200 OK", b"[" + b"{}," * 2_000_000 + b"{}]")


def many_names(call: Call) -> None:
    names = b",".join(b'"name %d":1' % number for number in range(50_000))
    call.respond_json("200 OK", b"{" + names + b"}")


def many_empty(call: Call) -> None:
    call.respond_json("200 OK", b"[" + b"{}," * 100_000 + b"{}]")


def odd_charset(call: Call) -> None:
    """Names a codec of Python that decompresses."""
    call.respond("200 OK", _gzip_bomb_body(), "Content-Type: application/json; charset=zip")


def throttled(limit: int, *headers: str, seconds: float = 10**9) -> Behaviour:
    """Refuses requests after the first `limit`, for some seconds."""
    times: list[float] = []

    def behave(call: Call) -> None:
        times.append(time.monotonic())
        if len(times) > limit and times[-1] - times[limit] < seconds:
            call.respond_json("429 Too Many Requests", {"status": "rate_limit_exceeded"}, *headers)
        else:
            call.pass_through()

    return spoil_api(behave)


def limited(total: int) -> Behaviour:
    """Refuses requests of the API after the first `total`; headers tell how many are left."""
    left = iter(range(total - 1, -1, -1))

    def behave(call: Call) -> None:
        now = next(left, -1)
        limits = {"Limit": total, "Remaining": max(now, 0), "Reset": 3600}
        headers = [f"X-RateLimit-{name}: {value}" for name, value in limits.items()]
        if now < 0:
            body = {"status": "rate_limit_exceeded", "message": ""}
            call.respond_json("429 Too Many Requests", body, *headers)
        else:
            call.pass_through(*headers)

    return spoil_api(behave)


def sets_cookies(call: Call) -> None:
    """Identifies users by a cookie, if there is one, instead of their token."""
    known = re.search("who=([^;]+)", call.headers.get("cookie", ""))
    if known:
        call.headers["authorization"] = f"Bearer {known[1]}"
    if call.is_api:
        call.pass_through(*([f"Set-Cookie: who={call.token}; Path=/"] if call.token else []))
    else:
        call.pass_through()


def old_version(call: Call) -> None:
    call.pass_through(version="1.0")
    raise CloseConnection


def false_keep_alive(call: Call) -> None:
    call.pass_through("Connection: keep-alive", "Keep-Alive: timeout=60")
    raise CloseConnection
