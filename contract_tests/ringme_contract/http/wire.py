"""HTTP/1.1: a request and its complete response, within limits of time and size."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from ringme_contract.http.direct import DirectConnections
from ringme_contract.http.proxied import ProxiedConnections
from ringme_contract.http.request_time import MOST_BYTES, RequestTime, TooLarge
from ringme_contract.http.way_to_target import find_proxy, proxy_of, tls_context
from ringme_spec.json_text import read_json

# Values of a JSON body; each takes up to a hundred bytes of memory.
_MOST_VALUES = 300_000
_UNPACKED = {"gzip", "x-gzip", "deflate"}


class Response(httpx.Response):
    """A response whose JSON may contain integers of any size."""

    def json(self, **_: Any) -> Any:
        return read_json(self.content.decode("utf-8"))


class Wire(httpx.BaseTransport):
    """Sends a request and reads the complete response within the read timeout.

    `ends` returns the time by which requests of the current thread must have ended, whatever their
    own time limit. The request extension `fresh` asks for a new connection.
    """

    def __init__(self, url: str, ends: Callable[[], float], ca: Path | None = None) -> None:
        self._time = RequestTime(ends)
        self._unpacking = threading.Lock()
        self.proxy = find_proxy(url)
        tls = tls_context(ca) if url.startswith("https:") or ca else None
        self._connections = (
            ProxiedConnections(self._time, tls, proxy_of(self.proxy))
            if self.proxy
            else DirectConnections(self._time, tls)
        )

    @property
    def was_fresh(self) -> bool:
        """True if the last request of this thread had a new connection."""
        return self._time.connected

    def handle_request(self, request: httpx.Request) -> Response:
        self._time.begin(request.extensions["timeout"]["read"])
        found = self._connections.send(request, bool(request.extensions.get("fresh")))
        body = httpx.ByteStream(found.body)
        response = Response(found.status, headers=found.headers, stream=body)
        # Whatever the target says: the API has no other, and some codecs of Python decompress.
        response.encoding = "utf-8"
        # One after the other: what a few hundred bytes unpack to may be as large as any body.
        with self._unpacking:
            _refuse_bombs(response.headers, found.body)
        return response

    def close(self) -> None:
        self._connections.close()


def _refuse_bombs(headers: httpx.Headers, body: bytes) -> None:
    """Raises TooLarge for a body that is too large when decompressed, or has too many values."""
    coded = "content-encoding" in headers
    codings = headers.get_list("Content-Encoding", split_commas=True) if coded else []
    for coding in reversed([one.lower() for one in codings if one.lower() != "identity"]):
        if coding not in _UNPACKED:
            raise httpx.DecodingError(f"Content-Encoding: {coding}, which was not asked for")
        try:
            body = _unpacked(body)
        except zlib.error:
            # httpx reports the error when it decodes the body.
            return
    if len(body) < _MOST_VALUES:
        return
    # A name takes as much memory as a value.
    values = sum(body.count(one) for one in (b",", b":", b"[", b"{"))
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
