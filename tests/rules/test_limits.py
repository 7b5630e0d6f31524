"""Rate limits, where a test needs the clock or fixtures of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from ringme_spec.paths import FIXTURES
from support.server import (
    LIMITED,
    TRUSTED,
    TRUSTED_CALL_API,
    Api,
    RunningMock,
    running_mock,
)

NAMES = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
HOUR = 3600
GROUPS = "/client/@me/extension_group/"
AdvanceClock = Callable[[float], None]


@pytest.fixture
def advance_clock(mock: RunningMock) -> AdvanceClock:
    """Freeze the clock; return a function that advances it."""
    mock.clock.freeze()
    return mock.clock.advance


@pytest.fixture
def limited_mock(tmp_path: Path) -> Iterator[RunningMock]:
    """Return a mock in which a second application of client 12 may send 3 requests an hour."""
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    path = tmp_path / "fixtures" / "application.yaml"
    line = f'client_id: "{TRUSTED_CALL_API}"\n'
    kept = path.read_text(encoding="utf-8")
    assert kept.count(line) == 1
    path.write_text(kept.replace(line, f"{line}    rate_limit: 3\n"), encoding="utf-8")
    with running_mock(fixtures=path.parent) as mock:
        yield mock


def limit_headers(response: httpx.Response) -> list[int]:
    """Return limit, remaining and reset of a response, all of them integers."""
    values = [response.headers.get_list(name) for name in NAMES]
    assert all(len(value) == 1 and re.fullmatch("[0-9]+", value[0]) for value in values), values
    return [int(value[0]) for value in values]


def remaining(api: Api) -> int:
    return limit_headers(api.get("/user/"))[1]


def use_up(api: Api) -> httpx.Response:
    """Send the five allowed requests; return the last response."""
    responses = [api.get("/user/") for _ in range(5)]
    assert [one.status_code for one in responses] == [200] * 5
    return responses[-1]


def test_request_over_the_rate_limit_changes_nothing(
    mock: RunningMock, advance_clock: AdvanceClock
) -> None:
    api = mock.as_application(LIMITED)
    use_up(api)
    assert api.delete(f"{GROUPS}7").status_code == 429
    assert api.post(GROUPS, {"name": "x"}).status_code == 429
    advance_clock(HOUR)
    groups = mock.as_application(LIMITED).read(GROUPS)
    assert [one["id"] for one in groups] == [7]


def test_rate_limit_count_restarts_at_the_time_of_the_reset_header(
    mock: RunningMock, advance_clock: AdvanceClock
) -> None:
    reset = limit_headers(use_up(mock.as_application(LIMITED)))[2]
    advance_clock(reset - 60)
    api = mock.as_application(LIMITED)
    refused = api.get("/user/")
    assert refused.status_code == 429
    assert limit_headers(refused)[2] == 60
    advance_clock(60)
    assert api.get("/user/").status_code == 200


def test_reset_header_counts_down_in_seconds(admin: Api, advance_clock: AdvanceClock) -> None:
    found = []
    for _ in range(4):
        found.append(limit_headers(admin.get("/user/"))[2])
        advance_clock(600.5)
    assert found == [3600, 3000, 2399, 1799]


def test_rate_limit_period_restarts_if_the_clock_is_set_back(
    admin: Api, advance_clock: AdvanceClock
) -> None:
    admin.get("/user/")
    advance_clock(-7200)
    assert limit_headers(admin.get("/user/"))[2] == 3600


def test_rate_limit_depends_on_the_application(limited_mock: RunningMock) -> None:
    large = limited_mock.as_application(TRUSTED)
    small = limited_mock.as_application(TRUSTED_CALL_API)
    assert limit_headers(large.get("/user/"))[:2] == [1000000, 999999]
    assert limit_headers(small.get("/user/"))[:2] == [3, 1]
    assert limit_headers(large.get("/user/"))[:2] == [1000000, 999997]
    assert small.get("/user/").status_code == 429
    assert large.get("/user/").status_code == 200


def test_token_requests_do_not_count_for_the_rate_limit(mock: RunningMock) -> None:
    apis = [mock.as_application(LIMITED) for _ in range(6)]
    assert [remaining(api) for api in apis[:5]] == [4, 3, 2, 1, 0]
    assert mock.token(application=LIMITED)["expires_in"] == HOUR


@pytest.mark.parametrize(
    ("method", "path", "shown"),
    [
        ("GET", "/api/ver1.0/nothing", True), ("PATCH", "/api//ver1.0/user/", True),
        ("GET", "/oauth/token", False), ("GET", "/oauth/nothing", False), ("POST", "/user/", False),
    ],
)  # fmt: skip
def test_rate_limit_headers_of_errors_are_only_sent_below_the_api(
    mock: RunningMock, method: str, path: str, shown: bool
) -> None:
    response = mock.http.request(method, path)
    assert response.status_code in (404, 405)
    assert [name in response.headers for name in NAMES] == [shown] * 3
