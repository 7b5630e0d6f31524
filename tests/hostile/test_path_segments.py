"""Paths are split before their segments are decoded, so `%2F` is a character of an id."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import httpx
import pytest

from hostile.wire import Wire, request
from ringme_mock.app import MockApp, create_app
from ringme_spec.paths import FIXTURES, SPEC
from support.asgi import status_of
from support.serving import served

API = "/api/ver1.0"


@pytest.fixture(scope="module")
def app() -> MockApp:
    return create_app(SPEC, FIXTURES)


@pytest.fixture(scope="module")
def url(app: MockApp) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.fixture(scope="module")
def token(url: str) -> str:
    response = httpx.post(f"{url}/__mock__/tokens", json={"login": "client-admin"}, trust_env=False)
    return str(response.json()["access_token"])


CASES = [
    (f"{API}/client/@me/extension/30", 200),
    (f"{API}/client/%40me/extension/30", 200),
    (f"{API}/client/%40%6d%65/%65xtension/%330", 200),
    ("/api/ver1%2e0/client/@me/extension/30", 200),
    # A slash in an id, which is a number.
    (f"{API}/client/@me/extension/30%2F", 400),
    (f"{API}/client/@me/extension/%2F30", 400),
    (f"{API}/client/@me%2fextension/30", 404),
    (f"{API}/client/@me%2F/extension/30", 400),
    (f"{API}/client/12%2Fextension/extension/30", 400),
    (f"{API}%2Fclient/@me/extension/30", 404),
    ("/api%2Fver1.0/client/@me/extension/30", 404),
    # Decoded once, not twice.
    (f"{API}/client/%2540me/extension/30", 400),
    (f"{API}/client/@me/extension/%2530", 400),
    (f"{API}/client/@me/extension/%252F", 400),
    # Invalid escapes, and bytes that are not UTF-8.
    (f"{API}/client/@me/extension/%", 400),
    (f"{API}/client/@me/extension/%3", 400),
    (f"{API}/client/@me/extension/%zz", 400),
    (f"{API}/client/@me/extension/%ff%fe", 400),
    (f"{API}/client/@me/extension/%ed%a0%80", 400),
    (f"{API}/client/@me/extension/%00", 400),
    (f"{API}/client/@me/extension/%D9%A3", 400),
    (f"{API}/client/%ff/extension/30", 400),
    (f"{API}/%ff", 404),
    ("/%", 404),
    ("/%2F", 404),
    ("/docs%2F", 404),
    ("/%5F%5Fmock%5F%5F/health", 200),
    ("/__mock__%2Fhealth", 404),
    ("/__mock__/sessions/a%2Fb", 405),
    ("/s/one/__mock__/health", 200),
    ("/s/one%2F__mock__/health", 400),
    ("/s/one%2F/__mock__/health", 400),
    ("/s/%6fne/__mock__/health", 200),
    (f"/s/one{API}/client/@me%2F/extension/30", 401),
    ("/storage/record%2Fx", 404),
    ("/storage/record/%2e%2e%2fx", 404),
]


@pytest.mark.parametrize(("path", "status"), CASES)
def test_path_is_resolved_by_its_undecoded_segments(
    url: str, token: str, path: str, status: int
) -> None:
    with Wire(url) as wire:
        wire.send(request("GET", path, f"Authorization: Bearer {token}"))
        response = wire.read_response()
    assert response.status == status, response.body
    if status >= 400 and not path.startswith("/storage"):
        assert response.message


def status_without_server(app: MockApp, token: str, path: str, **more: bytes) -> int:
    """Return the status of a request that is passed to the application without a server."""
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"host", b"localhost")]
    return status_of(app, "GET", path, headers=headers, **more)[0]


@pytest.mark.parametrize(("path", "status"), CASES)
def test_asgi_requests_with_a_raw_path_are_resolved_alike(
    app: MockApp, token: str, path: str, status: int
) -> None:
    assert status_without_server(app, token, unquote(path), raw_path=path.encode()) == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{API}/client/@me/extension/30", 200),
        (f"{API}/client/%40me/extension/30", 400),
        (f"{API}/client/@me/extension/%", 400),
        (f"{API}/client/@me/extension/\ufffd", 400),
        (f"{API}/client/@me/extension/ä ?#", 400),
        ("/__mock__/health", 200),
    ],
)
def test_asgi_requests_without_a_raw_path_use_the_decoded_path(
    app: MockApp, token: str, path: str, status: int
) -> None:
    assert status_without_server(app, token, path) == status
    # As behind a middleware that strips a prefix from the path but not from the raw path.
    raw_path = b"/prefix/" + path.encode()
    assert status_without_server(app, token, path, raw_path=raw_path) == status


def test_path_with_thousands_of_slashes_is_resolved(url: str, token: str) -> None:
    path = f"{API}{'/' * 2000}client/@me/extension/30"
    with Wire(url) as wire:
        for _ in range(2):
            wire.send(request("GET", path, f"Authorization: Bearer {token}"))
            assert wire.read_response().status == 200
