"""CORS: front ends of allowed origins can call the mock from another port or host."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from ringme_mock import MockServer
from support.control import Control
from support.server import API, RunningMock

LIMIT_HEADERS = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
GROUPS = f"{API}/client/@me/extension_group/"
ALLOWED_ORIGIN = "https://app.test:8443"


def preflight(http: httpx.Client, origin: str, path: str = GROUPS, **more: str) -> httpx.Response:
    """Send the preflight for a request with a token and JSON."""
    preflight_headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return http.options(path, headers={**preflight_headers, **more})


@pytest.fixture(scope="module")
def cors_control() -> Iterator[Control]:
    with MockServer(allow_origins=[ALLOWED_ORIGIN]) as server, Control(server) as control:
        yield control


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:5173", "http://127.0.0.1:3000", "http://127.8.9.10:3000",
        "http://[::1]:3000", "https://localhost", "http://app.localhost:4321",
        "http://tenant.app.localhost",
    ],
)  # fmt: skip
def test_preflight_allows_local_pages_to_send_a_token_and_json(
    mock: RunningMock, origin: str
) -> None:
    response = preflight(mock.http, origin, **{"Access-Control-Request-Private-Network": "true"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert response.headers["Access-Control-Allow-Private-Network"] == "true"


def test_local_page_can_read_errors_and_rate_limit_headers(mock: RunningMock) -> None:
    response = mock.http.get(f"{API}/user/", headers={"Origin": "http://localhost:5173"})
    assert response.status_code == 401
    assert response.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert {name.strip().lower() for name in exposed.split(",")} >= LIMIT_HEADERS


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example", "http://localhost.evil.example", "http://notlocalhost",
        "http://127.0.0.1.evil.example", "null",
    ],
)  # fmt: skip
def test_foreign_origin_is_not_allowed(mock: RunningMock, origin: str) -> None:
    response = mock.http.get(f"{API}/user/", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in response.headers
    assert preflight(mock.http, origin).status_code == 400


def test_allowed_origin_may_use_api_and_control_interface(cors_control: Control) -> None:
    assert (
        preflight(cors_control.http, ALLOWED_ORIGIN).headers["Access-Control-Allow-Origin"]
        == ALLOWED_ORIGIN
    )
    headers = {
        "Origin": ALLOWED_ORIGIN,
        "Sec-Fetch-Site": "cross-site",
        "X-Mock-Session": "of-the-page",
    }
    response = cors_control.http.post(
        "/__mock__/tokens", json={"login": "client-admin"}, headers=headers
    )
    assert response.status_code == 201
    assert response.headers["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN
    for other in ("https://app.test", "http://app.test:8443", "https://x.app.test:8443"):
        assert preflight(cors_control.http, other).status_code == 400


def test_allow_origin_star_permits_the_api_but_not_the_control_interface() -> None:
    with MockServer(allow_origins=["*"]) as server, Control(server) as control:
        for origin in ("https://evil.example", "null"):
            response = control.http.get(f"{API}/user/", headers={"Origin": origin})
            assert response.headers["Access-Control-Allow-Origin"] == origin
            response = control.http.get("/__mock__/state", headers={"Origin": origin})
            assert response.status_code == 403


def test_journal_shows_a_refused_preflight_with_a_hint(cors_control: Control) -> None:
    cors_control.done("DELETE", "journal")
    preflight(cors_control.http, ALLOWED_ORIGIN)
    preflight(cors_control.http, "https://other.test")
    (entry,) = cors_control.done("GET", "journal")
    assert (entry["method"], entry["path"]) == ("OPTIONS", GROUPS)
    assert (entry["status"], entry["verdict"]) == (400, "refused")
    assert "--allow-origin https://other.test" in entry["reason"]


def test_refused_preflight_is_in_its_session_and_creates_none(
    cors_control: Control,
) -> None:
    one = cors_control.session("one")
    one.get("/user/")
    preflight(cors_control.http, "null", f"/s/one{GROUPS}")
    entry = one.done("GET", "journal")[-1]
    assert (entry["method"], entry["path"]) == ("OPTIONS", GROUPS)
    preflight(cors_control.http, "null", f"/s/no-such{GROUPS}")
    assert "no-such" not in {session["name"] for session in cors_control.done("GET", "sessions")}
