"""What goes out in one piece is what uvicorn alone would have sent, and nothing is sent twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hostile.wire import Wire
from hostile.wire import request as ask
from ringme_mock.actions.response import Reply
from ringme_mock.app import MockApp, create_app
from ringme_mock.http import dispatcher as front
from ringme_mock.http.connection import Headers
from ringme_mock.http.context import Exchange
from ringme_mock.http.guarded_protocol import GuardedProtocol
from ringme_mock.http.whole_cycle import WholeCycle
from ringme_spec.paths import FIXTURES, SPEC
from support.serving import served

API = "/api/ver1.0"
FAX = f"{API}/extension_group/3/fax/4b95953c-302d-4742-89b1-1c422a845b77"
GROUPS = f"{API}/client/@me/extension_group/"
JSON = "Content-Type: application/json"
TOKENS = ask("POST", "/__mock__/tokens", JSON, body=b'{"login": "client-admin"}')
RESET = ask("POST", "/__mock__/reset", JSON, body=b'{"keep": ["tokens", "clock"]}')
FREEZE = ask("PUT", "/__mock__/clock", JSON, body=b'{"frozen": true}')
NEW = b'{"name": "New"}'
CHUNKED = b"5\r\n" + NEW[:5] + b"\r\na\r\n" + NEW[5:] + b"\r\n0\r\n\r\n"
TOKEN = "Authorization: Bearer TOKEN"

REQUESTS = {
    "one": ([200], [ask("GET", f"{API}/client/@me/extension/35", TOKEN)]),
    "list": ([200], [ask("GET", GROUPS, TOKEN)]),
    "no token": ([401], [ask("GET", GROUPS)]),
    "no such path": ([404], [ask("GET", f"{API}/nowhere", TOKEN)]),
    "no such method": ([405], [ask("PATCH", GROUPS, TOKEN)]),
    "HEAD": ([405], [ask("HEAD", GROUPS, TOKEN)]),
    "created": ([201], [ask("POST", GROUPS, TOKEN, JSON, body=NEW)]),
    "created, in chunks": ([201], [
        ask("POST", GROUPS, TOKEN, JSON, "Transfer-Encoding: chunked") + CHUNKED
    ]),
    "created, the body behind": ([201], [
        ask("POST", GROUPS, TOKEN, JSON, f"Content-Length: {len(NEW)}"),
        NEW[:4],
        NEW[4:],
    ]),
    "refused before its body": ([401], [
        ask("POST", GROUPS, JSON, f"Content-Length: {len(NEW)}"), NEW,
    ]),
    "no content": ([204], [ask("DELETE", f"{API}/client/@me/extension/35", TOKEN)]),
    "a download": ([200], [ask("GET", FAX, TOKEN)]),
    "from another origin": ([200], [ask("GET", GROUPS, TOKEN, "Origin: http://localhost:5173")]),
    "the last one": ([200], [ask("GET", GROUPS, TOKEN, "Connection: close")]),
    "of HTTP 1.0": ([200], [ask("GET", GROUPS, TOKEN).replace(b"HTTP/1.1", b"HTTP/1.0")]),
    "a preference": ([404], [ask("GET", GROUPS, TOKEN, "Prefer: code=404")]),
    "two at once": ([200, 200], [ask("GET", GROUPS, TOKEN) + ask("GET", f"{API}/user/", TOKEN)]),
    "a page": ([200], [ask("GET", "/openapi.json")]),
}  # fmt: skip


@pytest.fixture(scope="module")
def app() -> MockApp:
    return create_app(SPEC, FIXTURES)


@pytest.fixture(scope="module")
def quick(app: MockApp) -> Iterator[str]:
    with served(app, GuardedProtocol) as url:
        yield url


@pytest.fixture(scope="module")
def plain(app: MockApp) -> Iterator[str]:
    with served(app, HttpToolsProtocol) as url:
        yield url


@pytest.fixture(scope="module")
def token(quick: str) -> str:
    with Wire(quick) as wire:
        wire.send(FREEZE + TOKENS)
        wire.answer()
        return wire.answer().body.decode().split('"')[3]


def exchanged(url: str, token: str, parts: list[bytes], answers: int) -> list[Any]:
    """Status, headers but for the date and in any order, and body of each answer."""
    with Wire(url) as wire:
        wire.send(RESET)
        assert wire.answer().status == 204
        for part in parts:
            assert wire.send(part.replace(b"TOKEN", token.encode()))
        found = []
        for _ in range(answers):
            got = wire.answer()
            lines = got.head.lower().split(b"\r\n")
            port = re.compile(rb"127\.0\.0\.1:\d+")
            headers = sorted(line for line in lines[1:] if not line.startswith(b"date:"))
            found.append((got.status, lines[0], headers, port.sub(b"", got.body)))
        return found


@pytest.mark.parametrize(("statuses", "parts"), REQUESTS.values(), ids=REQUESTS.keys())
def test_answers_are_the_same_byte_by_byte(
    quick: str, plain: str, token: str, statuses: list[int], parts: list[bytes]
) -> None:
    found = exchanged(quick, token, parts, len(statuses))
    assert [status for status, *_ in found] == statuses
    assert found == exchanged(plain, token, parts, len(statuses))


def test_answers_of_the_api_go_out_in_one_piece(
    quick: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    original = WholeCycle.write_whole

    def noting(*arguments: Any) -> bool:
        written.append(original(*arguments))
        return written[-1]

    monkeypatch.setattr(WholeCycle, "write_whole", noting)
    exchanged(quick, token, REQUESTS["created"][1], 1)
    assert written == [True]


@pytest.mark.parametrize(
    ("name", "value"),
    [(b"x-odd", b"a\r\nx-more: b"), (b"x-odd", b"a\nb"), (b"x-odd", b"a\0b"), (b"x\r\nodd", b"a")],
)
def test_no_header_ends_before_its_end(
    quick: str, token: str, monkeypatch: pytest.MonkeyPatch, name: bytes, value: bytes
) -> None:
    headers_of = front._headers

    def with_odd(exchange: Exchange, reply: Reply) -> Headers:
        return [*headers_of(exchange, reply), (name, value)]

    monkeypatch.setattr(front, "_headers", with_odd)
    with Wire(quick) as wire:
        wire.send(ask("GET", GROUPS, f"Authorization: Bearer {token}"))
        got = wire.answer()
    assert b"odd" not in got.head
    assert got.status in (0, 500)
