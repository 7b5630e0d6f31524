"""Connections to a target without a proxy."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import cast

import httpx

from ringme_contract.http.request_time import RequestTime
from ringme_contract.http.response_reader import Received, ResponseReader

_CHUNK = 64 * 1024
# Seconds after which the target may close an idle connection.
_IDLE = 5.0
_PORTS = {"http": 80, "https": 443}
_Origin = tuple[str, str, int]


class DirectConnections:
    """Sends requests; any thread may reuse an idle connection."""

    def __init__(self, moment: RequestTime, tls: ssl.SSLContext | None) -> None:
        self._time = moment
        self._tls = tls
        # The most recently used connection is last; each with the time of its last use.
        self._idle: defaultdict[_Origin, deque[tuple[float, socket.socket]]] = defaultdict(deque)

    def send(self, request: httpx.Request, fresh: bool) -> Received:
        """Returns the response; with `fresh` on a new connection. Raises errors of httpx."""
        origin = _origin(request.url)
        line = _written(request)
        sock = (None if fresh else self._kept(origin)) or self._connected(origin, request)
        reader, keep = ResponseReader(request.method), False
        try:
            sent = self._write(sock, line)
            self._read(sock, reader)
            closes = "close" in request.headers.get("Connection", "").lower()
            keep = sent and reader.can_go_on and not fresh and not closes
        finally:
            reader.close()
            if keep:
                self._idle[origin].append((time.monotonic(), sock))
            else:
                sock.close()
        return reader.received

    def close(self) -> None:
        for kept in self._idle.values():
            while kept:
                kept.pop()[1].close()

    def _kept(self, origin: _Origin) -> socket.socket | None:
        idle = self._idle[origin]
        while True:
            try:
                used, sock = idle.pop()
            except IndexError:
                return None
            # Before a request there can be nothing to read but the end or stray data.
            if time.monotonic() - used < _IDLE and not _can_be_read(sock):
                return sock
            sock.close()

    def _connected(self, origin: _Origin, request: httpx.Request) -> socket.socket:
        scheme, host, port = origin
        left = self._time.left(httpx.ConnectTimeout)
        self._time.connected = True
        sock = None
        try:
            timeout = min(left, request.extensions["timeout"]["connect"])
            sock = socket.create_connection((host, port), timeout)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "https":
                sock.settimeout(self._time.left(httpx.ConnectTimeout))
                context = self._tls or httpx.create_ssl_context()
                sock = context.wrap_socket(sock, server_hostname=host)
            return sock
        except OSError as error:
            if sock is not None:
                sock.close()
            late = isinstance(error, TimeoutError)
            raise (httpx.ConnectTimeout if late else httpx.ConnectError)(str(error)) from error

    def _write(self, sock: socket.socket, data: bytes) -> bool:
        """True if everything was sent; a target may respond without reading all of it."""
        rest = memoryview(data)
        try:
            while rest:
                sock.settimeout(self._time.until_look(httpx.WriteTimeout))
                try:
                    rest = rest[sock.send(rest[:_CHUNK]) :]
                except TimeoutError:
                    continue
        except OSError:
            return False
        return True

    def _read(self, sock: socket.socket, reader: ResponseReader) -> None:
        while not reader.is_complete:
            sock.settimeout(self._time.until_look(httpx.ReadTimeout))
            try:
                data = sock.recv(_CHUNK)
            except TimeoutError:
                continue
            except OSError as error:
                raise httpx.ReadError(str(error)) from error
            if data:
                reader.feed(data)
            else:
                reader.end()


def _origin(url: httpx.URL) -> _Origin:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]


def _can_be_read(sock: socket.socket) -> bool:
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _written(request: httpx.Request) -> bytes:
    """The bytes of a request. Raises ValueError for an invalid header."""
    fields = request.headers.raw
    lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%s: %s" % field for field in fields]
    head = b"\r\n".join([*lines, b"", b""])
    ends = len(lines) + 1
    if head.count(b"\r") != ends or head.count(b"\n") != ends or b"\0" in head:
        raise ValueError("the kit has a request whose head cannot be written in HTTP")
    parts = cast(Iterable[bytes], request.stream)
    if "Transfer-Encoding" in request.headers:
        return head + b"".join(
            b"%x\r\n%s\r\n" % (len(one), one) for one in (*filter(None, parts), b"")
        )
    return head + b"".join(parts)
