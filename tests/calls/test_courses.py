"""Calls in progress: their stages depend only on the course and the clock."""

from __future__ import annotations

import pytest

from calls.conftest import Desk
from support.receiver import Receiver
from support.server import Api

OUTSIDE = "+79990001001"
PHONE, OTHER, QUEUE = 31, 32, 34


def test_a_call_rings_is_taken_and_ends_as_the_clock_goes_on(desk: Desk) -> None:
    desk.call(PHONE, course={"rings": 5, "talks": 60}, **{"from": OUTSIDE})
    seen = []
    for seconds in (0, 4, 1, 59, 1):
        desk.advance(seconds)
        seen.append(desk.stages().get(PHONE, "gone"))
    assert seen == ["ringing", "ringing", "talking", "talking", "gone"]
    (record,) = desk.records()
    assert (record["result"], record["duration"], record["flow"]) == ("answered", 60, "in")
    assert (record["start_time_gmt"], record["hangup_time_gmt"]) == (
        "2026-03-02 12:00:05", "2026-03-02 12:01:05",
    )  # fmt: skip


def test_the_recording_of_a_call_is_as_long_as_the_call(desk: Desk) -> None:
    desk.call(PHONE, course={"talks": 60})
    desk.advance(61)
    (record,) = desk.records()
    length = len(desk.file_of(PHONE, record["record_uuid"]))
    assert length == record["record_file_size"]
    # 8 kbit/s, in frames of 72 bytes.
    assert abs(length - 60_000) <= 72


def test_of_phones_that_ring_together_one_takes_the_call(desk: Desk) -> None:
    call = desk.call(QUEUE, also=[PHONE, OTHER], course={"rings": 9})
    desk.advance(1)
    assert desk.stages() == {QUEUE: "talking", PHONE: "ringing", OTHER: "ringing"}
    desk.step(call, "refuse", extension=PHONE)
    assert desk.stages() == {QUEUE: "talking", PHONE: "ended", OTHER: "ringing"}
    desk.step(call, "answer")
    assert desk.stages()[OTHER] == "talking"


def test_a_step_that_is_not_possible_changes_nothing(desk: Desk) -> None:
    call = desk.call(PHONE, course={"rings": 9})
    path, before = f"calls/{call['call']}", desk.control.done("GET", "calls")
    for step in ({"do": "transfer", "to": "303"}, {"do": "answer", "extension": OTHER}):
        assert desk.control.refused("POST", path, step).startswith("400")
    desk.step(call, "answer")
    assert desk.control.refused("POST", path, {"do": "busy"}).startswith("400")
    assert desk.control.done("GET", "calls")[0]["began"] == before[0]["began"]


def test_a_call_that_is_handed_over_goes_on_at_the_other_number(desk: Desk) -> None:
    call = desk.call(PHONE, course={"talks": 60}, **{"from": OUTSIDE})
    desk.step(call, "answer")
    desk.advance(10)
    desk.step(call, "transfer", to="303")
    assert desk.stages() == {PHONE: "ended", OTHER: "ringing"}
    desk.advance(1)
    assert desk.stages() == {PHONE: "ended", OTHER: "talking"}
    desk.advance(60)
    assert [(one["extension_id"], one["duration"]) for one in desk.records()] == [
        (PHONE, 10), (OTHER, 60),
    ]  # fmt: skip


def test_a_snapshot_has_calls_and_what_they_have_yet_to_do(desk: Desk) -> None:
    desk.call(PHONE, course={"rings": 5, "talks": 60})
    desk.advance(2)
    desk.control.done("PUT", "snapshots/ringing")
    desk.advance(1800)
    desk.control.done("POST", "snapshots/ringing/load")
    assert desk.stages() == {PHONE: "ringing"}
    desk.advance(3)
    assert desk.stages() == {PHONE: "talking"}


def test_an_export_has_the_calls_in_progress_and_a_reset_ends_them(desk: Desk) -> None:
    desk.call(PHONE, course={"rings": 50})
    state = desk.control.done("GET", "state")
    desk.control.done("POST", "reset", {"keep": ["clock", "tokens"]})
    assert desk.stages() == {}
    assert desk.records() == []
    desk.control.done("PUT", "state", state)
    assert desk.stages() == {PHONE: "ringing"}


def test_the_course_of_the_next_callback_is_set_beforehand(desk: Desk) -> None:
    order = {"src_num": ["302"], "dst_num": OUTSIDE}
    desk.control.done("PUT", "callback-course", {"rings": 20, "outcome": "busy"})
    desk.ask("POST", "/extension/31/callback/", order)
    desk.advance(19)
    assert desk.stages() == {PHONE: "ringing"}
    desk.advance(1)
    assert desk.stages() == {}
    desk.ask("POST", "/extension/31/callback/", order)
    desk.advance(1)
    assert desk.stages() == {PHONE: "talking"}


@pytest.mark.parametrize(
    ("outcome", "result"),
    [("busy", "busy"), ("refused", "rejected"), ("not answered", "not answered")],
)
def test_a_callback_whose_target_takes_no_call_is_not_bridged(
    desk: Desk, receiver: Receiver, outcome: str, result: str
) -> None:
    desk.subscribe(PHONE, receiver.url, "hangup")
    desk.control.done("PUT", "callback-course", {"then_rings": 5, "then_outcome": outcome})
    order = desk.ask("POST", "/extension/31/callback/", {"src_num": ["302"], "dst_num": OUTSIDE})
    desk.advance(6)
    call = desk.ask("GET", f"/client/@me/call_history/{order['call_id']}")
    assert (call["result"], call["bridged_duration"]) == (result, None)
    (leg,) = call["cdr"]
    assert (leg["result"], leg["duration"], leg["record_uuid"]) == (result, 5, None)
    assert desk.records() == []
    (event,) = receiver.wait(1)
    status = {"busy": "BUSY", "rejected": "BUSY", "not answered": "NOANSWER"}[result]
    assert (event["CallStatus"], event.get("RecID")) == (status, None)


def test_a_callback_that_is_ended_before_its_target_answers_is_not_answered(desk: Desk) -> None:
    desk.control.done("PUT", "callback-course", {"then_rings": 50})
    order = desk.ask("POST", "/extension/31/callback/", {"src_num": ["302"], "dst_num": OUTSIDE})
    desk.advance(6)
    desk.ask("DELETE", f"/extension/31/current_calls/{order['call_api_id']}")
    call = desk.ask("GET", f"/client/@me/call_history/{order['call_id']}")
    assert (call["result"], call["bridged_duration"]) == ("not answered", None)


def test_a_callback_of_a_number_that_is_no_phone_names_the_id_of_the_path(admin: Api) -> None:
    order = {"src_num": ["302"], "dst_num": OUTSIDE}
    refused = admin.post(f"/extension/{QUEUE}/callback/", order)
    assert refused.status_code == 400
    assert refused.json()["message"] == "extension_id: 000*310 must be of type phone"


def test_a_callback_to_an_internal_number_that_is_not_there_fails(desk: Desk) -> None:
    order = desk.ask("POST", "/extension/31/callback/", {"src_num": ["302"], "dst_num": "999"})
    desk.advance(1)
    assert desk.stages() == {}
    call = desk.ask("GET", f"/client/@me/call_history/{order['call_id']}")
    assert (call["result"], call["duration"], call["bridged_duration"]) == ("failed", 0, None)
    assert [(one["extension_id"], one["result"]) for one in call["cdr"]] == [(PHONE, "failed")]
