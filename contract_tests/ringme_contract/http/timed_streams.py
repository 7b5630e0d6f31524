"""Network streams of httpcore whose every step ends when the request has to."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from ringme_contract.http.request_time import RequestTime

_CHUNK = 64 * 1024


class TimedBackend(httpcore.NetworkBackend):
    """Opens connections within the time of the request that a thread has under way."""

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
        return _TimedStream(stream, self._time)


class _TimedStream(httpcore.NetworkStream):
    def __init__(
        self, stream: httpcore.NetworkStream, moment: RequestTime, nested: bool = False
    ) -> None:
        self._stream = stream
        self._time = moment
        # TLS within the TLS of a proxy: what it writes does not go to the socket as it is.
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
        return _TimedStream(stream, self._time, nested)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
