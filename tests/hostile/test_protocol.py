"""HTTP/1 for any ASGI application that is served with the mock's protocol."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.types import Message, Receive, Scope, Send

from hostile.wire import LongTimeouts, Wire, request
from ringme_mock.server.runner import RunningServer
from support.serving import served
from support.timeouts import TIMEOUT

CHUNKED = "Transfer-Encoding: chunked"


async def respond(send: Send, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Send a response with a Content-Length."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def body_of(receive: Receive) -> bytes:
    """Return the whole body of a request, followed by `!` if the client disconnected."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join([*parts, b"!"])
        parts.append(message["body"])
        if not message["more_body"]:
            return b"".join(parts)


class RecordingApp:
    """ASGI application of a few paths that records its scopes and messages."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.messages: list[Message] = []
        self.ended = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        await getattr(self, scope["path"].strip("/") or "echo")(receive, send)

    async def echo(self, receive: Receive, send: Send) -> None:
        await respond(send, await body_of(receive))

    async def early(self, _receive: Receive, send: Send) -> None:
        """Respond before the body has arrived."""
        await respond(send, b"early")

    async def last(self, _receive: Receive, send: Send) -> None:
        await respond(send, b"last", (b"connection", b"close"))

    async def parts(self, _receive: Receive, send: Send) -> None:
        """Respond without a Content-Length."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part in (b"one", b"", b"two"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    async def stream(self, receive: Receive, send: Send) -> None:
        """Stream until the client disconnects."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while (message := await receive())["type"] != "http.disconnect":
            self.messages.append(message)
        self.messages.append(message)
        # The client has gone: this is discarded, and no error.
        await send({"type": "http.response.body", "body": b"lost", "more_body": True})
        self.ended.set()

    async def big(self, _receive: Receive, send: Send) -> None:
        """Respond with more than the buffers in between hold."""
        length = (b"content-length", b"%d" % (64 * 1024 * 1024))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        for left in range(63, -1, -1):
            body = b"x" * 1024 * 1024
            await send({"type": "http.response.body", "body": body, "more_body": left > 0})
            self.messages.append({"type": "sent"})

    async def long(self, _receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]}
        )
        await send({"type": "http.response.body", "body": b"four"})

    async def short(self, _receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]}
        )
        await send({"type": "http.response.body", "body": b"2"})

    async def nothing(self, _receive: Receive, _send: Send) -> None:
        """End without a response."""

    async def error(self, _receive: Receive, _send: Send) -> None:
        raise LookupError("broken")

    async def pause(self, _receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.1)
        await respond(send, b"paused")


class SwitchableApp:
    """Application of one server; delegates to the site of the current test."""

    url: str
    app: RecordingApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def switchable_app() -> Iterator[SwitchableApp]:
    switchable_app = SwitchableApp()
    with served(switchable_app, LongTimeouts) as switchable_app.url:
        yield switchable_app


@pytest.fixture
def app(switchable_app: SwitchableApp) -> RecordingApp:
    switchable_app.app = RecordingApp()
    return switchable_app.app


@pytest.fixture
def url(switchable_app: SwitchableApp, app: RecordingApp) -> str:
    assert switchable_app.app is app
    return switchable_app.url


def rest_of(wire: Wire) -> bytes:
    """Return everything until the server closes the connection."""
    parts = []
    while part := wire.socket.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_asgi_scope_is_complete(app: RecordingApp, url: str) -> None:
    with Wire(url) as wire:
        wire.send(request("PUT", "/e%63ho/?a=%20&b", "X-More: 1", "x-more: 2", body=b"x"))
        assert wire.read_response().body == b"x"
    (scope,) = app.scopes
    host, port = wire_names(scope)
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", urlsplit(url).port),
        "client": (host, port),
        "scheme": "http",
        "method": "PUT",
        "root_path": "",
        "path": "/echo/",
        "raw_path": b"/e%63ho/",
        "query_string": b"a=%20&b",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"x-more", b"1"),
            (b"x-more", b"2"),
            (b"content-length", b"1"),
        ],
    }


def wire_names(scope: Scope) -> tuple[str, int]:
    """Return the client's address: any port of this machine."""
    host, port = scope["client"]
    assert host == "127.0.0.1"
    assert port > 1024
    return host, port


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/", "/", b""),
        (b"//echo", "//echo", b""),
        (b"/?a?b", "/", b"a?b"),
        (b"/?x#y", "/", b"x"),
        (b"/#y?x", "/", b""),
        (b"http://other/echo?x", "/echo", b"x"),
        (b"http://other?x", "/", b"x"),
        (b"/%ff%zz", "/\ufffd%zz", b""),
    ],
)
def test_request_target_is_split_into_path_and_query(
    app: RecordingApp,
    url: str,
    target: bytes,
    path: str,
    query: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def echo(_app: RecordingApp, scope: Scope, receive: Receive, send: Send) -> None:
        app.scopes.append(scope)
        await respond(send, await body_of(receive))

    monkeypatch.setattr(RecordingApp, "__call__", echo)
    with Wire(url) as wire:
        wire.send(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.read_response().status == 200
    assert [(one["path"], one["query_string"]) for one in app.scopes] == [(path, query)]


@pytest.mark.parametrize("size", [0, 1, 1000, 300_000])
@pytest.mark.parametrize("pieces", [1, 7])
def test_chunked_and_fixed_length_bodies_are_read(url: str, size: int, pieces: int) -> None:
    body = bytes(number % 251 for number in range(size))
    step = size // pieces + 1
    parts = [body[start : start + step] for start in range(0, size, step)]
    chunks = b"".join(b"%x;ext=1\r\n%b\r\n" % (len(one), one) for one in parts)
    with Wire(url) as wire:
        wire.send(request("POST", "/", CHUNKED) + chunks + b"0\r\nX-Trailer: y\r\n\r\n")
        assert wire.read_response().body == body
        wire.send(request("POST", "/", f"Content-Length: {size}") + body)
        assert wire.read_response().body == body


def test_trailers_do_not_become_headers(app: RecordingApp, url: str) -> None:
    with Wire(url) as wire:
        trailers = b"0\r\nX-Trailer: y\r\nHost: other\r\nExpect: 100-continue\r\n\r\n"
        wire.send(request("POST", "/", CHUNKED) + trailers + request("GET", "/"))
        assert [wire.read_response().status for _ in range(2)] == [200, 200]
    for scope in app.scopes:
        assert b"x-trailer" not in dict(scope["headers"])
        assert dict(scope["headers"])[b"host"] == b"127.0.0.1"


def test_pipelined_requests_are_served_in_order(url: str) -> None:
    with Wire(url) as wire:
        wire.send(
            request("GET", "/pause")
            + request("POST", "/", body=b"first")
            + request("GET", "/early")
            + request("POST", "/", CHUNKED)
            + b"6\r\nsecond\r\n0\r\n\r\n"
        )
        assert [wire.read_response().body for _ in range(4)] == [
            b"paused",
            b"first",
            b"early",
            b"second",
        ]


def test_body_that_the_application_did_not_read_is_skipped(url: str) -> None:
    body = b"GET /never HTTP/1.1\r\n\r\n" * 10_000
    with Wire(url) as wire:
        wire.send(request("POST", "/early", f"Content-Length: {len(body)}"))
        assert wire.read_response().body == b"early"
        wire.send(body + request("POST", "/", body=b"next"))
        assert wire.read_response().body == b"next"


@pytest.mark.parametrize(
    "content",
    [
        request("GET", "/early", "Connection: close"),
        request("GET", "/early", "Connection: keep-alive, Close"),
        request("GET", "/last"),
        b"GET /early HTTP/1.0\r\n\r\n",
        b"GET /early HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ],
)
def test_connection_is_closed_after_the_last_response(url: str, content: bytes) -> None:
    with Wire(url) as wire:
        wire.send(content + request("GET", "/early") * 2)
        found = rest_of(wire)
    assert found.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in found


def test_response_without_content_length_is_chunked(url: str) -> None:
    with Wire(url) as wire:
        wire.send(request("GET", "/parts", "Connection: close"))
        head, _, body = rest_of(wire).partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


def test_http_1_0_response_is_not_chunked(url: str) -> None:
    with Wire(url) as wire:
        wire.send(b"GET /parts HTTP/1.0\r\n\r\n")
        head, _, body = rest_of(wire).partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body == b"onetwo"


@pytest.mark.parametrize("path", ["/early", "/parts"])
def test_response_to_head_has_no_body(url: str, path: str) -> None:
    with Wire(url) as wire:
        wire.send(request("HEAD", path) + request("HEAD", path, "Connection: close"))
        found = rest_of(wire)
    assert found.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert not re.search(rb"early|one|two|0\r\n\r\n$", found)
    assert (b"content-length: 5" in found) == (path == "/early")


def test_expect_100_continue_is_sent_when_the_body_is_read(url: str) -> None:
    with Wire(url) as wire:
        wire.send(request("POST", "/", "Content-Length: 4", "Expect: 100-continue"))
        assert wire.read_response().head == b"HTTP/1.1 100 Continue"
        wire.send(b"body")
        assert wire.read_response().body == b"body"
        wire.send(request("POST", "/", "Expect: 100-continue", body=b"there"))
        assert wire.read_response().body == b"there"


def test_expect_100_continue_is_not_sent_if_the_body_is_not_read(url: str) -> None:
    with Wire(url) as wire:
        wire.send(request("POST", "/early", "Content-Length: 4", "Expect: 100-continue"))
        response = wire.read_response()
        assert (response.status, response.body) == (200, b"early")
        # The client may send the body nevertheless, so the connection cannot be used further.
        assert b"connection: close" in response.head
        assert rest_of(wire) == b""


def test_application_receives_a_disconnect(app: RecordingApp, url: str) -> None:
    with Wire(url) as wire:
        wire.send(request("GET", "/stream"))
        assert b"chunked" in wire.read_response().head
    assert app.ended.wait(TIMEOUT)
    empty = {"type": "http.request", "body": b"", "more_body": False}
    assert app.messages == [empty, {"type": "http.disconnect"}]


def test_application_waits_for_a_slow_reader(app: RecordingApp, url: str) -> None:
    with Wire(url) as wire:
        wire.send(request("GET", "/big") + request("GET", "/early", "Connection: close"))
        with Wire(url) as other:
            other.send(request("GET", "/early"))
            assert other.read_response().body == b"early"
        assert len(app.messages) < 40
        found = rest_of(wire)
    assert found.count(b"x" * 1024) == 64 * 1024
    assert found.endswith(b"early")


@pytest.mark.parametrize("path", ["/", "/pause", "/parts", "/big"])
def test_client_that_closed_its_sending_side_gets_its_response(url: str, path: str) -> None:
    with Wire(url) as wire:
        wire.send(request("GET", path) + request("GET", "/early"))
        wire.socket.shutdown(socket.SHUT_WR)
        found = rest_of(wire)
    if path != "/parts":
        assert found.endswith(b"early")
    assert len(found) > 100


@pytest.mark.parametrize("path", ["/nothing", "/error"])
def test_application_error_is_a_500(url: str, path: str) -> None:
    with Wire(url) as wire:
        wire.send(request("GET", path))
        response = wire.read_response()
        assert (response.status, response.message) == (
            500,
            "Internal error of the mock; see its log",
        )
        assert wire.is_closed()


@pytest.mark.parametrize("path", ["/long", "/short"])
def test_response_with_a_wrong_content_length_is_cut_off(url: str, path: str) -> None:
    with Wire(url) as wire:
        wire.send(request("GET", path) + request("GET", "/early"))
        found = rest_of(wire)
    assert found.startswith(b"HTTP/1.1 200 OK")
    assert not found.endswith((b"four", b"early"))


def test_shutdown_waits_for_requests_in_progress() -> None:
    server = RunningServer(RecordingApp())
    with Wire(server.url) as wire, Wire(server.url) as idle:
        wire.send(request("POST", "/", "Content-Length: 4", "Expect: 100-continue"))
        # The application requests the body, so the request is in progress.
        assert wire.read_response().status == 100
        end = threading.Thread(target=server.stop)
        end.start()
        assert rest_of(idle) == b""
        wire.send(b"body")
        response = wire.read_response()
        assert response.body == b"body"
        assert b"connection: close" in response.head
        assert rest_of(wire) == b""
    end.join(10)
    assert not end.is_alive()


def test_shutdown_does_not_wait_for_endless_streams() -> None:
    server = RunningServer(RecordingApp())
    with Wire(server.url) as wire:
        wire.send(request("GET", "/stream"))
        assert wire.read_response().status == 200
        server.stop()
        assert wire.is_closed()
