"""Calls in progress: their stages depend only on the course and the clock."""

from __future__ import annotations

import pytest

from calls.conftest import Pbx
from support.receiver import Receiver
from support.server import Api

OUTSIDE = "+79990001001"
PHONE, OTHER, QUEUE = 31, 32, 34


def test_call_rings_is_answered_and_ends_by_the_clock(pbx: Pbx) -> None:
    pbx.call(PHONE, course={"rings": 5, "talks": 60}, **{"from": OUTSIDE})
    seen = []
    for seconds in (0, 4, 1, 59, 1):
        pbx.advance(seconds)
        seen.append(pbx.stages().get(PHONE, "gone"))
    assert seen == ["ringing", "ringing", "talking", "talking", "gone"]
    (record,) = pbx.records()
    assert (record["result"], record["duration"], record["flow"]) == ("answered", 60, "in")
    assert (record["start_time_gmt"], record["hangup_time_gmt"]) == (
        "2026-03-02 12:00:05", "2026-03-02 12:01:05",
    )  # fmt: skip


def test_recording_has_the_duration_of_the_call(pbx: Pbx) -> None:
    pbx.call(PHONE, course={"talks": 60})
    pbx.advance(61)
    (record,) = pbx.records()
    length = len(pbx.read_recording(PHONE, record["record_uuid"]))
    assert length == record["record_file_size"]
    # 8 kbit/s, in frames of 72 bytes.
    assert abs(length - 60_000) <= 72


def test_only_one_of_several_ringing_phones_answers(pbx: Pbx) -> None:
    call = pbx.call(QUEUE, also=[PHONE, OTHER], course={"rings": 9})
    pbx.advance(1)
    assert pbx.stages() == {QUEUE: "talking", PHONE: "ringing", OTHER: "ringing"}
    pbx.step(call, "refuse", extension=PHONE)
    assert pbx.stages() == {QUEUE: "talking", PHONE: "ended", OTHER: "ringing"}
    pbx.step(call, "answer")
    assert pbx.stages()[OTHER] == "talking"


def test_impossible_step_is_refused_and_changes_nothing(pbx: Pbx) -> None:
    call = pbx.call(PHONE, course={"rings": 9})
    path, before = f"calls/{call['call']}", pbx.control.done("GET", "calls")
    for step in ({"do": "transfer", "to": "303"}, {"do": "answer", "extension": OTHER}):
        assert pbx.control.refused("POST", path, step).startswith("400")
    pbx.step(call, "answer")
    assert pbx.control.refused("POST", path, {"do": "busy"}).startswith("400")
    assert pbx.control.done("GET", "calls")[0]["began"] == before[0]["began"]


def test_transferred_call_continues_at_the_other_number(pbx: Pbx) -> None:
    call = pbx.call(PHONE, course={"talks": 60}, **{"from": OUTSIDE})
    pbx.step(call, "answer")
    pbx.advance(10)
    pbx.step(call, "transfer", to="303")
    assert pbx.stages() == {PHONE: "ended", OTHER: "ringing"}
    pbx.advance(1)
    assert pbx.stages() == {PHONE: "ended", OTHER: "talking"}
    pbx.advance(60)
    assert [(one["extension_id"], one["duration"]) for one in pbx.records()] == [
        (PHONE, 10), (OTHER, 60),
    ]  # fmt: skip


def test_snapshot_restores_calls_in_progress(pbx: Pbx) -> None:
    pbx.call(PHONE, course={"rings": 5, "talks": 60})
    pbx.advance(2)
    pbx.control.done("PUT", "snapshots/ringing")
    pbx.advance(1800)
    pbx.control.done("POST", "snapshots/ringing/load")
    assert pbx.stages() == {PHONE: "ringing"}
    pbx.advance(3)
    assert pbx.stages() == {PHONE: "talking"}


def test_export_includes_calls_in_progress_and_reset_ends_them(pbx: Pbx) -> None:
    pbx.call(PHONE, course={"rings": 50})
    state = pbx.control.done("GET", "state")
    pbx.control.done("POST", "reset", {"keep": ["clock", "tokens"]})
    assert pbx.stages() == {}
    assert pbx.records() == []
    pbx.control.done("PUT", "state", state)
    assert pbx.stages() == {PHONE: "ringing"}


def test_course_of_the_next_callback_can_be_set(pbx: Pbx) -> None:
    order = {"src_num": ["302"], "dst_num": OUTSIDE}
    pbx.control.done("PUT", "callback-course", {"rings": 20, "outcome": "busy"})
    pbx.request("POST", "/extension/31/callback/", order)
    pbx.advance(19)
    assert pbx.stages() == {PHONE: "ringing"}
    pbx.advance(1)
    assert pbx.stages() == {}
    pbx.request("POST", "/extension/31/callback/", order)
    pbx.advance(1)
    assert pbx.stages() == {PHONE: "talking"}


@pytest.mark.parametrize(
    ("outcome", "result"),
    [("busy", "busy"), ("refused", "rejected"), ("not answered", "not answered")],
)
def test_callback_is_not_bridged_if_its_destination_does_not_answer(
    pbx: Pbx, receiver: Receiver, outcome: str, result: str
) -> None:
    pbx.subscribe(PHONE, receiver.url, "hangup")
    pbx.control.done("PUT", "callback-course", {"then_rings": 5, "then_outcome": outcome})
    order = pbx.request("POST", "/extension/31/callback/", {"src_num": ["302"], "dst_num": OUTSIDE})
    pbx.advance(6)
    call = pbx.request("GET", f"/client/@me/call_history/{order['call_id']}")
    assert (call["result"], call["bridged_duration"]) == (result, None)
    (leg,) = call["cdr"]
    assert (leg["result"], leg["duration"], leg["record_uuid"]) == (result, 5, None)
    assert pbx.records() == []
    (event,) = receiver.wait(1)
    status = {"busy": "BUSY", "rejected": "BUSY", "not answered": "NOANSWER"}[result]
    assert (event["CallStatus"], event.get("RecID")) == (status, None)


def test_callback_ended_before_its_destination_answers_is_not_answered(pbx: Pbx) -> None:
    pbx.control.done("PUT", "callback-course", {"then_rings": 50})
    order = pbx.request("POST", "/extension/31/callback/", {"src_num": ["302"], "dst_num": OUTSIDE})
    pbx.advance(6)
    pbx.request("DELETE", f"/extension/31/current_calls/{order['call_api_id']}")
    call = pbx.request("GET", f"/client/@me/call_history/{order['call_id']}")
    assert (call["result"], call["bridged_duration"]) == ("not answered", None)


def test_error_for_a_callback_of_a_queue_names_the_path_parameter(admin: Api) -> None:
    order = {"src_num": ["302"], "dst_num": OUTSIDE}
    refused = admin.post(f"/extension/{QUEUE}/callback/", order)
    assert refused.status_code == 400
    assert refused.json()["message"] == "extension_id: 000*310 must be of type phone"


def test_callback_to_an_unknown_internal_number_fails(pbx: Pbx) -> None:
    order = pbx.request("POST", "/extension/31/callback/", {"src_num": ["302"], "dst_num": "999"})
    pbx.advance(1)
    assert pbx.stages() == {}
    call = pbx.request("GET", f"/client/@me/call_history/{order['call_id']}")
    assert (call["result"], call["duration"], call["bridged_duration"]) == ("failed", 0, None)
    assert [(one["extension_id"], one["result"]) for one in call["cdr"]] == [(PHONE, "failed")]
