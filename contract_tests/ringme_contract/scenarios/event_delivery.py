"""The delivery of call events to subscribers."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, read_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.entries.made_entries import CLIENTS
from ringme_contract.event_receiver import Event, event_receiver
from ringme_contract.http.way_to_target import is_loopback
from ringme_contract.scenarios.call_time import again_if_late
from ringme_contract.scenarios.current_calls import (
    OUTSIDE,
    bare,
    names_of,
    phone,
    running_call,
)
from ringme_contract.scenarios.events import OF_ALL_PHONES, new_body, subscribe
from ringme_contract.scenarios.kept_calls import expect_kept
from ringme_contract.verdict import NotOffered

_WAIT = 15.0
# Seconds until most calls are picked up, and of a talk that is not rounded to 0.
_PICK_UP, _TALK = 3.0, 1.2
_SECRET = "key=contract%20kit"
# All that a form or a query has to escape.
_NAME = "+7 (999) Иванов & co; a=b%20"
_STAGES = ("dial-out", "answer", "hangup")
# Parameters of events of menus, transferred calls, and callbacks at another number.
_OF_OTHERS = ("Bridged", "Transfered", "RemoteNumber", "CallBackID")


def _receiver_host(kit: CheckContext) -> str:
    if kit.target.event_receiver:
        return kit.target.event_receiver
    if is_loopback(kit.target.url):
        return "127.0.0.1"
    raise NotOffered("the target file names no event_receiver")


def _types(events: list[Event]) -> list[str]:
    return [one.parameters.get("EventType", "") for one in events]


@check("event-delivery", uses=("events", "current_calls"), isolated=True)
@again_if_late
def a_call_is_told_of_from_beginning_to_end(kit: CheckContext) -> None:
    """A call that is ordered and ended: events by POST to one URL, their order and parameters.

    Each event goes to the subscriptions that exist at its time, at each number that rang.
    """
    with event_receiver(_receiver_host(kit)) as receiver:
        number, beside = phone(kit, caller_id_name=_NAME), phone(kit)
        url = f"{receiver.url}/told?{_SECRET}"
        for stage in _STAGES[:-1]:
            subscribe(kit, number["id"], url=url, event_type=stage)
        gone, last = (
            subscribe(kit, number["id"], url=f"{url}&old", method=method)["id"]
            for method in ("POST", "GET")
        )
        subscribe(kit, beside["id"], url=f"{url}&wiped")
        kit.expect(kit.client.delete(kit.path("event", extension=beside["id"])), 204)
        subscribe(kit, beside["id"], url=f"{url}&beside")
        both = [bare(number), bare(beside)]
        shown = running_call(kit, number, bare(phone(kit)), src_num=both)
        receiver.wait(_WAIT, lambda events: bool(events))
        path = kit.path("event", extension=number["id"])
        kit.expect(kit.client.delete(f"{path}{gone}"), 204)
        kit.expect(kit.client.put(f"{path}{last}", {"url": url, "method": "POST"}), 200)
        if "answer" in _types(receiver.wait(_PICK_UP, lambda some: "answer" in _types(some))):
            _expect_answered(kit, number, shown)
            time.sleep(_TALK)
        _end(kit, number, shown)
        call = expect_kept(kit, shown)
        every = receiver.wait(_WAIT, lambda events: _types(events).count("hangup") > 1)
    own = f"/told?{_SECRET}"
    rest = [(one.target, one.parameters.get("CallID")) for one in every if one.target != own]
    kit.expect_equal("other events", rest, [(f"{own}&beside", shown["call_id"])])
    events = [one for one in every if one.target == own]
    types = _types(events)
    got = [one for one in types if one != "answer"]
    kit.expect_equal("the types of the events, in order", got, ["dial-out", "hangup"])
    for event in events:
        _expect_form(kit, event, shown, number)
        if event.parameters["EventType"] == "answer":
            _expect_answered_then(kit, shown, int(event.parameters["EventTime"]))
    _expect_ends(kit, events[-1].parameters, call)
    if leg := _leg(call, events[-1].parameters):
        answered = leg["start_time_gmt"] is not None
        kit.expect_equal("the answer of a call is told", "answer" in types, answered)
    if "answer" in types:
        kit.expect_equal("the second event", types[1], "answer")
        began, ended = (int(one.parameters["EventTime"]) for one in (events[1], events[-1]))
        told = int(events[-1].parameters["Duration"])
        is_talk = abs(ended - began - told) < 1_000_000
        kit.expect_true("Duration is the time of the conversation in microseconds", is_talk, told)


def _expect_answered(kit: CheckContext, number: Item, shown: Item) -> None:
    path = kit.path("current_call", action="list_calls", extension=number["id"])
    found = kit.client.read(path)["call_list"]
    # The call may have ended by itself.
    for one in found if shown["call_id"] in [one["call_id"] for one in found] else ():
        at = one["answer_time_gmt"]
        kit.expect_true("an answered call has answer_time_gmt", at is not None, one)


def _expect_answered_then(kit: CheckContext, shown: Item, microseconds: int) -> None:
    """Fails if a call in progress was shown with another time of its answer."""
    told = datetime.fromtimestamp(microseconds / 1_000_000, UTC).replace(tzinfo=None)
    at = shown["answer_time_gmt"]
    what = f"answer_time_gmt {at} is the time of the answer, {told}"
    kit.expect_true(what, at is None or abs(read_datetime(at) - told) < SECOND, at)


def _end(kit: CheckContext, number: Item, shown: Item) -> None:
    path = kit.path("current_call", action="list_calls", extension=number["id"])
    response = kit.client.delete(f"{path}{shown['call_api_id']}")
    # The call may have ended by itself.
    if response.status_code != 404:
        kit.expect(response, 204)


def _expect_form(kit: CheckContext, event: Event, shown: Item, number: Item) -> None:
    kind = event.parameters.get("EventType")
    kit.expect_equal(f"method of {kind}", event.method, "POST")
    kit.expect_equal(f"target of {kind}", event.target, f"/told?{_SECRET}")
    kit.expect_equal(f"media type of {kind}", event.media_type, "application/x-www-form-urlencoded")
    expected: dict[str, Any] = {
        "CallID": shown["call_id"],
        "SubCallID": shown["subcall_id"],
        "CallAPIID": shown["call_api_id"],
        "CallFlow": "out",
        "CallerIDNum": number["name"],
        "CallerIDName": _NAME,
        "CalledNumber": shown["called_number"],
        "CallerExtensionID": str(number["id"]),
        "CallerExtension": f"{number['name']}@{number['domain']}",
    }
    got = {name: event.parameters.get(name) for name in expected}
    kit.expect_equal(f"parameters of {kind}", got, expected)
    empty = [name for name, value in event.parameters.items() if not value or name in _OF_OTHERS]
    kit.expect_equal(f"parameters of {kind} that have no value in this call", empty, [])
    time = event.parameters.get("EventTime", "")
    kit.expect_true(f"EventTime of {kind} is microseconds", len(time) == 16 and time.isdecimal())
    if kind != "hangup":
        status = "CALLING" if kind == "dial-out" else "ANSWER"
        kit.expect_equal(f"CallStatus of {kind}", event.parameters.get("CallStatus"), status)
        kit.expect_true(f"{kind} has no Duration", "Duration" not in event.parameters)


def _expect_ends(kit: CheckContext, parameters: dict[str, str], call: Item | None) -> None:
    """Fails unless a hangup says how the call ended, as the history has it."""
    duration = parameters.get("Duration", "")
    kit.expect_true("Duration of hangup is a number", duration.isdecimal(), duration)
    statuses = ("ANSWER", "BUSY", "NOANSWER", "CANCEL", "CONGESTION", "CHANUNAVAIL")
    status = parameters.get("CallStatus")
    kit.expect_true("CallStatus of hangup is one of its values", status in statuses, status)
    if leg := _leg(call, parameters):
        answered = leg["start_time_gmt"] is not None
        kit.expect_equal("hangup has the CallStatus ANSWER", status == "ANSWER", answered)
        kit.expect_equal("hangup has a Duration", int(duration) > 0, answered)
        record = leg["record_uuid"] and leg["record_uuid"].lower()
        kit.expect_equal("RecID of hangup", parameters.get("RecID"), record)


def _leg(call: Item | None, parameters: dict[str, str]) -> Item | None:
    """The leg of a call in the history that an event is about."""
    number, legs = parameters.get("CallerExtensionID"), call["cdr"] if call else []
    return next((one for one in legs if str(one["extension_id"]) == number), None)


@check("event-delivery", uses=("events", "current_calls"), isolated=True)
@again_if_late
def events_by_get_come_in_the_query(kit: CheckContext) -> None:
    """Added to the query of the URL, or as its query, with an empty body.

    Subscriptions for all phones get it too, of each phone that rings, also of a new one, but not
    those of another client. A call that is ended while it rings has an end as well. A redirect is
    not followed, and after an error nothing is sent again.
    """
    with event_receiver(_receiver_host(kit)) as receiver:
        receiver.statuses |= {"/a": 500, "/b": 307, "/end": 302}
        asked = {"method": "GET", "event_type": "dial-out"}
        clients = [one for one in CLIENTS if one in kit.target.identities]
        for identity in reversed(clients):
            body = new_body(url=f"{receiver.url}/c-{identity}", **asked)
            kit.factory.create(OF_ALL_PHONES, identity, **body)
        number, beside = phone(kit, caller_id_name=_NAME), phone(kit)
        for path in (f"/a?{_SECRET}", "/b"):
            subscribe(kit, number["id"], url=f"{receiver.url}{path}#part", **asked)
        subscribe(kit, number["id"], url=f"{receiver.url}/end", method="GET")
        both = [bare(number), bare(beside)]
        shown = running_call(kit, number, OUTSIDE, src_num=both)
        call = shown["call_id"]
        receiver.wait(_WAIT, lambda events: bool(events))
        _end(kit, number, shown)

        def told(events: list[Event]) -> list[Event]:
            # Subscriptions for all phones also get events of other calls.
            return [
                one
                for one in events
                if one.parameters.get("CallID") == call or not one.target.startswith("/c")
            ]

        events = told(receiver.wait(_WAIT, lambda events: len(told(events)) >= 5))
        got = sorted((one.target.partition("?")[0], one.method, one.body) for one in events)
        expected = [(path, "GET", "") for path in ("/a", "/b", "/c-client", "/c-client", "/end")]
        kit.expect_equal("what arrived", got, expected)
        legs = [one.parameters["SubCallID"] for one in events if one.target.startswith("/c")]
        kit.expect_equal("number of legs told of to all phones", len(set(legs)), 2)
        for event in events:
            query = parse_qsl(event.target.partition("?")[2], keep_blank_values=True)
            first = ("key", "contract kit") if event.target.startswith("/a") else query[0]
            kit.expect_equal(f"the beginning of {event.target[:60]}", query[0], first)
            same = {"CallID": call, "CalledNumber": OUTSIDE}
            kit.expect_properties("its parameters", event.parameters, same)
            is_beside = event.parameters.get("CallerExtensionID") == str(beside["id"])
            name, names = event.parameters.get("CallerIDName"), names_of(beside)
            is_named = name in names if is_beside else name == _NAME
            kit.expect_true("CallerIDName is the name of the caller", is_named, name)
            if event.target.startswith("/end"):
                kept = expect_kept(kit, shown)
                _expect_ends(kit, event.parameters, kept)
                if leg := _leg(kept, event.parameters):
                    kit.expect_equal("the number that was called", leg["to_username"], OUTSIDE)
