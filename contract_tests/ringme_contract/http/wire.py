"""HTTP on the wire: a request and its whole response, within bounds of time and size."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import httpcore
import httpx

from ringme_contract.http.request_time import MOST_BYTES, RequestTime, TooLarge
from ringme_contract.http.timed_streams import TimedBackend
from ringme_contract.http.way_to_target import find_proxy, proxy_of, tls_context
from ringme_spec.json_text import read_json

# Of a JSON body: one value takes up to a hundred bytes of memory.
_MOST_VALUES = 1_000_000
_UNPACKED = {"gzip", "x-gzip", "deflate"}
# Seconds after which a connection that nobody used may be closed any moment.
_IDLE = 5.0


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
        self._time = RequestTime(ends)
        self.proxy = find_proxy(url)
        settings: dict[str, Any] = {
            "ssl_context": tls_context(ca) if url.startswith("https:") or ca else None,
            "network_backend": TimedBackend(self._time),
            "proxy": proxy_of(self.proxy) if self.proxy else None,
            # How many requests are under way is for the connection to say.
            "max_connections": None,
        }
        self._kept = httpcore.ConnectionPool(**settings, keepalive_expiry=_IDLE)
        self._fresh = httpcore.ConnectionPool(**settings, max_keepalive_connections=0)

    @property
    def was_fresh(self) -> bool:
        """The last request of this thread had a connection of its own."""
        return self._time.connected

    def handle_request(self, request: httpx.Request) -> Response:
        """One response. Raises errors of httpx."""
        self._time.begin(request.extensions["timeout"]["read"])
        try:
            found, body = self._exchange(request)
        except httpcore.LocalProtocolError:
            raise
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
        ) as error:
            kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
            raise kind(str(error), request=request) from error
        response = Response(found.status, headers=found.headers, stream=httpx.ByteStream(body))
        # Whatever the target says: the API has no other, and Python knows encodings that unpack.
        response.encoding = "utf-8"
        _refuse_bombs(response.headers, body)
        return response

    def _exchange(self, request: httpx.Request) -> tuple[httpcore.Response, bytes]:
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        # A server may send a body with a HEAD: the next response must not begin with it.
        alone = request.extensions.get("fresh") or request.method == "HEAD"
        response = (self._fresh if alone else self._kept).handle_request(sent)
        self._time.end_head()
        try:
            return response, _whole(cast(Iterable[bytes], response.stream))
        finally:
            response.close()

    def close(self) -> None:
        self._kept.close()
        self._fresh.close()


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
    coded = "content-encoding" in headers
    codings = headers.get_list("Content-Encoding", split_commas=True) if coded else []
    for coding in reversed([one.lower() for one in codings if one.lower() != "identity"]):
        if coding not in _UNPACKED:
            raise httpx.DecodingError(f"Content-Encoding: {coding}, which was not asked for")
        try:
            body = _unpacked(body)
        except zlib.error:
            # Its own reader says better what is wrong with it.
            return
    if len(body) < _MOST_VALUES:
        return
    # A name takes as much as a value.
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
