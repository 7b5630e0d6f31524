"""Events of calls: their subscribers, order and parameters."""

from __future__ import annotations

from calls.conftest import Pbx
from ringme_mock.calls.facts import views
from ringme_mock.delivery.attempt import encode, request_of
from support.operations import DOCUMENT
from support.receiver import Receiver

OUTSIDE = "+79990001001"
PHONE, OTHER, QUEUE = 31, 32, 34
ORDER = list(DOCUMENT["components"]["schemas"]["CallEvent"]["properties"])


def _numbers_and_types(events: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(one["SubCallID"].partition("-")[0], one["EventType"]) for one in events]


def test_event_parameters_equal_those_of_the_document() -> None:
    assert list(views()["event"]) == ORDER


def test_incoming_call_sends_dial_in_answer_and_hangup_events(pbx: Pbx, receiver: Receiver) -> None:
    pbx.subscribe(PHONE, receiver.url)
    pbx.call(PHONE, course={"rings": 5, "talks": 24}, did="74950000012", **{"from": OUTSIDE})
    pbx.advance(5)
    pbx.advance(24)
    dial, response, hangup = receiver.wait(3)
    assert [one["EventType"] for one in (dial, response, hangup)] == ["dial-in", "answer", "hangup"]
    assert [one["CallStatus"] for one in (dial, response, hangup)] == [
        "CALLING",
        "ANSWER",
        "ANSWER",
    ]
    assert {one["SubCallID"] for one in (dial, response, hangup)} == {dial["SubCallID"]}
    assert dial["CallFlow"] == "in"
    assert (dial["CallerIDNum"], dial["CalledNumber"]) == (OUTSIDE, "000*302")
    assert (dial["CalledDID"], dial["CalledExtensionID"]) == ("74950000012", "31")
    assert dial["CalledExtension"] == "000*302@sip.ringme.ru"
    assert not {"CallerExtension", "Duration", "RecID", "Bridged"} & dial.keys()
    assert hangup["Duration"] == "24000000"
    assert int(hangup["EventTime"]) - int(response["EventTime"]) == 24_000_000
    (record,) = pbx.records()
    assert hangup["RecID"].upper() == record["record_uuid"]
    assert hangup["CallID"].upper() == record["call_uuid"]
    assert list(hangup) == [name for name in ORDER if name in hangup]


def test_event_of_an_outgoing_call_has_the_number_as_caller(pbx: Pbx, receiver: Receiver) -> None:
    pbx.subscribe(PHONE, receiver.url)
    pbx.call(PHONE, to=OUTSIDE, course={"outcome": "busy"})
    pbx.advance(1)
    dial, hangup = receiver.wait(2)
    assert (dial["EventType"], dial["CallFlow"]) == ("dial-out", "out")
    assert (dial["CallerIDNum"], dial["CalledNumber"]) == ("000*302", OUTSIDE)
    assert dial["CallerExtensionID"] == "31"
    assert "CalledExtension" not in dial
    assert (hangup["CallStatus"], hangup["Duration"]) == ("BUSY", "0")
    assert "RecID" not in hangup


def test_phones_of_a_queue_get_their_own_events(pbx: Pbx, receiver: Receiver) -> None:
    for number in (PHONE, OTHER, QUEUE):
        pbx.subscribe(number, receiver.url)
    pbx.call(QUEUE, also=[PHONE, OTHER], course={"rings": 9, "talks": 20}, **{"from": OUTSIDE})
    pbx.advance(60)
    events = receiver.wait(7)
    assert sorted(_numbers_and_types(events)) == sorted(
        [
            ("34", "dial-in"), ("34", "hangup"), ("31", "dial-in"), ("31", "answer"),
            ("31", "hangup"), ("32", "dial-in"), ("32", "hangup"),
        ]
    )  # fmt: skip
    of = {(one["SubCallID"][:2], one["EventType"]): one for one in events}
    assert of["34", "hangup"]["Bridged"] == "yes"
    assert of["31", "dial-in"]["CallerExtension"] == "000*310@sip.ringme.ru"
    assert of["31", "answer"]["CallerIDName"] == OUTSIDE
    assert (of["32", "hangup"]["CallStatus"], of["32", "hangup"]["Duration"]) == ("CANCEL", "0")
    assert len({one["CallID"] for one in events}) == 1
    assert len({one["SubCallID"] for one in events}) == 3


