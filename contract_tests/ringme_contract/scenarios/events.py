"""Subscriptions to events, and their delivery."""

from __future__ import annotations

import time
from itertools import product
from typing import Any
from urllib.parse import parse_qsl

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.entries.made_entries import CLIENTS
from ringme_contract.event_receiver import Event, event_receiver
from ringme_contract.http.way_to_target import is_loopback
from ringme_contract.scenarios.current_calls import bare, order_call, phone, running_call
from ringme_contract.verdict import NotOffered

URL = "http://127.0.0.1:9/events?from=contract"
_ODD_URL = "HTTP://USER@Contract.Invalid:80//A%2fb/../?Q=%20+1#F"
OF_ALL_PHONES = "phone_event"
# Types of events of a number with a voice menu.
_OF_A_MENU = ("dial-in", "hangup")
_WORKING = ("dial-in", "dial-out", "answer", "hangup", "message-in", "message-out", "voicemail")


def subscribe(kit: CheckContext, number: object, **keys: object) -> Item:
    """Subscribes to events of a number; by default with a POST to nowhere."""
    return kit.factory.create("event", within={"extension": number}, **_body(**keys))


def _body(**keys: object) -> Item:
    return {"url": URL, "method": "POST", "event_type": "hangup", **keys}


@check("event-types", uses=("events",), isolated=True)
def each_number_takes_the_types_that_it_has(kit: CheckContext) -> None:
    """A voice menu has two, others have all, in a creation and in an update.

    A phone that becomes a voice menu keeps its subscriptions.
    """
    client = kit.client
    types = ("phone", "queue", "fax", "ivr")
    *plain, menu = (kit.new_extension(type=one)["id"] for one in types)
    phone = plain[0]
    for number, kind in product(plain, _WORKING):
        subscribe(kit, number, event_type=kind)
    odd = subscribe(kit, phone, url=_ODD_URL)
    for one in (odd, client.read(kit.path("event", odd["id"], extension=phone))):
        kit.expect_equal("the URL of a subscription", one["url"], _ODD_URL)
    path = kit.path("event", extension=menu)
    changed = subscribe(kit, menu)
    for kind in _WORKING:
        if kind in _OF_A_MENU:
            subscribe(kit, menu, event_type=kind)
            continue
        for response in (
            client.post(path, _body(event_type=kind)),
            client.put(kit.path("event", changed["id"], extension=menu), {"event_type": kind}),
        ):
            message = kit.expect(response, 400).json()["message"]
            kit.expect_true("the message tells of ivr-type", "ivr-type" in message, message)
    kit.expect_equal("what a refused change has left", client.read(path)[0], changed)
    listing = kit.path("event", extension=phone)
    before = client.read(listing)
    kit.expect(client.put(kit.path("extension", phone), {"type": "ivr"}), 200)
    kit.expect_equal("what is left once the type is another", client.read(listing), before)


@check("event-types", uses=("events",), isolated=True)
def the_status_of_calls_is_for_all_phones_alone(kit: CheckContext) -> None:
    """It can be subscribed for all phones, not for one number; the spelling must be exact."""
    client, status = kit.client, "extension-call-status"
    kit.factory.create(OF_ALL_PHONES, **_body(event_type=status))
    number = kit.new_extension()["id"]
    path, one = kit.path("event", extension=number), subscribe(kit, number)
    for wrong in (
        {"event_type": status}, {"event_type": "Dial-In"}, {"method": "post"},
        {"url": "//127.0.0.1/events"}, {"url": "ftp://127.0.0.1/events"},
    ):  # fmt: skip
        kit.expect(client.post(path, _body(**wrong)), 400)
        kit.expect(client.put(f"{path}{one['id']}", wrong), 400)
    kit.expect_equal("what was subscribed", client.read(path), [one])


@check("event-null", uses=("events",), isolated=True)
def a_key_that_is_null_counts_as_not_sent(kit: CheckContext) -> None:
    """In an update of either kind; a creation then lacks the key."""
    client = kit.client
    number = kit.new_extension()["id"]
    one, other = subscribe(kit, number), kit.factory.create(OF_ALL_PHONES, **_body())
    for path, entry in (
        (kit.path("event", one["id"], extension=number), one),
        (kit.path(OF_ALL_PHONES, other["id"]), other),
    ):
        nothing = dict.fromkeys(("url", "method", "event_type"))
        for body, expected in ((nothing, entry), ({**nothing, "method": "GET"}, {"method": "GET"})):
            got = kit.expect(client.put(path, body), 200).json()
            kit.expect_equal(f"{path} after {body}", got, {**entry, **expected})
    kit.expect(client.post(kit.path("event", extension=number), _body(url=None)), 400)


@check("event-ids", uses=("events",))
def ids_of_both_kinds_are_counted_together(kit: CheckContext) -> None:
    """No two subscriptions have the same id, not even after a delete."""
    client, number, used = kit.client, kit.new_extension()["id"], set()
    for _ in range(2):
        newest = subscribe(kit, number)["id"]
        kit.expect(client.delete(kit.path("event", newest, extension=number)), 204)
        other = kit.factory.create(OF_ALL_PHONES, **_body())["id"]
        kit.expect(client.delete(kit.path(OF_ALL_PHONES, other)), 204)
        used |= {newest, other}
    kit.expect_equal("how many ids four new subscriptions have", len(used), 4)


@check("event-delete-all", uses=("events",))
def all_of_one_number_are_deleted_at_once(kit: CheckContext) -> None:
    """Those of other numbers and for all phones stay; none is found at another number."""
    client = kit.client
    number, beside = kit.new_extension()["id"], kit.new_extension()["id"]
    phones = kit.factory.create(OF_ALL_PHONES, **_body())
    mine = [subscribe(kit, number, event_type=kind) for kind in ("dial-in", "hangup", "hangup")]
    other = subscribe(kit, beside)
    path, elsewhere = kit.path("event", extension=number), kit.path("event", extension=beside)
    kit.expect_equal("the subscriptions of the number", client.read(path), mine)
    wrong = kit.path("event", mine[0]["id"], extension=beside)
    for response in (client.get(wrong), client.put(wrong, {}), client.delete(wrong)):
        kit.expect(response, 404, "event_not_found")
    for _ in range(2):
        kit.expect(client.delete(path), 204)
        kit.expect_equal("what is left of them", client.read(path), [])
    for one in mine:
        gone = kit.path("event", one["id"], extension=number)
        kit.expect(client.get(gone), 404, "event_not_found")
    kit.expect_equal("those of another number", client.read(elsewhere), [other])
    left = client.read(kit.path(OF_ALL_PHONES, phones["id"]))
    kit.expect_equal("those for all phones", left, phones)


_WAIT = 15.0
# Seconds until most calls are picked up, and of a talk that is not rounded to 0.
_PICK_UP, _TALK = 3.0, 1.2
_SECRET = "key=contract%20kit"
# All that a form or a query has to escape.
_NAME = "+7 (999) Иванов & co; a=b%20"
_STAGES = ("dial-out", "answer", "hangup")


def _receiver_host(kit: CheckContext) -> str:
    if kit.target.event_receiver:
        return kit.target.event_receiver
    if is_loopback(kit.target.url):
        return "127.0.0.1"
    raise NotOffered("the target file names no event_receiver")


def _types(events: list[Event]) -> list[str]:
    return [one.parameters.get("EventType", "") for one in events]


