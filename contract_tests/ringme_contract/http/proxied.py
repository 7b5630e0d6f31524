"""Connections to a target through a proxy, by httpcore."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any, cast

import httpcore
import httpx

from ringme_contract.http.request_time import RequestTime, refuse_large_body
from ringme_contract.http.response_reader import Received

_CHUNK = 64 * 1024


class ProxiedConnections:
    """Sends requests through a proxy, within the limits of time and size."""

    def __init__(
        self, moment: RequestTime, tls: ssl.SSLContext | None, proxy: httpcore.Proxy
    ) -> None:
        self._time = moment
        settings: dict[str, Any] = {
            "ssl_context": tls,
            "network_backend": _Backend(moment),
            "proxy": proxy,
        }
        self._kept = httpcore.ConnectionPool(**settings, keepalive_expiry=5)
        self._fresh = httpcore.ConnectionPool(**settings, max_keepalive_connections=0)

    def send(self, request: httpx.Request, fresh: bool) -> Received:
        """Returns the response; with `fresh` on a new connection. Raises errors of httpx."""
        url, pool = request.url, self._fresh if fresh else self._kept
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
            self._time.end_head()
            try:
                body = bytearray()
                for part in cast(Iterable[bytes], response.stream):
                    body += part
                    refuse_large_body(len(body))
            finally:
                response.close()
        except httpcore.LocalProtocolError:
            raise
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            # The errors of httpx have the same names.
            raise getattr(httpx, type(error).__name__)(str(error), request=request) from error
        except httpcore.ProxyError as error:
            raise httpx.ProxyError(str(error), request=request) from error
        return Received(response.status, response.headers, bytes(body))

    def close(self) -> None:
        self._kept.close()
        self._fresh.close()


class _Backend(httpcore.NetworkBackend):
    """Connections whose every step ends when the time of the request is over."""

    def __init__(self, moment: RequestTime) -> None:
        self._time = moment
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._time.left(httpcore.ConnectTimeout)
        self._time.connected = True
        stream = self._sockets.connect_tcp(
            host, port, min(left, timeout or left), local_address, socket_options
        )
        return _Stream(stream, self._time)


class _Stream(httpcore.NetworkStream):
    def __init__(
        self, stream: httpcore.NetworkStream, moment: RequestTime, nested: bool = False
    ) -> None:
        self._stream = stream
        self._time = moment
        # TLS within the TLS of a proxy must not be bypassed by writing to the socket.
        self._is_nested = nested

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            left = self._time.until_look(httpcore.ReadTimeout)
            try:
                data = self._stream.read(max_bytes, left)
            except httpcore.ReadTimeout:
                continue
            self._time.add_received(len(data))
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _CHUNK):
            self._write(buffer[start : start + _CHUNK])

    def _write(self, piece: bytes) -> None:
        if self._is_nested:
            return self._stream.write(piece, self._time.left(httpcore.WriteTimeout))
        sock = self._stream.get_extra_info("socket")
        try:
            while piece:
                sock.settimeout(self._time.until_look(httpcore.WriteTimeout))
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
        left = self._time.left(httpcore.ConnectTimeout)
        nested = isinstance(self._stream.get_extra_info("socket"), ssl.SSLSocket)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Stream(stream, self._time, nested)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