def test_internal_call_sends_events_for_both_numbers(pbx: Pbx, receiver: Receiver) -> None:
    pbx.subscribe(PHONE, receiver.url)
    pbx.subscribe(OTHER, receiver.url)
    pbx.call(PHONE, to="303")
    pbx.advance(60)
    events = receiver.wait(6)
    of = {
        number: [kind for one, kind in _numbers_and_types(events) if one == number]
        for number in ("31", "32")
    }
    assert of == {
        "31": ["dial-out", "answer", "hangup"], "32": ["dial-in", "answer", "hangup"],
    }  # fmt: skip
    assert len({one["CallID"] for one in events}) == 1


def test_transfer_event_has_the_external_number(pbx: Pbx, receiver: Receiver) -> None:
    pbx.subscribe(OTHER, receiver.url)
    call = pbx.call(PHONE, **{"from": OUTSIDE})
    pbx.step(call, "answer")
    pbx.step(call, "transfer", to="303")
    (dial,) = receiver.wait(1)
    assert (dial["EventType"], dial["RemoteNumber"]) == ("dial-in", OUTSIDE)
    assert dial["CallerExtensionID"] == "31"


def test_number_and_client_subscriptions_each_get_the_event(pbx: Pbx, receiver: Receiver) -> None:
    body = {"url": f"{receiver.url}/all?key=1", "method": "GET", "event_type": "dial-in"}
    pbx.request("POST", "/client/@me/phone_events/", body)
    pbx.subscribe(PHONE, receiver.url, "dial-in")
    pbx.subscribe(QUEUE, receiver.url, "dial-in")
    pbx.call(QUEUE, also=[PHONE])
    pbx.advance(1)
    receiver.wait(3)
    got = sorted((method, target.partition("&")[0]) for method, target, _ in receiver.requests)
    assert got == [("GET", "/all?key=1"), ("POST", "/"), ("POST", "/")]


def test_event_parameters_are_form_encoded_after_the_query_of_the_url() -> None:
    parameters = {"CallerIDName": "Петров П. П.", "CalledNumber": "000*300"}
    encoded = (
        "CallerIDName=%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2+%D0%9F.+%D0%9F.&CalledNumber=000*300"
    )
    assert encode(parameters) == encoded
    url = "http://127.0.0.1/hook"
    assert request_of(f"{url}#part", "GET", parameters) == (f"{url}?{encoded}", None)
    assert request_of(f"{url}?k=1", "GET", parameters) == (f"{url}?k=1&{encoded}", None)
    assert request_of(f"{url}?k=1#part", "POST", parameters) == (f"{url}?k=1", encoded.encode())


def test_hangup_event_marks_a_transferred_outgoing_call(pbx: Pbx, receiver: Receiver) -> None:
    pbx.subscribe(PHONE, receiver.url)
    call = pbx.call(PHONE, to=OUTSIDE, course={"talks": 60})
    pbx.step(call, "answer")
    pbx.step(call, "transfer", to="303")
    dial, response, hangup = receiver.wait(3)
    assert not any("Transfered" in one for one in (dial, response))
    assert (hangup["EventType"], hangup["Transfered"]) == ("hangup", "yes")


def test_callback_destination_sees_the_phone_that_answered_as_caller(
    pbx: Pbx, receiver: Receiver
) -> None:
    pbx.subscribe(36, receiver.url, "dial-in")
    order = {"src_num": ["302", "303"], "dst_num": "320"}
    call = {"call": pbx.request("POST", "/extension/30/callback/", order)["call_id"]}
    pbx.step(call, "answer", extension=OTHER)
    (dial,) = receiver.wait(1)
    assert (dial["CallerExtensionID"], dial["CallerIDNum"]) == ("32", "000*303")
