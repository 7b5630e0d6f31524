"""Limits of one connection, of size and time, and the responses when they are exceeded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
import uvicorn

from hostile.wire import TIMEOUT, LongTimeouts, Wire
from hostile.wire import request as raw_request
from ringme_mock.app import create_app
from ringme_mock.cli import serve
from ringme_mock.http.body import LONGEST_BODY
from ringme_mock.http.connection_limits import ConnectionLimits
from ringme_mock.http.protocol import HttpProtocol
from ringme_mock.server.options import Options
from ringme_mock.server.runner import listen, uvicorn_config
from ringme_mock.server.runner import url as url_of
from ringme_mock.server.tls import Tls, made_for
from ringme_mock.server.workers import Worker
from ringme_spec.paths import FIXTURES, SPEC
from support.serving import served

GROUPS = "/api/ver1.0/client/@me/extension_group/"
HEALTH = raw_request("GET", "/__mock__/health")
TOKENS = raw_request(
    "POST", "/__mock__/tokens", "Content-Type: application/json", body=b'{"login": "client-admin"}'
)
KIB = 1024
# In seconds; less than the minute after which asyncio aborts a handshake by itself.
HANDSHAKE = 45.0


class ShortTimeouts(HttpProtocol):
    """Protocol with limits that a test can wait for."""

    limits = ConnectionLimits(
        head_seconds=0.4, body_seconds=0.4, write_seconds=0.4, idle_seconds=0.3,
        linger_seconds=0.3, period=0.05,
    )  # fmt: skip
    # Ports of the clients whose connections the server has closed.
    ended: ClassVar[set[int]] = set()

    def connection_made(self, transport: Any) -> None:
        self._port = transport.get_extra_info("peername")[1]
        self.ended.discard(self._port)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.ended.add(self._port)


def tls_of(scheme: str) -> Tls | None:
    """Return a certificate for this machine if the scheme needs one."""
    return made_for(("127.0.0.1",), None) if scheme == "https" else None


@pytest.fixture(scope="module", params=["http", "https"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with served(create_app(SPEC, FIXTURES), ShortTimeouts, tls_of(request.param)) as url:
        yield url


@pytest.fixture(scope="module")
def token(url: str) -> str:
    with Wire(url) as wire:
        wire.send(TOKENS)
        return wire.read_response().body.decode().split('"')[3]


def post(token: str, *headers: str) -> bytes:
    """Return the head of a request that creates a group."""
    return raw_request(
        "POST", GROUPS, f"Authorization: Bearer {token}", "Content-Type: application/json", *headers
    )


def is_cut_off(wire: Wire, content: bytes) -> bool:
    """Send the content repeatedly; tell if the server stops accepting it."""
    end = time.monotonic() + TIMEOUT
    while wire.send(content):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def is_responsive(url: str) -> bool:
    """Tell if another client gets a response."""
    with Wire(url) as wire:
        wire.send(HEALTH)
        return wire.read_response().status == 200


def test_body_at_the_size_limit_is_read(url: str, token: str) -> None:
    body = b'{"name": "' + b"x" * (LONGEST_BODY - 12) + b'"}'
    with Wire(url) as wire:
        wire.send(post(token, f"Content-Length: {len(body)}") + body)
        assert (response := wire.read_response()).status == 400
        assert "at most" in response.message
        # The connection can be used for more requests.
        wire.send(HEALTH)
        assert wire.read_response().status == 200


@pytest.mark.parametrize("length", [LONGEST_BODY + 1, 3 * LONGEST_BODY, 10**11, 10**18])
def test_body_over_the_size_limit_is_refused_by_its_content_length(
    url: str, token: str, length: int
) -> None:
    with Wire(url) as wire:
        wire.send(post(token, f"Content-Length: {length}"))
        response = wire.read_response()
        assert response.status == 413
        assert response.message == "body: must have at most 1048576 bytes"
        assert b"connection: close" in response.head.lower()
        assert b"x-ratelimit-limit" in response.head.lower()
        assert wire.is_closed()


def test_client_that_sends_an_oversized_body_can_read_the_413(url: str, token: str) -> None:
    for _ in range(20):
        with Wire(url) as wire:
            wire.send(post(token, f"Content-Length: {4 * LONGEST_BODY}"))
            wire.send(b"x" * (4 * LONGEST_BODY))
            assert wire.read_response().status == 413


def test_chunked_body_over_the_size_limit_is_refused(url: str, token: str) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with Wire(url) as wire:
        wire.send(post(token, "Transfer-Encoding: chunked"))
        sent = 0
        while sent < 200 and wire.send(chunk):
            sent += 1
            if sent == 17:
                assert wire.read_response().status == 413
        assert wire.is_closed()


def test_oversized_token_request_gets_an_oauth_error(url: str) -> None:
    form = "Content-Type: application/x-www-form-urlencoded"
    with Wire(url) as wire:
        wire.send(raw_request("POST", "/oauth/token", form, f"Content-Length: {LONGEST_BODY + 1}"))
        response = wire.read_response()
        assert response.status == 413
        assert b'"error":"invalid_request"' in response.body


@pytest.mark.parametrize("piece", [1000, 32 * KIB, 200 * KIB])
def test_oversized_request_head_in_pieces_is_refused_with_431(url: str, piece: int) -> None:
    head = raw_request("GET", GROUPS)[:-2] + b"X-Long: " + b"x" * (64 * KIB)
    with Wire(url) as wire:
        for start in range(0, len(head), piece):
            if not wire.send(head[start : start + piece]):
                break
        response = wire.read_response()
        assert response.status == 431
        assert response.message == "The head of a request has at most 32768 bytes"


def test_oversized_request_head_sent_at_once_is_refused_with_431(url: str) -> None:
    for size, status in ((30, 401), (34, 431), (100, 431)):
        with Wire(url) as wire:
            wire.send(raw_request("GET", GROUPS, "X-Long: " + "x" * size * KIB))
            assert wire.read_response().status == status


def test_endless_empty_lines_before_a_request_are_refused(url: str) -> None:
    with Wire(url) as wire:
        wire.send(b"\r\n" * 20_000)
        assert wire.read_response().status == 431


@pytest.mark.parametrize("content", [b"GET", HEALTH[:-2], HEALTH[:20]])
def test_incomplete_request_head_times_out(url: str, content: bytes) -> None:
    with Wire(url) as wire:
        begun = time.monotonic()
        wire.send(content)
        assert wire.read_response().status == 408
        assert time.monotonic() - begun > 0.3


def test_request_head_sent_line_by_line_times_out(url: str) -> None:
    with Wire(url) as wire:
        wire.send(HEALTH[:-2])
        assert is_cut_off(wire, b"X: y\r\n")


def test_silent_connection_is_closed_without_a_response(url: str) -> None:
    with Wire(url) as wire:
        assert wire.read_response().status == 0


@pytest.mark.parametrize("content", [b"", b'{"name"'])
def test_incomplete_body_times_out(url: str, token: str, content: bytes) -> None:
    with Wire(url) as wire:
        wire.send(post(token, "Content-Length: 100") + content)
        assert wire.read_response().status == 408


def test_slow_body_is_read(url: str, token: str) -> None:
    body = b'{"name": "slowly"}'
    with Wire(url) as wire:
        wire.send(post(token, f"Content-Length: {len(body)}"))
        for place in range(len(body)):
            time.sleep(0.05)
            wire.send(body[place : place + 1])
        assert wire.read_response().status == 201


def test_idle_keep_alive_connection_is_closed(url: str) -> None:
    with Wire(url) as wire:
        wire.send(HEALTH)
        assert wire.read_response().status == 200
        assert wire.is_closed()


def test_empty_lines_do_not_keep_a_connection_alive(url: str) -> None:
    with Wire(url) as wire:
        wire.send(HEALTH)
        assert wire.read_response().status == 200
        assert is_cut_off(wire, b"\r\n")


def test_slow_response_does_not_time_out(url: str) -> None:
    with Wire(url) as wire:
        wire.send(raw_request("GET", "/api/ver1.0/user/", "Prefer: wait=1"))
        assert wire.read_response().status == 401


def test_client_that_reads_no_responses_is_disconnected(url: str) -> None:
    with Wire(url) as wire:
        # More than the buffers in between hold.
        for _ in range(40):
            wire.send(raw_request("GET", "/openapi.json") * 5)
        port = wire.socket.getsockname()[1]
        end = time.monotonic() + TIMEOUT
        # Read nothing meanwhile: a client that reads is not disconnected.
        while port not in ShortTimeouts.ended and time.monotonic() < end:
            time.sleep(0.05)
        assert port in ShortTimeouts.ended
    assert is_responsive(url)


@pytest.mark.parametrize(
    "content",
    [
        b"1;" + b"x" * 100_000 + b"\r\n",
        b"0\r\n" + b"X-Trailer: y\r\n" * 10_000,
        b"0\r\nX-Trailer: " + b"y" * 100_000,
        b"1" * 100_000,
    ],
    ids=["extension", "trailers", "trailer", "length"],
)
def test_chunk_extension_and_trailer_size_is_limited(url: str, token: str, content: bytes) -> None:
    with Wire(url) as wire:
        wire.send(post(token, "Transfer-Encoding: chunked"))
        wire.send(content * 3)
        assert wire.read_response().status == 400
        assert wire.is_closed()


class FewConnections(HttpProtocol):
    """Protocol with few connections, which last as long as a test needs them."""

    limits = replace(LongTimeouts.limits, connections=5)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_connection_over_the_limit_gets_a_503(scheme: str) -> None:
    with served(create_app(SPEC, FIXTURES), FewConnections, tls_of(scheme)) as url:
        wires = [Wire(url) for _ in range(5)]
        try:
            with Wire(url) as wire:
                response = wire.read_response()
                assert response.status == 503
                assert response.message == "Too many connections: the limit is 5"
            wires[0].send(HEALTH)
            assert wires[0].read_response().status == 200
        finally:
            for wire in wires:
                wire.socket.close()
        end = time.monotonic() + TIMEOUT
        # The server learns only later that they are closed.
        while not is_responsive(url):
            assert time.monotonic() < end


class _Worker(uvicorn.Server):
    """uvicorn's own server, as workers run it, in a thread."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def test_worker_times_out_a_missing_tls_handshake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ConnectionLimits, "head_seconds", 0.3)
    worker = Worker(Options(**serve.make_context("serve", ["--tls"]).params), tmp_path)
    context = made_for(("127.0.0.1",), None)
    listener = listen("127.0.0.1", 0)
    server = _Worker(uvicorn_config(worker, lifespan="on", ssl_context_factory=context.factory))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        # The worker starts meanwhile.
        with Wire(url_of(listener, "http")) as silent:
            assert silent.is_closed(HANDSHAKE)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def test_missing_tls_handshake_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConnectionLimits, "head_seconds", 0.3)
    # Not checked: another client, which a busy machine may not serve in so short a time.
    with (
        served(create_app(SPEC, FIXTURES), tls=tls_of("https")) as url,
        Wire(url.replace("https", "http")) as silent,
    ):
        assert silent.is_closed(HANDSHAKE)
