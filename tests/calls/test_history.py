"""Calls that have ended: call history, legs and records agree."""

from __future__ import annotations

from typing import Any

import pytest

from calls.conftest import Desk

OUTSIDE = "+79990001001"
PHONE, OTHER, QUEUE = 31, 32, 34
RANGE = "start_datetime=2026-03-01 00:00:00&end_datetime=2026-03-31 23:59:59"


def calls(desk: Desk) -> list[Any]:
    found: list[Any] = desk.ask("GET", f"/client/@me/call_history/?{RANGE}")["call_history"]
    return found


def legs(desk: Desk) -> list[Any]:
    found: list[Any] = desk.ask("GET", f"/client/@me/cdr/?{RANGE}")["cdr"]
    return found


@pytest.mark.parametrize("outcome", ["busy", "refused", "not answered", "failed"])
def test_a_call_that_nobody_takes_ends_when_it_has_rung_and_is_in_the_history(
    desk: Desk, outcome: str
) -> None:
    desk.call(PHONE, course={"rings": 5, "outcome": outcome}, **{"from": OUTSIDE})
    desk.advance(4)
    assert desk.stages() == {PHONE: "ringing"}
    desk.advance(1)
    assert desk.stages() == {}
    (call,) = calls(desk)
    words = {"refused": "rejected"}
    assert call["result"] == words.get(outcome, outcome)
    assert (call["start_time_gmt"], call["duration"], call["bridged_duration"]) == (None, 0, None)
    assert [(one["record_uuid"], one["result"]) for one in call["cdr"]] == [(None, call["result"])]
    assert desk.records() == []


def test_a_call_through_a_queue_has_all_its_legs(desk: Desk) -> None:
    desk.call(QUEUE, also=[PHONE, OTHER], course={"rings": 4, "talks": 30, "taken_by": OTHER})
    desk.advance(60)
    (call,) = calls(desk)
    assert (call["result"], call["extension_id"], call["bridged_username"]) == (
        "bridged", QUEUE, "000*303",
    )  # fmt: skip
    shown = {one["extension_id"]: (one["result"], one["record_uuid"]) for one in call["cdr"]}
    (record,) = desk.records()
    assert shown == {
        QUEUE: ("answered", None),
        PHONE: ("answered elsewhere", None),
        OTHER: ("answered", record["record_uuid"]),
    }
    assert call["call_uuid"] == record["call_uuid"]


def test_a_call_is_in_progress_or_in_the_history(desk: Desk) -> None:
    call = desk.call(PHONE, course={"rings": 5, "talks": 10})
    path = f"/client/@me/call_history/{call['call']}"
    desk.advance(6)
    headers = desk.headers
    assert desk.control.http.get(f"/api/ver1.0{path}", headers=headers).status_code == 404
    desk.advance(20)
    assert desk.ask("GET", path)["call_uuid"] == call["call"].upper()
    assert desk.ask("GET", "/client/@me/current_calls/") == {"call_list": []}


def test_a_call_may_be_late_in_the_history_and_its_record_later(desk: Desk) -> None:
    course = {"rings": 5, "talks": 10, "listed_after": 60, "recorded_after": 300}
    made = desk.call(QUEUE, also=[PHONE, OTHER], course={**course, "taken_by": OTHER})
    desk.advance(16)
    assert desk.ask("GET", "/client/@me/current_calls/") == {"call_list": []}
    seen = []
    for seconds in (0, 59, 1, 239, 1, 600):
        desk.advance(seconds)
        seen.append((len(calls(desk)), len(legs(desk)), len(desk.records())))
    assert seen == [(0, 0, 0), (0, 0, 0), (1, 3, 0), (1, 3, 0), (1, 3, 1), (1, 3, 1)]
    (record,) = desk.records()
    shown = {one["extension_id"]: one["record_uuid"] for one in legs(desk)}
    assert shown == {QUEUE: None, PHONE: None, OTHER: record["record_uuid"]}
    assert calls(desk)[0]["call_uuid"] == made["call"].upper()
    assert desk.control.done("GET", "calls") == []


def test_late_records_come_to_a_call_of_a_snapshot_as_well(desk: Desk) -> None:
    desk.call(PHONE, course={"recorded_after": 300})
    desk.advance(60)
    desk.control.done("PUT", "snapshots/late")
    for _ in range(2):
        assert (len(calls(desk)), desk.records()) == (1, [])
        desk.advance(300)
        assert (len(calls(desk)), len(desk.records())) == (1, 1)
        desk.control.done("POST", "snapshots/late/load")


def test_a_voice_message_is_a_leg_without_a_record(desk: Desk) -> None:
    desk.control.done("POST", "voicemail", {"extension": PHONE, "at": "2026-03-02 11:00:00"})
    for _ in range(2):
        (call,) = calls(desk)
        assert (call["result"], call["bridged_time_gmt"]) == ("answered", None)
        assert (call["cdr"][0]["result"], call["cdr"][0]["record_uuid"]) == ("voicemail", None)
        desk.ask("DELETE", f"/client/@me/voicemail/?{RANGE}")


def test_calls_of_a_deleted_number_stay_with_the_client(desk: Desk) -> None:
    desk.call(PHONE, course={"talks": 10, "outcome": "busy"})
    desk.advance(20)
    before = calls(desk)
    desk.ask("DELETE", f"/client/@me/extension/{PHONE}")
    assert calls(desk) == before
    assert desk.ask("GET", f"/client/@me/calls/stats/?{RANGE}") == {
        "in": {"total": 1}, "out": {"total": 0},
    }  # fmt: skip
    path = f"/api/ver1.0/extension/{PHONE}/cdr/?{RANGE}"
    assert desk.control.http.get(path, headers=desk.headers).status_code == 404
