"""Faults: the requests that they match, how often, and their effects."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ringme_contract.http.conformance import Conformance
from support.control import Control

GROUP = "/client/@me/extension_group/3"


def response_statuses(control: Control, count: int, headers: dict[str, str]) -> list[int]:
    return [control.get("/user/", headers).status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        ({}, [503, 503, 503, 503, 503]),
        ({"nth": 3}, [200, 200, 503, 200, 200]),
        ({"every": 2}, [200, 503, 200, 503, 200]),
        ({"times": 2}, [503, 503, 200, 200, 200]),
        ({"every": 2, "times": 1}, [200, 503, 200, 200, 200]),
        ({"probability": 0}, [200, 200, 200, 200, 200]),
        ({"probability": 1}, [503, 503, 503, 503, 503]),
    ],
)
def test_fault_applies_as_often_as_every_and_times_say(
    control: Control, turn: dict[str, Any], expected: list[int]
) -> None:
    headers = control.token()
    fault = control.done("POST", "faults", {"answer": {"status": 503}, **turn})
    assert response_statuses(control, 5, headers) == expected
    shown = control.done("GET", f"faults/{fault['id']}")
    assert (shown["seen"], shown["applied"]) == (5, expected.count(503))


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({"operation": "getExtensionGroup"}, {GROUP}),
        ({"operation": "getCurrentUser"}, {"/user/"}),
        ({"path": "*/extension_group/*"}, {GROUP}),
        ({"method": "get"}, {GROUP, "/user/"}),
        ({"method": "POST"}, set()),
        ({"login": "client-admin"}, {GROUP, "/user/"}),
        ({"login": "sales-lead"}, set()),
        ({"login": "client-admin", "operation": "getCurrentUser"}, {"/user/"}),
    ],
)
def test_fault_applies_only_to_matching_requests(
    control: Control, match: dict[str, str], hit: set[str]
) -> None:
    headers = control.token()
    control.done("POST", "faults", {"match": match, "answer": {"status": 500}})
    found = {path for path in (GROUP, "/user/") if control.get(path, headers).status_code == 500}
    assert found == hit


def test_every_documented_error_response_can_be_forced_and_is_valid(control: Control) -> None:
    contract = control.server.app.contract
    conformance = Conformance(contract)
    headers = control.token()
    forced = 0
    for operation in contract.operations.values():
        for code in contract.document["paths"][operation.path][operation.method.lower()][
            "responses"
        ]:
            if int(code) == operation.status:
                continue
            wanted = {"match": {"operation": operation.id}, "answer": {"status": int(code)}}
            fault = control.done("POST", "faults", wanted)
            path = operation.fill({one.name: one.example for one in operation.path_parameters})
            response = control.http.request(operation.method, path, headers=headers)
            assert response.status_code == int(code)
            assert conformance.problems(response) == []
            control.done("DELETE", f"faults/{fault['id']}")
            forced += 1
    assert forced > 200


def test_fault_word_selects_the_error_code(control: Control) -> None:
    headers = control.token()
    control.done("POST", "faults", {"answer": {"status": 403, "word": "user_blocked"}})
    response = control.get("/user/", headers)
    assert (response.status_code, response.json()["status"]) == (403, "user_blocked")


def test_fault_body_and_headers_are_sent_unchanged(control: Control) -> None:
    wanted = {"status": 200, "body": [1, None, "ü"], "headers": {"X-Extra": "yes"}}
    control.done("POST", "faults", {"match": {"operation": "getCurrentUser"}, "answer": wanted})
    response = control.get("/user/")
    assert response.json() == [1, None, "ü"]
    assert response.headers["x-extra"] == "yes"


def test_forced_429_sets_the_rate_limit_headers(control: Control) -> None:
    control.done("POST", "faults", {"answer": {"status": 429}})
    response = control.get("/user/", control.token())
    assert response.headers["x-ratelimit-remaining"] == "0"
    assert int(response.headers["x-ratelimit-reset"]) > 0


def test_first_matching_fault_applies_and_all_matching_faults_count(control: Control) -> None:
    control.done("POST", "faults", {"answer": {"status": 500}, "times": 1})
    control.done("POST", "faults", {"answer": {"status": 503}})
    assert response_statuses(control, 2, {}) == [500, 503]
    assert [one["seen"] for one in control.done("GET", "faults")] == [2, 2]


def test_drop_fault_closes_the_connection_without_a_response(control: Control) -> None:
    headers = control.token()
    control.done("POST", "faults", {"connection": "drop", "times": 1})
    with pytest.raises(httpx.TransportError):
        control.get("/user/", headers)
    assert control.get("/user/", headers).status_code == 200
    entry = control.done("GET", "journal")[-2]
    assert (entry["status"], entry["verdict"], entry["login"]) == (None, "fault", "client-admin")


@pytest.mark.parametrize("path", ["/user/", "/user/nothing-there"])
def test_truncate_fault_sends_less_than_the_content_length(control: Control, path: str) -> None:
    control.done("POST", "faults", {"connection": "truncate", "times": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        control.get(path)


@pytest.mark.parametrize("path", ["/user/", "/user/nothing-there"])
def test_malformed_fault_sends_invalid_json(control: Control, path: str) -> None:
    control.done("POST", "faults", {"connection": "malformed"})
    response = control.get(path, control.token())
    with pytest.raises(ValueError, match="line 1 column"):
        response.json()


def test_fault_applies_to_a_storage_url(control: Control) -> None:
    headers = control.token()
    record = control.done("POST", "calls", {"extension": 31})
    control.done("POST", "faults", {"match": {"path": "/storage/*"}, "answer": {"status": 503}})
    response = control.http.get(f"/storage/record/{record['record_uuid']}", headers=headers)
    assert response.status_code == 503


def test_malformed_fault_does_not_change_later_responses(control: Control) -> None:
    before = control.http.get("/storage/record/none").content
    control.done("POST", "faults", {"connection": "malformed", "times": 1})
    assert control.http.get("/storage/record/none").content != before
    assert control.http.get("/storage/record/none").content == before


def test_faults_do_not_apply_to_pages_and_the_control_interface(control: Control) -> None:
    control.done("POST", "faults", {"connection": "drop"})
    assert control.http.get("/openapi.json").status_code == 200
    assert control.http.get("/docs/").status_code == 200
    assert control.done("GET", "health")["status"] == "ok"


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({}, "one of answer, delay and connection is required"),
        ({"answer": {}}, "answer.status: "),
        ({"answer": {"status": 418}}, "answer.status: must be one of 200"),
        ({"answer": {"status": 999}}, "answer.status: "),
        ({"match": {"operation": "nope"}, "connection": "drop"}, "match.operation: "),
        (
            {"match": {"operation": "getExtensionGroup"}, "answer": {"status": 415}},
            "answer.status: must be one of 200, 400, 401, 403, 404, 429, 500, 502, 503, 504",
        ),
        (
            {"match": {"operation": "getExtensionGroup"}, "answer": {"status": 403, "word": "x"}},
            "answer.word: must be one of ",
        ),
        (
            {
                "match": {"operation": "getExtensionGroup"},
                "answer": {"status": 403, "example": "x"},
            },
            "answer.example: must be one of ",
        ),
        ({"connection": "explode"}, "connection: "),
        ({"delay": {"from": 2, "to": 1}}, "delay.to: "),
        ({"delay": {"milliseconds": 60_001}}, "delay.milliseconds: "),
        ({"nth": 0, "connection": "drop"}, "nth: "),
        ({"answer": {"status": 503, "headers": {"X": "a\r\nb"}}}, "answer.headers.X: "),
        ({"typo": 1, "connection": "drop"}, "typo"),
    ],
)
def test_impossible_fault_is_refused(control: Control, fault: dict[str, Any], problem: str) -> None:
    assert control.refused("POST", "faults", fault).startswith(f"400 {problem}")
    assert control.done("GET", "faults") == []


def test_faults_are_removed_one_by_one_and_all_at_once(control: Control) -> None:
    names = [control.done("POST", "faults", {"connection": "drop"})["id"] for _ in range(3)]
    control.done("DELETE", f"faults/{names[1]}")
    assert [one["id"] for one in control.done("GET", "faults")] == [names[0], names[2]]
    assert control.refused("GET", f"faults/{names[1]}").startswith("404 ")
    control.done("DELETE", "faults")
    assert control.done("GET", "faults") == []


def test_latency_delays_every_response(control: Control) -> None:
    control.done("PUT", "latency", {"from": 40, "to": 60})
    control.get("/user/")
    (slow,) = control.done("GET", "journal")
    assert slow["milliseconds"] >= 35
    control.done("PUT", "latency", {"milliseconds": 0})
    assert control.done("GET", "latency") == {"from": 0, "to": 0}
