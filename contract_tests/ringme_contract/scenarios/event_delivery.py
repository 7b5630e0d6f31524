"""Events of a call as they arrive at a receiver of the kit's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.event_receiver import Event, event_receiver
from ringme_contract.http.addresses import is_loopback
from ringme_contract.scenarios.current_calls import bare, order_call, phone, running_call
from ringme_contract.scenarios.event_subscriptions import subscribe
from ringme_contract.verdict import NotOffered

_WAIT = 15.0
_SECRET = "key=contract%20kit"
_STAGES = ("dial-out", "answer", "hangup")


def _receiver_host(kit: CheckContext) -> str:
    if kit.target.event_receiver:
        return kit.target.event_receiver
    if is_loopback(kit.target.url):
        return "127.0.0.1"
    raise NotOffered("the target file names no event_receiver")


def _types(events: list[Event]) -> list[str]:
    return [one.parameters.get("EventType", "") for one in events]


@check("event-delivery", layer="scenarios", uses=("events", "current_calls"), isolated=True)
def a_call_is_told_of_from_beginning_to_end(kit: CheckContext) -> None:
    """An ordered call that is ended: what arrives by POST at one URL, in which order, with what."""
    with event_receiver(_receiver_host(kit)) as receiver:
        number = phone(kit)
        url = f"{receiver.url}/told?{_SECRET}"
        for stage in _STAGES:
            subscribe(kit, number["id"], url=url, event_type=stage)
        shown = running_call(kit, number, bare(phone(kit)))
        receiver.wait(_WAIT, lambda events: bool(events))
        _end(kit, number, shown)
        events = receiver.wait(_WAIT, lambda events: "hangup" in _types(events))
        got = [one for one in _types(events) if one != "answer"]
        kit.expect_equal("the types of the events, in order", got, ["dial-out", "hangup"])
        if "answer" in _types(events):
            kit.expect_equal("the event between", _types(events)[1], "answer")
        for event in events:
            _expect_form(kit, event, shown, number)
        _expect_ends(kit, events[-1].parameters)


def _end(kit: CheckContext, number: Item, shown: Item) -> None:
    path = kit.path("current_call", action="list_calls", extension=number["id"])
    kit.expect(kit.caller("client").delete(f"{path}{shown['call_api_id']}"), 204)


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
        "CallerExtensionID": str(number["id"]),
        "CallerExtension": f"{number['name']}@{number['domain']}",
    }
    got = {name: event.parameters.get(name) for name in expected}
    kit.expect_equal(f"parameters of {kind}", got, expected)
    empty = [name for name, value in event.parameters.items() if not value]
    kit.expect_equal(f"parameters of {kind} without a value", empty, [])
    time = event.parameters.get("EventTime", "")
    kit.expect_true(f"EventTime of {kind} is microseconds", len(time) == 16 and time.isdecimal())
    if kind != "hangup":
        status = "CALLING" if kind == "dial-out" else "ANSWER"
        kit.expect_equal(f"CallStatus of {kind}", event.parameters.get("CallStatus"), status)
        kit.expect_true(f"{kind} has no Duration", "Duration" not in event.parameters)


def _expect_ends(kit: CheckContext, parameters: dict[str, str]) -> None:
    duration = parameters.get("Duration", "")
    kit.expect_true("Duration of hangup is a number", duration.isdecimal(), duration)
    statuses = ("ANSWER", "BUSY", "NOANSWER", "CANCEL", "CONGESTION", "CHANUNAVAIL")
    status = parameters.get("CallStatus")
    kit.expect_true("CallStatus of hangup is one of its values", status in statuses, status)


@check("event-delivery", layer="scenarios", uses=("events", "current_calls"), isolated=True)
def events_by_get_come_in_the_query(kit: CheckContext) -> None:
    """Behind the query that the URL has, or as its query; nothing is in the body."""
    with event_receiver(_receiver_host(kit)) as receiver:
        number = phone(kit)
        for path in (f"/a?{_SECRET}", "/b"):
            body = {"url": f"{receiver.url}{path}#part", "method": "GET", "event_type": "dial-out"}
            subscribe(kit, number["id"], **body)
        call = order_call(kit, number, bare(phone(kit)))
        events = receiver.wait(_WAIT, lambda events: len(events) >= 2)
        got = sorted((one.target.partition("?")[0], one.method, one.body) for one in events)
        kit.expect_equal("what arrived", got, [("/a", "GET", ""), ("/b", "GET", "")])
        for event in events:
            query = parse_qsl(event.target.partition("?")[2], keep_blank_values=True)
            first = ("key", "contract kit") if event.target.startswith("/a") else query[0]
            kit.expect_equal(f"the beginning of {event.target[:60]}", query[0], first)
            kit.expect_equal("its CallID", event.parameters.get("CallID"), call)
