"""Several processes with one state: each request sees the effects of all earlier ones.

For entries, ids, unique values, refresh tokens and limits, see `test_linearizable.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from support.receiver import receiver
from workers.conftest import Engine
from workers.replicas import GROUPS, Replica, eventually, replicas

STATISTICS = (
    "/api/ver1.0/client/@me/calls/stats/"
    "?start_datetime=2016-04-01+00:00:00&end_datetime=2016-05-31+23:59:59"
)
CALL = {"extension": 31, "from": "79990001234", "course": {"rings": 0, "talks": 0}}


@pytest.fixture(scope="module")
def _two_replicas(shared_engine: Engine) -> Iterator[list[Replica]]:
    options = (*shared_engine.options, "--statistics-seconds", "3")
    with replicas(shared_engine.folder, 2, *options) as found:
        yield found


@pytest.fixture
def two_replicas(_two_replicas: list[Replica]) -> list[Replica]:
    for session in _two_replicas[0].control("GET", "sessions")[1:]:
        _two_replicas[0].control("DELETE", f"sessions/{session['name']}")
    _two_replicas[0].control("POST", "reset")
    return _two_replicas


def send_concurrently(requests: list[Any]) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(requests)) as pool:
        return [one.result() for one in [pool.submit(*request) for request in requests]]


def test_concurrent_statistics_request_at_another_process_is_refused(
    two_replicas: list[Replica],
) -> None:
    token = two_replicas[0].log_in()
    found = send_concurrently([(one.api, "GET", STATISTICS, token) for one in two_replicas * 2])
    assert sorted(one.status_code for one in found) == [200, 429, 429, 429]
    assert two_replicas[1].api("GET", STATISTICS, token).status_code == 200


def test_request_without_a_valid_token_does_not_count_for_the_rate_limit(
    two_replicas: list[Replica],
) -> None:
    token = two_replicas[0].log_in()
    before = two_replicas[0].api("GET", GROUPS, token).headers["X-RateLimit-Remaining"]
    basic = {"Authorization": f"Basic {token}"}
    assert two_replicas[1].http.get(GROUPS, headers=basic).status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    two_replicas[1].http.post("/oauth/token", data={"grant_type": "none"}, headers=bearer)
    after = two_replicas[0].api("GET", GROUPS, token).headers["X-RateLimit-Remaining"]
    assert int(after) == int(before) - 1


def test_limited_fault_applies_to_the_requests_of_all_processes(
    two_replicas: list[Replica],
) -> None:
    fault = {"match": {"operation": "getCurrentUser"}, "answer": {"status": 503}, "times": 3}
    two_replicas[0].control("POST", "faults", fault)
    token = two_replicas[1].log_in()
    responses = send_concurrently(
        [(one.api, "GET", "/api/ver1.0/user/", token) for one in two_replicas * 5]
    )
    assert sorted(one.status_code for one in responses) == [*[200] * 7, *[503] * 3]
    assert two_replicas[1].control("GET", "faults")[0]["applied"] == 3


def test_processes_share_sessions_snapshots_and_clock(two_replicas: list[Replica]) -> None:
    here, there = two_replicas
    here.control("PUT", "clock", {"now": "2030-01-01 12:00:00", "frozen": True}, "tab")
    assert there.control("GET", "clock", session="tab")["now"] == "2030-01-01 12:00:00"
    there.control("PUT", "snapshots/one", session="tab")
    assert here.control("GET", "snapshots", session="tab") == ["one"]
    assert [one["name"] for one in here.control("GET", "sessions")] == ["default", "tab"]
    here.control("DELETE", "sessions/tab")
    assert [one["name"] for one in there.control("GET", "sessions")] == ["default"]
    assert there.control("GET", "snapshots", session="tab") == []


def test_recreated_session_has_nothing_of_the_deleted_one(two_replicas: list[Replica]) -> None:
    here, there = two_replicas
    token = here.log_in(session="tab")
    path = f"/s/tab{GROUPS}"
    before = there.api("POST", path, token, {"name": "x"}).headers["X-RateLimit-Remaining"]
    there.control("DELETE", "sessions/tab")
    assert here.api("GET", path, token).status_code == 401
    token = there.log_in(session="tab")
    after = here.api("POST", path, token, {"name": "x"}).headers["X-RateLimit-Remaining"]
    assert after == before
    paths = [one["path"] for one in there.control("GET", "journal", session="tab")]
    assert paths == [GROUPS] * 2


def test_journal_has_the_requests_of_all_processes(two_replicas: list[Replica]) -> None:
    token = two_replicas[0].log_in()
    for number in range(6):
        two_replicas[number % 2].api("POST", f"{GROUPS}?n={number}", token, {"name": "x"})
    for one in two_replicas:
        entries = one.control("GET", "journal")
        assert [entry["query"] for entry in entries] == [{"n": str(n)} for n in range(6)]
        assert [entry["number"] for entry in entries] == [
            entries[0]["number"] + n for n in range(6)
        ]
        assert entries[0]["login"] == "client-admin"
        assert entries[0]["response"]["body"]["name"] == "x"
    two_replicas[1].control("DELETE", "journal")
    assert two_replicas[0].control("GET", "journal") == []


def test_reset_clears_the_journal_of_all_processes(two_replicas: list[Replica]) -> None:
    token = two_replicas[0].log_in()
    for one in two_replicas:
        one.api("GET", GROUPS, token)
    two_replicas[0].control("POST", "reset")
    assert two_replicas[1].control("GET", "journal") == []


def test_journal_stream_has_requests_of_other_processes(two_replicas: list[Replica]) -> None:
    here, there = two_replicas
    with here.http.stream("GET", "/__mock__/journal/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": open"
        there.http.get("/api/ver1.0/user/?from=there")
        found = next(one for one in lines if one.startswith("data: "))
    assert '"from":"there"' in found


def test_each_event_is_sent_by_one_process(two_replicas: list[Replica]) -> None:
    token = two_replicas[0].log_in()
    with receiver() as target:
        body = {"event_type": "hangup", "url": target.url, "method": "POST"}
        made = two_replicas[0].api("POST", "/api/ver1.0/extension/31/event/", token, body)
        assert made.status_code < 300, made.text
        for number in range(6):
            two_replicas[number % 2].control("POST", "calls", CALL)

        def is_done() -> bool:
            found = [one["state"] for one in two_replicas[1].control("GET", "deliveries")]
            return found.count("sent") == 6 and "waiting" not in found

        # The fixtures subscribe an unreachable URL, too.
        eventually(is_done)
        assert two_replicas[0].control("GET", "deliveries") == two_replicas[1].control(
            "GET", "deliveries"
        )
        assert len({one["CallID"] for one in target.wait(6)}) == 6
        assert len(target.requests) == 6
