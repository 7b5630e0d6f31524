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
NAMED = "https://app.test:8443"


def preflight(http: httpx.Client, origin: str, path: str = GROUPS, **more: str) -> httpx.Response:
    """Send the preflight for a request with a token and JSON."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return http.options(path, headers={**asked, **more})


@pytest.fixture(scope="module")
def named() -> Iterator[Control]:
    with MockServer(allow_origins=[NAMED]) as server, Control(server) as control:
        yield control


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:5173", "http://127.0.0.1:3000", "http://127.8.9.10:3000",
        "http://[::1]:3000", "https://localhost", "http://app.localhost:4321",
        "http://tenant.app.localhost",
    ],
)  # fmt: skip
def test_a_local_page_may_send_a_token_and_json(mock: RunningMock, origin: str) -> None:
    answer = preflight(mock.http, origin, **{"Access-Control-Request-Private-Network": "true"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"


def test_a_local_page_can_read_errors_and_the_limit_headers(mock: RunningMock) -> None:
    answer = mock.http.get(f"{API}/user/", headers={"Origin": "http://localhost:5173"})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert {name.strip().lower() for name in exposed.split(",")} >= LIMIT_HEADERS


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example", "http://localhost.evil.example", "http://notlocalhost",
        "http://127.0.0.1.evil.example", "null",
    ],
)  # fmt: skip
def test_other_pages_get_no_leave(mock: RunningMock, origin: str) -> None:
    answer = mock.http.get(f"{API}/user/", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert preflight(mock.http, origin).status_code == 400


def test_pages_of_a_named_origin_use_api_and_control_interface(named: Control) -> None:
    assert preflight(named.http, NAMED).headers["Access-Control-Allow-Origin"] == NAMED
    headers = {"Origin": NAMED, "Sec-Fetch-Site": "cross-site", "X-Mock-Session": "of-the-page"}
    answer = named.http.post("/__mock__/tokens", json={"login": "client-admin"}, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["Access-Control-Allow-Origin"] == NAMED
    for other in ("https://app.test", "http://app.test:8443", "https://x.app.test:8443"):
        assert preflight(named.http, other).status_code == 400


def test_a_star_lets_every_page_call_the_api_but_not_control_the_mock() -> None:
    with MockServer(allow_origins=["*"]) as server, Control(server) as control:
        for origin in ("https://evil.example", "null"):
            answer = control.http.get(f"{API}/user/", headers={"Origin": origin})
            assert answer.headers["Access-Control-Allow-Origin"] == origin
            answer = control.http.get("/__mock__/state", headers={"Origin": origin})
            assert answer.status_code == 403


def test_a_refused_preflight_is_in_the_journal_with_a_way_out(named: Control) -> None:
    named.done("DELETE", "journal")
    preflight(named.http, NAMED)
    preflight(named.http, "https://other.test")
    (entry,) = named.done("GET", "journal")
    assert (entry["method"], entry["path"]) == ("OPTIONS", GROUPS)
    assert (entry["status"], entry["verdict"]) == (400, "refused")
    assert "--allow-origin https://other.test" in entry["reason"]


def test_a_refused_preflight_is_in_the_journal_of_its_session_and_begins_none(
    named: Control,
) -> None:
    one = named.session("one")
    one.get("/user/")
    preflight(named.http, "null", f"/s/one{GROUPS}")
    entry = one.done("GET", "journal")[-1]
    assert (entry["method"], entry["path"]) == ("OPTIONS", GROUPS)
    preflight(named.http, "null", f"/s/no-such{GROUPS}")
    assert "no-such" not in {session["name"] for session in named.done("GET", "sessions")}
