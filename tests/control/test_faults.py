"""Faults: the requests that they match, how often, and their effects."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ringme_contract.http.conformance import Conformance
from support.control import Control

GROUP = "/client/@me/extension_group/3"


def statuses(control: Control, count: int, headers: dict[str, str]) -> list[int]:
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
def test_a_fault_has_its_turn(control: Control, turn: dict[str, Any], expected: list[int]) -> None:
    headers = control.token()
    fault = control.done("POST", "faults", {"answer": {"status": 503}, **turn})
    assert statuses(control, 5, headers) == expected
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
def test_a_fault_is_for_what_matches(
    control: Control, match: dict[str, str], hit: set[str]
) -> None:
    headers = control.token()
    control.done("POST", "faults", {"match": match, "answer": {"status": 500}})
    found = {path for path in (GROUP, "/user/") if control.get(path, headers).status_code == 500}
    assert found == hit


def test_every_documented_answer_can_be_forced_and_is_as_documented(control: Control) -> None:
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
            answer = control.http.request(operation.method, path, headers=headers)
            assert answer.status_code == int(code)
            assert conformance.problems(answer) == []
            control.done("DELETE", f"faults/{fault['id']}")
            forced += 1
    assert forced > 200


def test_a_word_chooses_the_error(control: Control) -> None:
    headers = control.token()
    control.done("POST", "faults", {"answer": {"status": 403, "word": "user_blocked"}})
    answer = control.get("/user/", headers)
    assert (answer.status_code, answer.json()["status"]) == (403, "user_blocked")


def test_a_body_and_headers_of_ones_own_are_given_as_they_are(control: Control) -> None:
    wanted = {"status": 200, "body": [1, None, "ü"], "headers": {"X-Extra": "yes"}}
    control.done("POST", "faults", {"match": {"operation": "getCurrentUser"}, "answer": wanted})
    answer = control.get("/user/")
    assert answer.json() == [1, None, "ü"]
    assert answer.headers["x-extra"] == "yes"


def test_too_many_requests_say_so_in_the_limit_headers(control: Control) -> None:
    control.done("POST", "faults", {"answer": {"status": 429}})
    answer = control.get("/user/", control.token())
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert int(answer.headers["x-ratelimit-reset"]) > 0


def test_of_two_faults_the_first_one_counts_and_both_count(control: Control) -> None:
    control.done("POST", "faults", {"answer": {"status": 500}, "times": 1})
    control.done("POST", "faults", {"answer": {"status": 503}})
    assert statuses(control, 2, {}) == [500, 503]
    assert [one["seen"] for one in control.done("GET", "faults")] == [2, 2]


def test_a_dropped_connection_gives_no_answer(control: Control) -> None:
    headers = control.token()
    control.done("POST", "faults", {"connection": "drop", "times": 1})
    with pytest.raises(httpx.TransportError):
        control.get("/user/", headers)
    assert control.get("/user/", headers).status_code == 200
    entry = control.done("GET", "journal")[-2]
    assert (entry["status"], entry["verdict"], entry["login"]) == (None, "fault", "client-admin")


@pytest.mark.parametrize("path", ["/user/", "/user/nothing-there"])
def test_a_truncated_answer_ends_before_its_length(control: Control, path: str) -> None:
    control.done("POST", "faults", {"connection": "truncate", "times": 1})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        control.get(path)


@pytest.mark.parametrize("path", ["/user/", "/user/nothing-there"])
def test_a_malformed_answer_is_no_json(control: Control, path: str) -> None:
    control.done("POST", "faults", {"connection": "malformed"})
    answer = control.get(path, control.token())
    with pytest.raises(ValueError, match="line 1 column"):
        answer.json()


def test_a_file_can_fail_too(control: Control) -> None:
    headers = control.token()
    record = control.done("POST", "calls", {"extension": 31})
    control.done("POST", "faults", {"match": {"path": "/storage/*"}, "answer": {"status": 503}})
    answer = control.http.get(f"/storage/record/{record['record_uuid']}", headers=headers)
    assert answer.status_code == 503


def test_a_malformed_answer_leaves_the_next_one_as_it_is(control: Control) -> None:
    before = control.http.get("/storage/record/none").content
    control.done("POST", "faults", {"connection": "malformed", "times": 1})
    assert control.http.get("/storage/record/none").content != before
    assert control.http.get("/storage/record/none").content == before


def test_pages_and_the_control_interface_have_no_faults(control: Control) -> None:
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
def test_a_fault_that_can_never_happen_is_refused(
    control: Control, fault: dict[str, Any], problem: str
) -> None:
    assert control.refused("POST", "faults", fault).startswith(f"400 {problem}")
    assert control.done("GET", "faults") == []


def test_faults_are_removed_one_by_one_and_all_at_once(control: Control) -> None:
    names = [control.done("POST", "faults", {"connection": "drop"})["id"] for _ in range(3)]
    control.done("DELETE", f"faults/{names[1]}")
    assert [one["id"] for one in control.done("GET", "faults")] == [names[0], names[2]]
    assert control.refused("GET", f"faults/{names[1]}").startswith("404 ")
    control.done("DELETE", "faults")
    assert control.done("GET", "faults") == []


def test_latency_holds_every_answer_up(control: Control) -> None:
    control.done("PUT", "latency", {"from": 40, "to": 60})
    control.get("/user/")
    (slow,) = control.done("GET", "journal")
    assert slow["milliseconds"] >= 35
    control.done("PUT", "latency", {"milliseconds": 0})
    assert control.done("GET", "latency") == {"from": 0, "to": 0}
