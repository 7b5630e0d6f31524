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

from hostile.wire import PATIENCE, Patient, Wire
from hostile.wire import request as ask
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
HEALTH = ask("GET", "/__mock__/health")
TOKENS = ask(
    "POST", "/__mock__/tokens", "Content-Type: application/json", body=b'{"login": "client-admin"}'
)
KIB = 1024
# In seconds; less than the minute after which asyncio aborts a handshake by itself.
HANDSHAKE = 45.0


class Impatient(HttpProtocol):
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
    with served(create_app(SPEC, FIXTURES), Impatient, tls_of(request.param)) as url:
        yield url


@pytest.fixture(scope="module")
def token(url: str) -> str:
    with Wire(url) as wire:
        wire.send(TOKENS)
        return wire.answer().body.decode().split('"')[3]


def post(token: str, *headers: str) -> bytes:
    """Return the head of a request that creates a group."""
    return ask(
        "POST", GROUPS, f"Authorization: Bearer {token}", "Content-Type: application/json", *headers
    )


def is_cut_off(wire: Wire, content: bytes) -> bool:
    """Send the content repeatedly; tell if the server stops accepting it."""
    end = time.monotonic() + PATIENCE
    while wire.send(content):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def is_well(url: str) -> bool:
    """Tell if another client gets a response."""
    with Wire(url) as wire:
        wire.send(HEALTH)
        return wire.answer().status == 200


def test_a_body_of_the_limit_is_read(url: str, token: str) -> None:
    body = b'{"name": "' + b"x" * (LONGEST_BODY - 12) + b'"}'
    with Wire(url) as wire:
        wire.send(post(token, f"Content-Length: {len(body)}") + body)
        assert (answer := wire.answer()).status == 400
        assert "at most" in answer.message
        # The connection can be used for more requests.
        wire.send(HEALTH)
        assert wire.answer().status == 200


@pytest.mark.parametrize("length", [LONGEST_BODY + 1, 3 * LONGEST_BODY, 10**11, 10**18])
def test_a_longer_body_is_refused_before_it_comes(url: str, token: str, length: int) -> None:
    with Wire(url) as wire:
        wire.send(post(token, f"Content-Length: {length}"))
        answer = wire.answer()
        assert answer.status == 413
        assert answer.message == "body: must have at most 1048576 bytes"
        assert b"connection: close" in answer.head.lower()
        assert b"x-ratelimit-limit" in answer.head.lower()
        assert wire.is_closed()


def test_a_client_that_sends_the_long_body_can_still_read_the_refusal(url: str, token: str) -> None:
    for _ in range(20):
        with Wire(url) as wire:
            wire.send(post(token, f"Content-Length: {4 * LONGEST_BODY}"))
            wire.send(b"x" * (4 * LONGEST_BODY))
            assert wire.answer().status == 413


def test_a_chunked_body_is_refused_when_it_gets_too_long(url: str, token: str) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with Wire(url) as wire:
        wire.send(post(token, "Transfer-Encoding: chunked"))
        sent = 0
        while sent < 200 and wire.send(chunk):
            sent += 1
            if sent == 17:
                assert wire.answer().status == 413
        assert wire.is_closed()


def test_a_token_request_that_is_too_long_is_refused_as_oauth_has_it(url: str) -> None:
    form = "Content-Type: application/x-www-form-urlencoded"
    with Wire(url) as wire:
        wire.send(ask("POST", "/oauth/token", form, f"Content-Length: {LONGEST_BODY + 1}"))
        answer = wire.answer()
        assert answer.status == 413
        assert b'"error":"invalid_request"' in answer.body


@pytest.mark.parametrize("piece", [1000, 32 * KIB, 200 * KIB])
def test_a_head_that_is_too_long_is_refused(url: str, piece: int) -> None:
    head = ask("GET", GROUPS)[:-2] + b"X-Long: " + b"x" * (64 * KIB)
    with Wire(url) as wire:
        for start in range(0, len(head), piece):
            if not wire.send(head[start : start + piece]):
                break
        answer = wire.answer()
        assert answer.status == 431
        assert answer.message == "The head of a request has at most 32768 bytes"


def test_a_whole_head_that_is_too_long_is_refused(url: str) -> None:
    for size, status in ((30, 401), (34, 431), (100, 431)):
        with Wire(url) as wire:
            wire.send(ask("GET", GROUPS, "X-Long: " + "x" * size * KIB))
            assert wire.answer().status == status


