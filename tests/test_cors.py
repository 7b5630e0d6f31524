"""A front end that is served from another port of the same machine may call the mock."""

from __future__ import annotations

import pytest

from support.server import API, RunningMock

LIMIT_HEADERS = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}


@pytest.mark.parametrize(
    "origin", ["http://localhost:5173", "http://127.0.0.1:3000", "https://localhost"]
)
def test_a_local_page_may_send_a_token_and_json(mock: RunningMock, origin: str) -> None:
    answer = mock.http.options(
        f"{API}/client/@me/extension_group/",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type"


def test_a_local_page_can_read_errors_and_the_limit_headers(mock: RunningMock) -> None:
    answer = mock.http.get(f"{API}/user/", headers={"Origin": "http://localhost:5173"})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert {name.strip().lower() for name in exposed.split(",")} >= LIMIT_HEADERS


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost.evil.example", "null"])
def test_other_pages_get_no_leave(mock: RunningMock, origin: str) -> None:
    answer = mock.http.get(f"{API}/user/", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers
