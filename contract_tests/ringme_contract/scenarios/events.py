"""Subscriptions to events."""

from __future__ import annotations

from itertools import product

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.entries.made_entries import CLIENTS

URL = "http://127.0.0.1:9/events?from=contract"
_ODD_URL = "HTTP://USER:Pass@Contract.Invalid:80//A%2fb/../?Q=%20+1#F"
OF_ALL_PHONES = "phone_event"
# Types of events of a number with a voice menu.
_OF_A_MENU = ("dial-in", "hangup")
_WORKING = ("dial-in", "dial-out", "answer", "hangup", "message-in", "message-out", "voicemail")


def subscribe(kit: CheckContext, number: object, **keys: object) -> Item:
    """Subscribes to events of a number; by default with a POST to nowhere."""
    return kit.factory.create("event", within={"extension": number}, **new_body(**keys))


def new_body(**keys: object) -> Item:
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
            client.post(path, new_body(event_type=kind)),
            client.put(kit.path("event", changed["id"], extension=menu), {"event_type": kind}),
        ):
            message = kit.expect(response, 400).json()["message"]
            kit.expect_true("the message names ivr-type", "ivr-type" in message, message)
    kit.expect_equal("the subscription after a refused change", client.read(path)[0], changed)
    listing = kit.path("event", extension=phone)
    before = client.read(listing)
    kit.expect(client.put(kit.path("extension", phone), {"type": "ivr"}), 200)
    kit.expect_equal("the subscription after its type was changed", client.read(listing), before)


@check("event-types", uses=("events",), isolated=True)
def the_status_of_calls_is_for_all_phones_alone(kit: CheckContext) -> None:
    """It can be subscribed for all phones, not for one number; the spelling must be exact."""
    client, status = kit.client, "extension-call-status"
    kit.factory.create(OF_ALL_PHONES, **new_body(event_type=status))
    number = kit.new_extension()["id"]
    path, one = kit.path("event", extension=number), subscribe(kit, number)
    for wrong in (
        {"event_type": status}, {"event_type": "Dial-In"}, {"method": "post"},
        {"url": "//127.0.0.1/events"}, {"url": "ftp://127.0.0.1/events"},
    ):  # fmt: skip
        kit.expect(client.post(path, new_body(**wrong)), 400)
        kit.expect(client.put(f"{path}{one['id']}", wrong), 400)
    kit.expect_equal("what was subscribed", client.read(path), [one])


@check("event-null", uses=("events",), isolated=True)
def a_key_that_is_null_counts_as_not_sent(kit: CheckContext) -> None:
    """In an update of either kind; a creation then lacks the key."""
    client = kit.client
    number = kit.new_extension()["id"]
    one, other = subscribe(kit, number), kit.factory.create(OF_ALL_PHONES, **new_body())
    for path, entry in (
        (kit.path("event", one["id"], extension=number), one),
        (kit.path(OF_ALL_PHONES, other["id"]), other),
    ):
        nothing = dict.fromkeys(("url", "method", "event_type"))
        for body, expected in ((nothing, entry), ({**nothing, "method": "GET"}, {"method": "GET"})):
            got = kit.expect(client.put(path, body), 200).json()
            kit.expect_equal(f"{path} after {body}", got, {**entry, **expected})
    kit.expect(client.post(kit.path("event", extension=number), new_body(url=None)), 400)


@check("event-ids", uses=("events",))
def ids_of_both_kinds_are_counted_together(kit: CheckContext) -> None:
    """No two subscriptions have the same id, not even after a delete."""
    client, number, used = kit.client, kit.new_extension()["id"], set()
    for _ in range(2):
        newest = subscribe(kit, number)["id"]
        kit.expect(client.delete(kit.path("event", newest, extension=number)), 204)
        other = kit.factory.create(OF_ALL_PHONES, **new_body())["id"]
        kit.expect(client.delete(kit.path(OF_ALL_PHONES, other)), 204)
        used |= {newest, other}
    kit.expect_equal("number of different ids of four new subscriptions", len(used), 4)


@check("event-delete-all", uses=("events",))
def all_of_one_number_are_deleted_at_once(kit: CheckContext) -> None:
    """Those of other numbers and for all phones stay; none is found at another number."""
    client = kit.client
    number, beside = kit.new_extension()["id"], kit.new_extension()["id"]
    *_, phones = (
        kit.factory.create(OF_ALL_PHONES, one, **new_body())
        for one in reversed(CLIENTS)
        if one in kit.target.identities
    )
    mine = [subscribe(kit, number, event_type=kind) for kind in ("dial-in", "hangup", "hangup")]
    other = subscribe(kit, beside)
    path, elsewhere = kit.path("event", extension=number), kit.path("event", extension=beside)
    kit.expect_equal("the subscriptions of the number", client.read(path), mine)
    wrong = kit.path("event", mine[0]["id"], extension=beside)
    of_phones = kit.path("event", phones["id"], extension=beside)
    of_number = kit.path(OF_ALL_PHONES, mine[0]["id"])
    for response in (
        client.get(wrong), client.put(wrong, {}), client.delete(wrong), client.get(of_phones),
        client.get(of_number),
    ):  # fmt: skip
        kit.expect(response, 404, "event_not_found")
    every = [one["id"] for one in client.read(kit.path(OF_ALL_PHONES))]
    others = [one["id"] for one in mine if one["id"] in every]
    kit.expect_equal("subscriptions of the number among those for all phones", others, [])
    for _ in range(2):
        kit.expect(client.delete(path), 204)
        kit.expect_equal("the subscriptions after all were deleted", client.read(path), [])
    for one in mine:
        gone = kit.path("event", one["id"], extension=number)
        kit.expect(client.get(gone), 404, "event_not_found")
    kit.expect_equal("those of another number", client.read(elsewhere), [other])
    left = client.read(kit.path(OF_ALL_PHONES, phones["id"]))
    kit.expect_equal("those for all phones", left, phones)
