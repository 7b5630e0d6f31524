"""Ambiguous requests are refused, and the bytes after them are not read as a request."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hostile.wire import TIMEOUT, Wire, request
from ringme_mock.app import create_app
from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.protocol import HttpProtocol
from ringme_spec.paths import FIXTURES, SPEC
from support.serving import served

HEALTH = request("GET", "/__mock__/health")
HOST = b"Host: x\r\n"
POST = b"POST /__mock__/reset HTTP/1.1\r\n"
SMUGGLED = b"POST /__mock__/groups HTTP/1.1\r\n" + HOST + b"\r\n"


class ShortTimeouts(HttpProtocol):
    """Protocol with limits that a test can wait for."""

    limits = ConnectionLimits(
        body_seconds=0.5, write_seconds=0.5, linger_seconds=0.3, surplus_bytes=100_000, period=0.05,
        pipelined=3,
    )  # fmt: skip


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(create_app(SPEC, FIXTURES), ShortTimeouts) as url:
        yield url


def error_of(url: str, content: bytes) -> str:
    """Return the message of the only response, a 400; the connection is closed after it."""
    with Wire(url) as wire:
        wire.send(content)
        response = wire.read_response()
        assert response.status == 400, response.head
        assert b"content-type: application/json" in response.head
        assert b"connection: close" in response.head
        assert wire.read_response() == type(response)(0, b"", b"")
        return response.message


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "Host: is missing"),
        (b"GET http://x/ HTTP/1.1\r\n\r\n", "Host: is missing"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "Host: must be given once"),
        (b"GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", "Host: must be given once"),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", "HTTP/2.0 is not supported; use HTTP/1.1"),
        (b"GET / HTTP/0.9\r\nHost: x\r\n\r\n", "HTTP/0.9 is not supported; use HTTP/1.1"),
    ],
)
def test_invalid_host_or_version_is_refused(url: str, head: bytes, message: str) -> None:
    assert error_of(url, head + HEALTH) == message


@pytest.mark.parametrize("head", [b"GET /openapi.json HTTP/1.0\r\n\r\n", HEALTH])
def test_http_1_0_request_needs_no_host(url: str, head: bytes) -> None:
    with Wire(url) as wire:
        wire.send(head)
        assert wire.read_response().status == 200


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n", b"Content-Length: 3, 3\r\n",
        b"Content-Length: +3\r\n", b"Content-Length: 0x3\r\n", b"Content-Length: \r\n",
        b"Content-Length : 3\r\n", b"Content-Length: 3\r\n \r\n",
        b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding: gzip\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n", b"Transfer-Encoding : chunked\r\n",
        b"X: y\r\n folded\r\n", b"X: y\0\r\n", b"X y\r\n",
    ],
)  # fmt: skip
def test_ambiguous_body_length_is_refused(url: str, lines: bytes) -> None:
    error_of(url, POST + HOST + lines + b"\r\n0\r\n\r\n" + SMUGGLED)


def test_chunked_http_1_0_request_is_refused(url: str) -> None:
    head = POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert "Transfer-Encoding" in error_of(url, head + SMUGGLED)


@pytest.mark.parametrize(
    "chunk", [b"-1\r\n", b"z\r\n", b"f" * 20 + b"\r\n", b"1\r\nabc\r\n", b"1\n"]
)
def test_invalid_chunk_is_refused(url: str, chunk: bytes) -> None:
    head = request("POST", "/__mock__/reset", "Transfer-Encoding: chunked")
    error_of(url, head + chunk + SMUGGLED)


def test_requests_before_a_refused_one_get_responses(url: str) -> None:
    slow = request("GET", "/api/ver1.0/user/", "Prefer: wait=0.2")
    with Wire(url) as wire:
        wire.send(slow + HEALTH + b"garbage\r\n\r\n" + HEALTH)
        assert [wire.read_response().status for _ in range(4)] == [401, 200, 400, 0]


def test_excess_pipelined_requests_are_refused(url: str) -> None:
    slow = request("GET", "/api/ver1.0/user/", "Prefer: wait=0.2")
    with Wire(url) as wire:
        wire.send(slow + HEALTH * 5)
        assert [wire.read_response().status for _ in range(6)] == [401, 200, 200, 200, 400, 0]


def accepts_data(wire: Wire, content: bytes) -> bool:
    """Tell if the server accepts data until `TIMEOUT` runs out."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        try:
            wire.socket.settimeout(0.05)
            wire.socket.send(content)
        except TimeoutError:
            continue
        except OSError:
            return False
    return True


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize(
    "refusal",
    [
        b"garbage\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        HEALTH[:-2] + b"X: " + b"x" * 40_000,
        request("POST", "/oauth/token", "Content-Length: 9999999999"),
        # Refused before its body has arrived; the body is read only up to limits of size and time.
        request("POST", "/api/ver1.0/client/@me/extension_group/", "Content-Length: 9999999999"),
        request("GET", "/__mock__/health", "Connection: close"),
    ],
    ids=["garbage", "host", "head", "length", "token", "last"],
)
def test_refused_client_cannot_keep_sending(url: str, refusal: bytes, size: int) -> None:
    with Wire(url) as wire:
        wire.send(refusal)
        assert wire.read_response().status in (200, 400, 401, 413, 431)
        assert not accepts_data(wire, b"x" * size)
