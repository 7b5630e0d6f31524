"""Calls that have ended: call history, legs and records agree."""

from __future__ import annotations

from typing import Any

import pytest

from calls.conftest import Pbx

OUTSIDE = "+79990001001"
PHONE, OTHER, QUEUE = 31, 32, 34
RANGE = "start_datetime=2026-03-01 00:00:00&end_datetime=2026-03-31 23:59:59"


def calls(pbx: Pbx) -> list[Any]:
    found: list[Any] = pbx.request("GET", f"/client/@me/call_history/?{RANGE}")["call_history"]
    return found


def legs(pbx: Pbx) -> list[Any]:
    found: list[Any] = pbx.request("GET", f"/client/@me/cdr/?{RANGE}")["cdr"]
    return found


@pytest.mark.parametrize("outcome", ["busy", "refused", "not answered", "failed"])
def test_unanswered_call_ends_after_ringing_and_is_in_the_history(pbx: Pbx, outcome: str) -> None:
    pbx.call(PHONE, course={"rings": 5, "outcome": outcome}, **{"from": OUTSIDE})
    pbx.advance(4)
    assert pbx.stages() == {PHONE: "ringing"}
    pbx.advance(1)
    assert pbx.stages() == {}
    (call,) = calls(pbx)
    words = {"refused": "rejected"}
    assert call["result"] == words.get(outcome, outcome)
    assert (call["start_time_gmt"], call["duration"], call["bridged_duration"]) == (None, 0, None)
    assert [(one["record_uuid"], one["result"]) for one in call["cdr"]] == [(None, call["result"])]
    assert pbx.records() == []


def test_call_through_a_queue_has_a_leg_for_each_number(pbx: Pbx) -> None:
    pbx.call(QUEUE, also=[PHONE, OTHER], course={"rings": 4, "talks": 30, "taken_by": OTHER})
    pbx.advance(60)
    (call,) = calls(pbx)
    assert (call["result"], call["extension_id"], call["bridged_username"]) == (
        "bridged", QUEUE, "000*303",
    )  # fmt: skip
    shown = {one["extension_id"]: (one["result"], one["record_uuid"]) for one in call["cdr"]}
    (record,) = pbx.records()
    assert shown == {
        QUEUE: ("answered", None),
        PHONE: ("answered elsewhere", None),
        OTHER: ("answered", record["record_uuid"]),
    }
    assert call["call_uuid"] == record["call_uuid"]


def test_call_is_either_in_progress_or_in_the_history(pbx: Pbx) -> None:
    call = pbx.call(PHONE, course={"rings": 5, "talks": 10})
    path = f"/client/@me/call_history/{call['call']}"
    pbx.advance(6)
    headers = pbx.headers
    assert pbx.control.http.get(f"/api/ver1.0{path}", headers=headers).status_code == 404
    pbx.advance(20)
    assert pbx.request("GET", path)["call_uuid"] == call["call"].upper()
    assert pbx.request("GET", "/client/@me/current_calls/") == {"call_list": []}


def test_call_and_record_can_be_listed_with_a_delay(pbx: Pbx) -> None:
    course = {"rings": 5, "talks": 10, "listed_after": 60, "recorded_after": 300}
    made = pbx.call(QUEUE, also=[PHONE, OTHER], course={**course, "taken_by": OTHER})
    pbx.advance(16)
    assert pbx.request("GET", "/client/@me/current_calls/") == {"call_list": []}
    seen = []
    for seconds in (0, 59, 1, 239, 1, 600):
        pbx.advance(seconds)
        seen.append((len(calls(pbx)), len(legs(pbx)), len(pbx.records())))
    assert seen == [(0, 0, 0), (0, 0, 0), (1, 3, 0), (1, 3, 0), (1, 3, 1), (1, 3, 1)]
    (record,) = pbx.records()
    shown = {one["extension_id"]: one["record_uuid"] for one in legs(pbx)}
    assert shown == {QUEUE: None, PHONE: None, OTHER: record["record_uuid"]}
    assert calls(pbx)[0]["call_uuid"] == made["call"].upper()
    assert pbx.control.done("GET", "calls") == []


def test_delayed_record_is_added_to_a_call_of_a_snapshot(pbx: Pbx) -> None:
    pbx.call(PHONE, course={"recorded_after": 300})
    pbx.advance(60)
    pbx.control.done("PUT", "snapshots/late")
    for _ in range(2):
        assert (len(calls(pbx)), pbx.records()) == (1, [])
        pbx.advance(300)
        assert (len(calls(pbx)), len(pbx.records())) == (1, 1)
        pbx.control.done("POST", "snapshots/late/load")


def test_voicemail_is_a_leg_without_a_record(pbx: Pbx) -> None:
    pbx.control.done("POST", "voicemail", {"extension": PHONE, "at": "2026-03-02 11:00:00"})
    for _ in range(2):
        (call,) = calls(pbx)
        assert (call["result"], call["bridged_time_gmt"]) == ("answered", None)
        assert (call["cdr"][0]["result"], call["cdr"][0]["record_uuid"]) == ("voicemail", None)
        pbx.request("DELETE", f"/client/@me/voicemail/?{RANGE}")


def test_client_keeps_calls_of_a_deleted_number(pbx: Pbx) -> None:
    pbx.call(PHONE, course={"talks": 10, "outcome": "busy"})
    pbx.advance(20)
    before = calls(pbx)
    pbx.request("DELETE", f"/client/@me/extension/{PHONE}")
    assert calls(pbx) == before
    assert pbx.request("GET", f"/client/@me/calls/stats/?{RANGE}") == {
        "in": {"total": 1}, "out": {"total": 0},
    }  # fmt: skip
    path = f"/api/ver1.0/extension/{PHONE}/cdr/?{RANGE}"
    assert pbx.control.http.get(path, headers=pbx.headers).status_code == 404
