"""Subscriptions to events: their types, their ids, and the two kinds of them side by side."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item

URL = "http://127.0.0.1:9/events?from=contract"
OF_ALL_PHONES = "phone_event"
# What a number has that answers calls by a voice menu.
_OF_A_MENU = ("dial-in", "hangup")
_WORKING = ("dial-in", "dial-out", "answer", "hangup", "message-in", "message-out", "voicemail")


def subscribe(kit: CheckContext, number: object, **keys: object) -> Item:
    """Subscribes to events of a number, with a POST to nowhere unless `keys` say otherwise."""
    return kit.factory.create("event", within={"extension": number}, **_body(**keys))


def _body(**keys: object) -> Item:
    return {"url": URL, "method": "POST", "event_type": "hangup", **keys}


@check("event-types", layer="scenarios", uses=("events",), isolated=True)
def each_number_takes_the_types_that_it_has(kit: CheckContext) -> None:
    """A phone all of them, a voice menu two, by a new subscription and by a changed one."""
    client = kit.caller("client")
    phone, menu = kit.new_extension()["id"], kit.new_extension(type="ivr")["id"]
    for kind in _WORKING:
        subscribe(kit, phone, event_type=kind)
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


@check("event-types", layer="scenarios", uses=("events",), isolated=True)
def the_status_of_calls_is_for_all_phones_alone(kit: CheckContext) -> None:
    """It can be subscribed for all phones, and not for one number; no other spelling is known."""
    client, status = kit.caller("client"), "extension-call-status"
    kit.factory.create(OF_ALL_PHONES, **_body(event_type=status))
    path = kit.path("event", extension=kit.new_extension()["id"])
    for body in (
        _body(event_type=status),
        _body(event_type="Dial-In"),
        _body(method="post"),
        _body(url="//127.0.0.1/events"),
        _body(url="ftp://127.0.0.1/events"),
    ):
        kit.expect(client.post(path, body), 400)
    kit.expect_equal("what was subscribed", client.read(path), [])


@check("event-null", layer="scenarios", uses=("events",), isolated=True)
def a_key_that_is_null_counts_as_not_sent(kit: CheckContext) -> None:
    """In a change of either kind; a new subscription lacks it then."""
    client = kit.caller("client")
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


@check("event-ids", layer="scenarios", uses=("events",))
def ids_of_both_kinds_are_counted_together(kit: CheckContext) -> None:
    """No two subscriptions have the same, not even after a delete."""
    client, number = kit.caller("client"), kit.new_extension()["id"]
    used = []
    for _ in range(2):
        newest = subscribe(kit, number)["id"]
        kit.expect(client.delete(kit.path("event", newest, extension=number)), 204)
        other = kit.factory.create(OF_ALL_PHONES, **_body())["id"]
        kit.expect(client.delete(kit.path(OF_ALL_PHONES, other)), 204)
        used += [newest, other]
    kit.expect_equal("how many ids four new subscriptions have", len(set(used)), 4)


@check("event-delete-all", layer="scenarios", uses=("events",))
def all_of_one_number_are_deleted_at_once(kit: CheckContext) -> None:
    """Those of other numbers and those for all phones stay, which are in the list of no number."""
    client = kit.caller("client")
    number, beside = kit.new_extension()["id"], kit.new_extension()["id"]
    phones = kit.factory.create(OF_ALL_PHONES, **_body())
    mine = [subscribe(kit, number, event_type=kind) for kind in ("dial-in", "hangup", "hangup")]
    other = subscribe(kit, beside)
    path = kit.path("event", extension=number)
    kit.expect_equal("the subscriptions of the number", client.read(path), mine)
    for _ in range(2):
        kit.expect(client.delete(path), 204)
        kit.expect_equal("what is left of them", client.read(path), [])
    for one in mine:
        kit.expect(
            client.get(kit.path("event", one["id"], extension=number)), 404, "event_not_found"
        )
    kit.expect_equal(
        "those of another number", client.read(kit.path("event", extension=beside)), [other]
    )
    kit.expect_equal(
        "those for all phones", client.read(kit.path(OF_ALL_PHONES, phones["id"])), phones
    )
