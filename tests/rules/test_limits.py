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
Forward = Callable[[float], None]


@pytest.fixture
def forward(mock: RunningMock) -> Forward:
    """Freeze the clock; return a function that advances it."""
    mock.clock.freeze()
    return mock.clock.advance


@pytest.fixture
def three_an_hour(tmp_path: Path) -> Iterator[RunningMock]:
    """Return a mock in which a second application of client 12 may send 3 requests an hour."""
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    path = tmp_path / "fixtures" / "application.yaml"
    line = f'client_id: "{TRUSTED_CALL_API}"\n'
    kept = path.read_text(encoding="utf-8")
    assert kept.count(line) == 1
    path.write_text(kept.replace(line, f"{line}    rate_limit: 3\n"), encoding="utf-8")
    with running_mock(fixtures=path.parent) as mock:
        yield mock


def figures(response: httpx.Response) -> list[int]:
    """Return limit, remaining and reset of a response, all of them integers."""
    values = [response.headers.get_list(name) for name in NAMES]
    assert all(len(value) == 1 and re.fullmatch("[0-9]+", value[0]) for value in values), values
    return [int(value[0]) for value in values]


def remaining(api: Api) -> int:
    return figures(api.get("/user/"))[1]


def use_up(api: Api) -> httpx.Response:
    """Send the five allowed requests; return the last response."""
    answers = [api.get("/user/") for _ in range(5)]
    assert [one.status_code for one in answers] == [200] * 5
    return answers[-1]


def test_a_request_past_the_limit_changes_nothing(mock: RunningMock, forward: Forward) -> None:
    api = mock.as_application(LIMITED)
    use_up(api)
    assert api.delete(f"{GROUPS}7").status_code == 429
    assert api.post(GROUPS, {"name": "x"}).status_code == 429
    forward(HOUR)
    groups = mock.as_application(LIMITED).read(GROUPS)
    assert [one["id"] for one in groups] == [7]


def test_the_count_starts_anew_when_reset_says(mock: RunningMock, forward: Forward) -> None:
    reset = figures(use_up(mock.as_application(LIMITED)))[2]
    forward(reset - 60)
    api = mock.as_application(LIMITED)
    refused = api.get("/user/")
    assert refused.status_code == 429
    assert figures(refused)[2] == 60
    forward(60)
    assert api.get("/user/").status_code == 200


def test_reset_counts_down_in_seconds(admin: Api, forward: Forward) -> None:
    found = []
    for _ in range(4):
        found.append(figures(admin.get("/user/"))[2])
        forward(600.5)
    assert found == [3600, 3000, 2399, 1799]


def test_an_hour_ends_within_an_hour_also_for_a_clock_that_is_put_back(
    admin: Api, forward: Forward
) -> None:
    admin.get("/user/")
    forward(-7200)
    assert figures(admin.get("/user/"))[2] == 3600


def test_the_limit_is_that_of_the_application(three_an_hour: RunningMock) -> None:
    large = three_an_hour.as_application(TRUSTED)
    small = three_an_hour.as_application(TRUSTED_CALL_API)
    assert figures(large.get("/user/"))[:2] == [1000000, 999999]
    assert figures(small.get("/user/"))[:2] == [3, 1]
    assert figures(large.get("/user/"))[:2] == [1000000, 999997]
    assert small.get("/user/").status_code == 429
    assert large.get("/user/").status_code == 200


def test_asking_for_a_token_counts_for_nobody(mock: RunningMock) -> None:
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
def test_a_path_without_operation_shows_the_limit_in_the_api_alone(
    mock: RunningMock, method: str, path: str, shown: bool
) -> None:
    response = mock.http.request(method, path)
    assert response.status_code in (404, 405)
    assert [name in response.headers for name in NAMES] == [shown] * 3
