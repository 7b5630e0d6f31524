"""HTTP on the wire: a request and its whole response, within bounds of time and size."""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import httpcore
import httpx

from ringme_contract.http.way_to_target import find_proxy, proxy_of, tls_context
from ringme_spec.json_text import read_json

# Of a body, as it comes and as it unpacks; and of a head with all interim responses before it.
MOST_BYTES = 16 * 2**20
_MOST_OF_HEAD = 256 * 1024
# Of the values of a JSON body: one takes up to a hundred bytes of memory.
_MOST_VALUES = 1_000_000
# While it waits, a request looks this often whether it has to end.
_LOOK = 0.25
_CHUNK = 64 * 1024
_UNPACKED = {"gzip", "x-gzip", "deflate"}


class TooLarge(httpx.TransportError):
    """A response is larger than the kit takes; the message says what of it."""


class Response(httpx.Response):
    """A response whose JSON may hold any number."""

    def json(self, **_: Any) -> Any:
        return read_json(self.content.decode("utf-8"))


class Wire(httpx.BaseTransport):
    """Sends a request and reads the whole response, head and body, within the read time-out.

    `ends` gives the moment at which every request of this thread has to end, whatever its own
    time limit is. The extension `fresh` of a request wants a connection of its own.
    """

    def __init__(self, url: str, ends: Callable[[], float], ca: Path | None = None) -> None:
        self._state = _State()
        self.proxy = find_proxy(url)
        settings: dict[str, Any] = {
            "ssl_context": tls_context(ca) if url.startswith("https:") or ca else None,
            "network_backend": _Backend(self._state, ends),
            "proxy": proxy_of(self.proxy) if self.proxy else None,
        }
        self._kept = httpcore.ConnectionPool(**settings, keepalive_expiry=5)
        self._fresh = httpcore.ConnectionPool(**settings, max_keepalive_connections=0)

    @property
    def was_fresh(self) -> bool:
        """The last request of this thread had a connection of its own."""
        return self._state.connected

    def handle_request(self, request: httpx.Request) -> Response:
        url, state = request.url, self._state
        state.begin(request.extensions["timeout"]["read"])
        pool = self._fresh if request.extensions.get("fresh") else self._kept
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            response = pool.handle_request(sent)
            state.head = False
            try:
                body = _whole(cast(Iterable[bytes], response.stream))
            finally:
                response.close()
        except httpcore.LocalProtocolError:
            raise
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _as_of_httpx(error)(str(error), request=request) from error
        except httpcore.ProxyError as error:
            raise httpx.ProxyError(str(error), request=request) from error
        headers = httpx.Headers(response.headers)
        _refuse_bombs(headers, body)
        return Response(
            response.status,
            headers=response.headers,
            stream=httpx.ByteStream(body),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._kept.close()
        self._fresh.close()


class _State(threading.local):
    """The request that a thread has under way."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.connected = False
        self.head = True
        self.received = 0


class _Backend(httpcore.NetworkBackend):
    """Connections whose every step ends when the request has to."""

    def __init__(self, state: _State, ends: Callable[[], float]) -> None:
        self._state = state
        self._ends = ends
        self._sockets = httpcore.SyncBackend()

    def left(self, error: type[Exception]) -> float:
        """The seconds to wait before the next look. Raises this error if there are none."""
        left = min(self._state.until, self._ends()) - time.monotonic()
        if left <= 0:
            raise error("the time is over")
        return min(left, _LOOK)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.left(httpcore.ConnectTimeout)
        left = min(self._state.until, self._ends()) - time.monotonic()
        timeout = min(left, timeout or left)
        self._state.connected = True
        stream = self._sockets.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self, self._state)


class _Stream(httpcore.NetworkStream):
    def __init__(
        self,
        stream: httpcore.NetworkStream,
        backend: _Backend,
        state: _State,
        nested: bool = False,
    ) -> None:
        self._stream = stream
        self._backend = backend
        self._state = state
        # TLS within the TLS of a proxy: what it writes does not go to the socket as it is.
        self._is_nested = nested

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            left = self._backend.left(httpcore.ReadTimeout)
            try:
                data = self._stream.read(max_bytes, left)
            except httpcore.ReadTimeout:
                continue
            self._state.received += len(data)
            if self._state.head and self._state.received > _MOST_OF_HEAD:
                raise TooLarge(f"its head, with interim responses, is over {_MOST_OF_HEAD} bytes")
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _CHUNK):
            self._write(buffer[start : start + _CHUNK])

    def _write(self, piece: bytes) -> None:
        if self._is_nested:
            return self._stream.write(piece, self._state.until - time.monotonic())
        sock = self._stream.get_extra_info("socket")
        try:
            while piece:
                sock.settimeout(self._backend.left(httpcore.WriteTimeout))
                try:
                    piece = piece[sock.send(piece) :]
                except TimeoutError:
                    continue
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self._backend.left(httpcore.ConnectTimeout)
        left = self._state.until - time.monotonic()
        nested = isinstance(self._stream.get_extra_info("socket"), ssl.SSLSocket)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Stream(stream, self._backend, self._state, nested)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _whole(parts: Iterable[bytes]) -> bytes:
    found, size = [], 0
    for part in parts:
        size += len(part)
        if size > MOST_BYTES:
            raise TooLarge(f"its body is over {MOST_BYTES} bytes")
        found.append(part)
    return b"".join(found)


def _refuse_bombs(headers: httpx.Headers, body: bytes) -> None:
    """Raises TooLarge for a body that unpacks to more than the kit takes, or to too many values."""
    codings = headers.get_list("Content-Encoding", split_commas=True)
    for coding in reversed([one.lower() for one in codings if one.lower() != "identity"]):
        if coding not in _UNPACKED:
            raise httpx.DecodingError(f"Content-Encoding: {coding}, which was not asked for")
        try:
            body = _unpacked(body)
        except zlib.error:
            # Its own reader says better what is wrong with it.
            return
    values = sum(body.count(one) for one in (b",", b"[", b"{"))
    if values > _MOST_VALUES and body.lstrip()[:1] in (b"[", b"{"):
        raise TooLarge(f"its JSON has over {_MOST_VALUES} values")


def _unpacked(body: bytes) -> bytes:
    try:
        reader = zlib.decompressobj(zlib.MAX_WBITS | 32)
        found = reader.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        reader = zlib.decompressobj(-zlib.MAX_WBITS)
        found = reader.decompress(body, MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise TooLarge(f"its body unpacks to over {MOST_BYTES} bytes")
    return found


def _as_of_httpx(error: Exception) -> type[httpx.TransportError]:
    found: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
    return found
