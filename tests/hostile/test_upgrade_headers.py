"""Upgrade headers: the offered protocol is ignored, and the request served (RFC 9110, 7.8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest

from hostile.wire import LongTimeouts, Wire, request
from ringme_mock.app import create_app
from ringme_spec.paths import FIXTURES, SPEC
from support.server import SECRETS, TRUSTED
from support.serving import served

FORM = urlencode(
    {"grant_type": "client_credentials", "client_id": TRUSTED, "client_secret": SECRETS[TRUSTED]}
).encode()
TYPE = "Content-Type: application/x-www-form-urlencoded"
HEALTH = request("GET", "/__mock__/health")
# As sent with a first request by Java's HttpClient and other clients.
UPGRADES = {
    "h2c": [
        "Connection: Upgrade, HTTP2-Settings",
        "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        "Upgrade: h2c",
    ],
    "websocket": [
        "Connection: keep-alive, Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ],
    "several": ["Upgrade: h2c", "Upgrade: TLS/1.0, x/2", "connection: UPGRADE"],
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(create_app(SPEC, FIXTURES), LongTimeouts) as url:
        yield url


def token_request_head(upgrade: str, *headers: str) -> bytes:
    """Return the head of a token request that offers another protocol; its body is the form."""
    return request("POST", "/oauth/token", TYPE, *UPGRADES[upgrade], *headers)


def with_content_length(upgrade: str) -> bytes:
    """Return the whole request, with a Content-Length."""
    return token_request_head(upgrade, f"Content-Length: {len(FORM)}") + FORM


def chunked(upgrade: str) -> bytes:
    """Return the whole request, its body in three chunks."""
    parts = (FORM[:10], FORM[10:11], FORM[11:])
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return token_request_head(upgrade, "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"


def receives_token(wire: Wire) -> bool:
    """Tell if the next response has a token."""
    response = wire.read_response()
    assert response.status == 200, response.body
    return len(json.loads(response.body)["access_token"]) == 30


@pytest.mark.parametrize("upgrade", UPGRADES)
@pytest.mark.parametrize("make", [with_content_length, chunked])
@pytest.mark.parametrize("size", [10**6, 1, 7, 64])
def test_request_with_an_upgrade_header_and_a_body_is_served(
    url: str, upgrade: str, make: Callable[[str], bytes], size: int
) -> None:
    content = make(upgrade)
    with Wire(url) as wire:
        for start in range(0, len(content), size):
            assert wire.send(content[start : start + size])
        assert receives_token(wire)
        # The connection can be used for more requests, and for another upgrade.
        wire.send(content + HEALTH)
        assert receives_token(wire)
        assert wire.read_response().status == 200


@pytest.mark.parametrize("upgrade", UPGRADES)
def test_requests_after_an_upgrade_header_are_served(url: str, upgrade: str) -> None:
    count = 50
    with Wire(url) as wire:
        wire.send((with_content_length(upgrade) + HEALTH + chunked(upgrade)) * count)
        for _ in range(count):
            assert receives_token(wire)
            assert wire.read_response().status == 200
            assert receives_token(wire)


@pytest.mark.parametrize("upgrade", UPGRADES)
def test_upgrade_header_without_a_body_is_ignored(url: str, upgrade: str) -> None:
    with Wire(url) as wire:
        wire.send(request("GET", "/__mock__/health", *UPGRADES[upgrade]) * 3)
        assert [wire.read_response().status for _ in range(3)] == [200] * 3


def test_http_2_preface_is_refused(url: str) -> None:
    with Wire(url) as wire:
        wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
        assert wire.read_response().status == 400
        assert wire.is_closed()


@pytest.mark.parametrize("target", [b"x:1", b"127.0.0.1:80", b"/"])
def test_connect_is_refused(url: str, target: bytes) -> None:
    with Wire(url) as wire:
        wire.send(b"CONNECT " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n" + HEALTH)
        response = wire.read_response()
        assert response.status == 400
        assert response.message == "CONNECT is not supported"
        assert wire.read_response().status == 0
