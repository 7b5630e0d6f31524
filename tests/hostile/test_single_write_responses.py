"""Single-write responses equal those of uvicorn alone, and are sent once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from hostile.wire import LongTimeouts, Wire, request
from ringme_mock.app import MockApp, create_app
from ringme_mock.http.cycle import Headers, send_whole
from ringme_spec.paths import FIXTURES, SPEC
from support.serving import served

API = "/api/ver1.0"
FAX = f"{API}/extension_group/3/fax/4b95953c-302d-4742-89b1-1c422a845b77"
GROUPS = f"{API}/client/@me/extension_group/"
JSON = "Content-Type: application/json"
TOKENS = request("POST", "/__mock__/tokens", JSON, body=b'{"login": "client-admin"}')
RESET = request("POST", "/__mock__/reset", JSON, body=b'{"keep": ["tokens", "clock"]}')
FREEZE = request("PUT", "/__mock__/clock", JSON, body=b'{"frozen": true}')
NEW = b'{"name": "New"}'
CHUNKED = b"5\r\n" + NEW[:5] + b"\r\na\r\n" + NEW[5:] + b"\r\n0\r\n\r\n"
TOKEN = "Authorization: Bearer TOKEN"

REQUESTS = {
    "one": ([200], [request("GET", f"{API}/client/@me/extension/35", TOKEN)]),
    "list": ([200], [request("GET", GROUPS, TOKEN)]),
    "no token": ([401], [request("GET", GROUPS)]),
    "no such path": ([404], [request("GET", f"{API}/nowhere", TOKEN)]),
    "no such method": ([405], [request("PATCH", GROUPS, TOKEN)]),
    # A body would be read as the beginning of the next response.
    "HEAD": ([200, 200], [
        request("HEAD", GROUPS, TOKEN) + request("GET", f"{API}/user/", TOKEN),
    ]),
    "created": ([201], [request("POST", GROUPS, TOKEN, JSON, body=NEW)]),
    "created, in chunks": ([201], [
        request("POST", GROUPS, TOKEN, JSON, "Transfer-Encoding: chunked") + CHUNKED
    ]),
    "created, the body behind": ([201], [
        request("POST", GROUPS, TOKEN, JSON, f"Content-Length: {len(NEW)}"),
        NEW[:4],
        NEW[4:],
    ]),
    "refused before its body": ([401], [
        request("POST", GROUPS, JSON, f"Content-Length: {len(NEW)}"), NEW,
    ]),
    "no content": ([204], [request("DELETE", f"{API}/client/@me/extension/35", TOKEN)]),
    "a download": ([200], [request("GET", FAX, TOKEN)]),
    "from another origin": ([200], [request("GET", GROUPS, TOKEN, "Origin: http://localhost:5173")]),
    "the last one": ([200], [request("GET", GROUPS, TOKEN, "Connection: close")]),
    "of HTTP 1.0": ([200], [request("GET", GROUPS, TOKEN).replace(b"HTTP/1.1", b"HTTP/1.0")]),
    "a preference": ([404], [request("GET", GROUPS, TOKEN, "Prefer: code=404")]),
    "two at once": ([200, 200], [
        request("GET", GROUPS, TOKEN) + request("GET", f"{API}/user/", TOKEN),
    ]),
    "a page": ([200], [request("GET", "/openapi.json")]),
}  # fmt: skip


@pytest.fixture(scope="module")
def app() -> MockApp:
    return create_app(SPEC, FIXTURES)


@pytest.fixture(scope="module")
def mock_url(app: MockApp) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.fixture(scope="module")
def uvicorn_url(app: MockApp) -> Iterator[str]:
    with served(app, "httptools") as url:
        yield url


@pytest.fixture(scope="module")
def token(mock_url: str) -> str:
    with Wire(mock_url) as wire:
        wire.send(FREEZE + TOKENS)
        wire.read_response()
        return wire.read_response().body.decode().split('"')[3]


def responses_to(url: str, token: str, parts: list[bytes], answers: int) -> list[Any]:
    """Return the status, sorted headers except Date, and body of each response."""
    with Wire(url) as wire:
        wire.send(RESET)
        assert wire.read_response().status == 204
        for part in parts:
            assert wire.send(part.replace(b"TOKEN", token.encode()))
        found = []
        for number in range(answers):
            response = wire.read_response(to_head=number == 0 and parts[0].startswith(b"HEAD"))
            lines = response.head.lower().split(b"\r\n")
            port = re.compile(rb"127\.0\.0\.1:\d+")
            headers = sorted(line for line in lines[1:] if not line.startswith(b"date:"))
            found.append((response.status, lines[0], headers, port.sub(b"", response.body)))
        return found


@pytest.mark.parametrize(("statuses", "parts"), REQUESTS.values(), ids=REQUESTS.keys())
def test_single_write_responses_equal_those_of_uvicorn(
    mock_url: str, uvicorn_url: str, token: str, statuses: list[int], parts: list[bytes]
) -> None:
    found = responses_to(mock_url, token, parts, len(statuses))
    assert [status for status, *_ in found] == statuses
    assert found == responses_to(uvicorn_url, token, parts, len(statuses))


def single_write_app(headers: Headers) -> ASGIApp:
    """Return an application that responds in a single write if possible."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_whole(send, 200, headers, b"whole")

    return app


def multi_write_app(headers: Headers) -> ASGIApp:
    """Return an application that responds with ASGI messages."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_whole(partial(send), 200, headers, b"whole")

    return app


@pytest.mark.parametrize("make", [single_write_app, multi_write_app])
@pytest.mark.parametrize(
    ("name", "value"),
    [(b"x-odd", b"a\r\nx-more: b"), (b"x-odd", b"a\nb"), (b"x-odd", b"a\0b"), (b"x\r\nodd", b"a")],
)
def test_headers_with_line_breaks_or_null_bytes_are_a_500(
    make: Any, name: bytes, value: bytes
) -> None:
    app = make([(b"content-length", b"5"), (name, value)])
    with served(app, LongTimeouts) as url, Wire(url) as wire:
        wire.send(request("GET", "/"))
        response = wire.read_response()
        assert b"odd" not in response.head
        assert response.status == 500
        assert response.message == "Internal error of the mock; see its log"
        assert wire.is_closed()


def test_middleware_still_sees_a_single_write_response() -> None:
    app = CORSMiddleware(single_write_app([(b"content-length", b"5")]), allow_origins=["*"])
    with served(app) as url, Wire(url) as wire:
        wire.send(request("GET", "/", "Origin: http://localhost"))
        response = wire.read_response()
        assert b"access-control-allow-origin: *" in response.head
        assert response.body == b"whole"