def test_empty_lines_before_a_request_have_an_end(url: str) -> None:
    with Wire(url) as wire:
        wire.send(b"\r\n" * 20_000)
        assert wire.answer().status == 431


@pytest.mark.parametrize("content", [b"GET", HEALTH[:-2], HEALTH[:20]])
def test_a_head_that_does_not_end_is_given_up(url: str, content: bytes) -> None:
    with Wire(url) as wire:
        begun = time.monotonic()
        wire.send(content)
        assert wire.answer().status == 408
        assert time.monotonic() - begun > 0.3


def test_a_head_that_arrives_line_by_line_times_out(url: str) -> None:
    with Wire(url) as wire:
        wire.send(HEALTH[:-2])
        assert is_cut_off(wire, b"X: y\r\n")


def test_a_connection_that_says_nothing_is_closed_without_a_word(url: str) -> None:
    with Wire(url) as wire:
        assert wire.answer().status == 0


@pytest.mark.parametrize("content", [b"", b'{"name"'])
def test_a_body_that_does_not_go_on_is_given_up(url: str, token: str, content: bytes) -> None:
    with Wire(url) as wire:
        wire.send(post(token, "Content-Length: 100") + content)
        assert wire.answer().status == 408


def test_a_body_that_comes_slowly_is_read(url: str, token: str) -> None:
    body = b'{"name": "slowly"}'
    with Wire(url) as wire:
        wire.send(post(token, f"Content-Length: {len(body)}"))
        for place in range(len(body)):
            time.sleep(0.05)
            wire.send(body[place : place + 1])
        assert wire.answer().status == 201


def test_an_idle_connection_is_closed(url: str) -> None:
    with Wire(url) as wire:
        wire.send(HEALTH)
        assert wire.answer().status == 200
        assert wire.is_closed()


def test_empty_lines_do_not_keep_a_connection(url: str) -> None:
    with Wire(url) as wire:
        wire.send(HEALTH)
        assert wire.answer().status == 200
        assert is_cut_off(wire, b"\r\n")


def test_a_slow_answer_is_not_cut_off(url: str) -> None:
    with Wire(url) as wire:
        wire.send(ask("GET", "/api/ver1.0/user/", "Prefer: wait=1"))
        assert wire.answer().status == 401


def test_a_client_that_takes_nothing_is_given_up(url: str) -> None:
    with Wire(url) as wire:
        # More than the buffers in between hold.
        for _ in range(40):
            wire.send(ask("GET", "/openapi.json") * 5)
        port = wire.socket.getsockname()[1]
        end = time.monotonic() + PATIENCE
        # Read nothing meanwhile: a client that reads is not disconnected.
        while port not in Impatient.ended and time.monotonic() < end:
            time.sleep(0.05)
        assert port in Impatient.ended
    assert is_well(url)


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
def test_chunk_extensions_and_trailers_are_limited(url: str, token: str, content: bytes) -> None:
    with Wire(url) as wire:
        wire.send(post(token, "Transfer-Encoding: chunked"))
        wire.send(content * 3)
        assert wire.answer().status == 400
        assert wire.is_closed()


class Crowded(HttpProtocol):
    """Protocol with few connections, which last as long as a test needs them."""

    limits = replace(Patient.limits, connections=5)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_there_are_no_more_connections_than_the_limit(scheme: str) -> None:
    with served(create_app(SPEC, FIXTURES), Crowded, tls_of(scheme)) as url:
        wires = [Wire(url) for _ in range(5)]
        try:
            with Wire(url) as wire:
                answer = wire.answer()
                assert answer.status == 503
                assert answer.message == "Too many connections: the limit is 5"
            wires[0].send(HEALTH)
            assert wires[0].answer().status == 200
        finally:
            for wire in wires:
                wire.socket.close()
        end = time.monotonic() + PATIENCE
        # The server learns only later that they are closed.
        while not is_well(url):
            assert time.monotonic() < end


class _Worker(uvicorn.Server):
    """uvicorn's own server, as workers run it, in a thread."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def test_a_worker_gives_up_a_handshake_that_does_not_begin(
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


def test_a_handshake_that_does_not_begin_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConnectionLimits, "head_seconds", 0.3)
    # Not checked: another client, which a busy machine may not serve in so short a time.
    with (
        served(create_app(SPEC, FIXTURES), tls=tls_of("https")) as url,
        Wire(url.replace("https", "http")) as silent,
    ):
        assert silent.is_closed(HANDSHAKE)