@check("event-delivery", uses=("events", "current_calls"), isolated=True)
def a_call_is_told_of_from_beginning_to_end(kit: CheckContext) -> None:
    """A call that is ordered and ended: events by POST to one URL, their order and parameters.

    The end is delivered to subscriptions that exist by then, at each number that rang.
    """
    with event_receiver(_receiver_host(kit)) as receiver:
        number, beside = phone(kit, caller_id_name=_NAME), phone(kit)
        url = f"{receiver.url}/told?{_SECRET}"
        for stage in _STAGES[:-1]:
            subscribe(kit, number["id"], url=url, event_type=stage)
        gone, last = (subscribe(kit, number["id"], url=f"{url}&old")["id"] for _ in range(2))
        subscribe(kit, beside["id"], url=f"{url}&beside")
        both = [bare(number), bare(beside)]
        shown = running_call(kit, number, bare(phone(kit)), src_num=both)
        receiver.wait(_WAIT, lambda events: bool(events))
        path = kit.path("event", extension=number["id"])
        kit.expect(kit.client.delete(f"{path}{gone}"), 204)
        kit.expect(kit.client.put(f"{path}{last}", {"url": url}), 200)
        if "answer" in _types(receiver.wait(_PICK_UP, lambda some: "answer" in _types(some))):
            time.sleep(_TALK)
        _end(kit, number, shown)
        every = receiver.wait(_WAIT, lambda events: _types(events).count("hangup") > 1)
    own = f"/told?{_SECRET}"
    rest = [(one.target, one.parameters.get("CallID")) for one in every if one.target != own]
    kit.expect_equal("what else is told", rest, [(f"{own}&beside", shown["call_id"])])
    events = [one for one in every if one.target == own]
    types = _types(events)
    got = [one for one in types if one != "answer"]
    kit.expect_equal("the types of the events, in order", got, ["dial-out", "hangup"])
    for event in events:
        _expect_form(kit, event, shown, number)
    _expect_ends(kit, events[-1].parameters)
    if "answer" in types:
        kit.expect_equal("the event between", types[1], "answer")
        began, ended = (int(one.parameters["EventTime"]) for one in (events[1], events[-1]))
        told = int(events[-1].parameters["Duration"])
        is_talk = abs(ended - began - told) < 1_000_000
        kit.expect_true("Duration is the microseconds of talk", is_talk, told)


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


@check("event-delivery", uses=("events", "current_calls"), isolated=True)
def events_by_get_come_in_the_query(kit: CheckContext) -> None:
    """Added to the query of the URL, or as its query, with an empty body.

    Subscriptions for all phones get it too, but not those of another client. A call that is ended
    while it rings has an end as well.
    """
    with event_receiver(_receiver_host(kit)) as receiver:
        number = phone(kit, caller_id_name=_NAME)
        asked = {"method": "GET", "event_type": "dial-out"}
        for path in (f"/a?{_SECRET}", "/b"):
            subscribe(kit, number["id"], url=f"{receiver.url}{path}#part", **asked)
        subscribe(kit, number["id"], url=f"{receiver.url}/end", method="GET")
        clients = [one for one in CLIENTS if one in kit.target.identities]
        for identity in reversed(clients):
            body = _body(url=f"{receiver.url}/c-{identity}", **asked)
            kit.factory.create(OF_ALL_PHONES, identity, **body)
        call = order_call(kit, number, bare(phone(kit)))
        receiver.wait(_WAIT, lambda events: bool(events))
        _end(kit, number, {"call_api_id": call})

        def told(events: list[Event]) -> list[Event]:
            # Subscriptions for all phones also get events of other calls.
            return [
                one
                for one in events
                if one.parameters.get("CallID") == call or not one.target.startswith("/c")
            ]

        events = told(receiver.wait(_WAIT, lambda events: len(told(events)) >= 4))
        got = sorted((one.target.partition("?")[0], one.method, one.body) for one in events)
        expected = [(path, "GET", "") for path in ("/a", "/b", "/c-client", "/end")]
        kit.expect_equal("what arrived", got, expected)
        for event in events:
            query = parse_qsl(event.target.partition("?")[2], keep_blank_values=True)
            first = ("key", "contract kit") if event.target.startswith("/a") else query[0]
            kit.expect_equal(f"the beginning of {event.target[:60]}", query[0], first)
            names = {"CallID": call, "CallerIDName": _NAME}
            kit.expect_properties("its parameters", event.parameters, names)
