"""The call history: calls, their legs and records, as views of the same calls."""

from __future__ import annotations

from typing import Any

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, read_datetime, whole_second
from ringme_contract.entries.factories import Item
from ringme_contract.lists import lists_with, read_list
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    RECORD,
    Items,
    between,
    fetch,
    section_of_number,
)
from ringme_contract.verdict import NotOffered, NotReached
from ringme_spec.operations import Operation

CALLS, LEGS = "call", "leg"


def _lists(kit: CheckContext, collection: str) -> list[Operation]:
    """The client's lists of a collection. Raises NotOffered without any."""
    found = lists_with(kit, owner=kit.roles.clients, collection=collection)
    kit.need_offered(found, f"the document has no list of a {collection} of a client")
    return found


def legs_of_calls(kit: CheckContext, **query: Any) -> list[Item]:
    return read_list(kit, kit.client, _lists(kit, LEGS)[0], **query)


def calls_with_legs(kit: CheckContext, **query: Any) -> list[Item]:
    """The calls of the client with their legs. Raises NotReached without any."""
    listing = next((one for one in _lists(kit, CALLS) if "cdr" in one.response_properties), None)
    if listing is None:
        raise NotOffered("no list of calls has their legs")
    found = read_list(kit, kit.client, listing, **query)
    kit.need(found, "the client has no calls in the target's range")
    return found


@check("call-legs", writes=False, smoke=True)
def a_call_has_the_legs_that_the_list_of_legs_has(kit: CheckContext) -> None:
    """All calls of the client in the target's range, except legs outside the range."""
    first, last = kit.target.range
    by_call: dict[str, list[Item]] = {}
    for leg in legs_of_calls(kit, order="asc"):
        by_call.setdefault(leg.pop("call_uuid"), []).append(leg)
    for call in calls_with_legs(kit, order="asc"):
        uuid, legs = call["call_uuid"], call["cdr"]
        own = by_call.pop(uuid, [])
        within = [leg for leg in legs if leg["init_time_gmt"] <= last]
        kit.expect_equal(f"number of legs of call {uuid}", len(within), len(own))
        for shown, leg in zip(within, own, strict=True):
            kit.expect_equal(f"a leg of call {uuid}", *_shared(shown, leg))
        order = [(leg["init_time_gmt"], leg["extension_id"]) for leg in legs]
        kit.expect_equal(f"the order of the legs of call {uuid}", order, sorted(order))
    # The remaining calls began before the range.
    for uuid in list(by_call)[:3]:
        started = _call(kit, uuid)["init_time_gmt"]
        kit.expect_true(f"call {uuid} of a leg began before", started < first, started)


def _shared(one: Item, other: Item) -> tuple[Item, Item]:
    """Both with only the properties that they share."""
    names = [name for name in one if name in other]
    return {name: one[name] for name in names}, {name: other[name] for name in names}


def _call(kit: CheckContext, uuid: str) -> Item:
    found: Item = kit.client.read(kit.path(CALLS, uuid, "read"))
    return found


@check("call-legs", writes=False, smoke=True)
def every_view_shows_the_same_calls(kit: CheckContext) -> None:
    """The lists with and without legs in either order, and some calls read alone."""
    calls: list[Item] = []
    for order in ("asc", "desc"):
        calls = calls_with_legs(kit, order=order)
        for listing in _lists(kit, CALLS):
            brief = read_list(kit, kit.client, listing, order=order)
            if "cdr" not in listing.response_properties:
                kit.expect_true(f"{listing.id} has no legs", not any("cdr" in one for one in brief))
            kit.expect_equal(f"number of calls in {listing.id}", len(brief), len(calls))
            for shown, call in zip(brief, calls, strict=True):
                kit.expect_equal(f"a call of {listing.id} {order}", *_shared(shown, call))
    if kit.path.find(CALLS, "read", [CALLS]) is None:
        return
    many = sorted(calls, key=lambda one: -len(one["cdr"]))
    known = {one["id"] for one in kit.factory.read(kit.roles.numbers)}
    # Of a number that is deleted.
    gone = [one for one in calls if one["extension_id"] not in known]
    for call in (*many[:3], *many[-2:], *gone[:1]):
        for form in (call["call_uuid"], call["call_uuid"].lower()):
            kit.expect_equal(f"call {form} read on its own", _call(kit, form), call)


@check("call-values", writes=False, smoke=True)
def a_call_is_what_its_legs_make_of_it(kit: CheckContext) -> None:
    """Times, result and number of each call of the range, computed from its legs."""
    for call in calls_with_legs(kit):
        expected = values_of(call["cdr"])
        kit.expect_properties(f"call {call['call_uuid']}", call, expected)


@check("group-media-by-membership", uses=("call_history",))
def calls_stay_as_they_were_when_their_number_moves(kit: CheckContext) -> None:
    """Calls and legs keep the group that their number was in at the time."""
    legs, calls = legs_of_calls(kit), calls_with_legs(kit)
    numbers = {one["extension_id"] for one in legs}
    found = [one["id"] for one in kit.factory.read(kit.roles.numbers) if one["id"] in numbers]
    kit.need(found, "no number of the client has a leg in the target's range")
    kit.place(found[0], kit.new_group()["id"])
    kit.expect_equal("the legs once a number has moved", legs_of_calls(kit), legs)
    kit.expect_equal("the calls", calls_with_legs(kit), calls)


@check("call-missing", writes=False)
def a_call_of_nobody_or_of_another_client_is_missing(kit: CheckContext) -> None:
    """404, with the error code of calls."""
    keys = ["0" * 32]
    if "other_client" in kit.target.identities:
        theirs = read_list(kit, kit.caller("other_client"), _lists(kit, CALLS)[0])
        keys += [one["call_uuid"] for one in theirs[:2]]
    word = kit.contract.collections[CALLS].missing
    for key in keys:
        kit.expect(kit.client.get(kit.path(CALLS, key, "read")), 404, word)


@check("leg-records", writes=False, smoke=True)
def each_record_is_that_of_one_leg(kit: CheckContext) -> None:
    """The records of the client against its legs with a record, property by property."""
    (listing, *_) = lists_with(kit, owner=kit.roles.clients, collection=RECORD)
    records = {one["record_uuid"]: one for one in read_list(kit, kit.client, listing)}
    legs = [one for one in legs_of_calls(kit) if one["record_uuid"] is not None]
    # A record of several legs would be there twice.
    keys = sorted(one["record_uuid"] for one in legs)
    kit.expect_equal("the records of the legs", keys, sorted(records))
    for leg in legs:
        what = f"what record {leg['record_uuid']} and its leg both show"
        kit.expect_equal(what, *_shared(leg, records[leg["record_uuid"]]))
    kit.need(legs, "no leg of the client has a record in the target's range")


@check("leg-records", writes=False)
def the_url_of_a_leg_serves_its_record(kit: CheckContext) -> None:
    """Some legs with a record; legs without one have no URL."""
    legs = legs_of_calls(kit)
    plain = [one for one in legs if one["record_uuid"] is None]
    wrong = [one for one in plain if "storage_url" in one or one["record_file_size"] is not None]
    kit.expect_equal("legs without a record that have a storage_url or a size", wrong, [])
    told = [one for one in legs if "storage_url" in one]
    kit.need(told, "no leg has a storage_url")
    for leg in told[:2]:
        size = len(kit.expect(fetch(kit, leg["storage_url"]), 200).content)
        kit.expect_equal(f"bytes at {leg['storage_url']}", size, leg["record_file_size"])


@check("call-number", writes=False)
def a_number_finds_the_calls_in_which_it_has_a_leg(kit: CheckContext) -> None:
    """The number of a leg that is not the first of its call, and 0, which does not filter."""
    calls = calls_with_legs(kit)
    inner = [number for one in calls for number in _numbers(one)[1:]]
    for listing in _lists(kit, CALLS):
        for number in (0, *list(dict.fromkeys(inner))[:2]):
            got = read_list(kit, kit.client, listing, extension_id=number)
            expected = [one for one in calls if number in (0, *_numbers(one))]
            kit.expect_equal(f"{listing.id} with number {number}", _uuids(got), _uuids(expected))
    kit.need(inner, "no call has several legs")


def _numbers(call: Item) -> list[int]:
    return [leg["extension_id"] for leg in call["cdr"]]


def _uuids(calls: list[Item]) -> list[str]:
    return [one["call_uuid"] for one in calls]


_OWN = ("record_uuid", "record_file_size")


@check(
    "record-delete-keeps-call",
    uses=("record", "call_history"),
    deletes_recorded_items=True,
    smoke=True,
)
def a_call_outlasts_its_record(kit: CheckContext) -> None:
    """One record is deleted by its id and, if there are enough, one with a range."""
    records = Items(kit, RECORD)
    number, items = records.numbers()[0]
    _delete(kit, items[-1], records.path(CLIENT, items[-1][records.key], "delete"))
    if len(items) < 2 or not records.has_more_than_spared():
        return
    section = section_of_number(number)
    for item in reversed(items[:-1]):
        at = whole_second(records.moment(item))
        bounds = between(at, at + SECOND)
        if records.read(section, **bounds) == [item]:
            _delete(kit, item, records.path(section, action="delete_range"), **bounds)
            return
    raise NotReached(f"no second of {section} has just one record")


def _delete(kit: CheckContext, item: Item, path: str, **query: str) -> None:
    calls, legs = calls_with_legs(kit), legs_of_calls(kit)
    key = item["record_uuid"]
    own = [one for one in calls if key in [leg["record_uuid"] for leg in one["cdr"]]]
    alone = [one["call_uuid"] for one in own] if kit.path.find(CALLS, "read", [CALLS]) else []
    # What was read before must not come from a cache.
    got = [_call(kit, uuid) for uuid in alone]
    kit.expect_equal("its call read on its own", got, own[: len(alone)])
    kit.expect(kit.client.delete(path, **query), 204)
    what = f"after DELETE {path}"
    expected = [_without(one, item) for one in legs]
    kit.expect_equal(f"the legs {what}", legs_of_calls(kit), expected)
    for call in calls:
        call["cdr"] = [_without(one, item) for one in call["cdr"]]
    kit.expect_equal(f"the calls {what}", calls_with_legs(kit), calls)
    got = [_call(kit, uuid) for uuid in alone]
    kit.expect_equal(f"its call read on its own {what}", got, own[: len(alone)])


def _without(leg: Item, record: Item) -> Item:
    """The leg as it has to be after its record is deleted."""
    if leg["record_uuid"] != record["record_uuid"]:
        return leg
    left = {name: value for name, value in leg.items() if name != "storage_url"}
    return {**left, **dict.fromkeys(_OWN)}


_OF_FIRST = (
    "init_time_gmt", "extension_id", "extension_name", "extension_type",
    "extension_group_owner_id", "client_owner_id", "from_username", "from_domain",
    "from_screen_name", "to_username", "to_domain", "did_number", "did_domain",
)  # fmt: skip
_OF_LAST = ("hangup_cause", "hangup_disposition")
_PICKED_UP = ("answered", "voicemail")


def values_of(legs: list[Item]) -> Item:
    """The properties of a call with these legs, which are in order."""
    first, last = legs[0], max(legs, key=lambda one: read_datetime(one["hangup_time_gmt"]))
    last_end = last["hangup_time_gmt"]
    taken = _first([one for one in legs if one["result"] in _PICKED_UP])
    phones = [one for one in legs if one["extension_type"] == "phone"]
    bridged = _first([one for one in phones if one["result"] == "answered"])
    found = {name: first[name] for name in _OF_FIRST}
    if first["flow"] != "transfer":
        found["flow"] = first["flow"]
    if bridged or taken:
        found["result"] = "bridged" if bridged else "answered"
    # Of several legs that end in the same second, any may be the last.
    if len([one for one in legs if one["hangup_time_gmt"] == last_end]) == 1:
        found |= {name: last[name] for name in _OF_LAST}
        if not taken:
            found["result"] = last["result"].replace("answered elsewhere", "not answered")
    start = taken["start_time_gmt"] if taken else None
    begin = bridged["start_time_gmt"] if bridged else None
    return {
        **found,
        "hangup_time_gmt": last_end,
        "start_time_gmt": start,
        "duration": _seconds(start, last_end) or 0,
        "bridged_time_gmt": begin,
        "bridged_username": bridged["dest_number"] if bridged else None,
        "bridged_domain": bridged["dest_domain"] if bridged else None,
        "bridged_duration": _seconds(begin, last_end),
    }


def length_of(leg: Item) -> int:
    """The whole seconds from the answer of a leg to its end; 0 if it was not answered."""
    return _seconds(leg["start_time_gmt"], leg["hangup_time_gmt"]) or 0


def _first(legs: list[Item]) -> Item | None:
    """The leg that was picked up first."""
    found = [one for one in legs if one["start_time_gmt"] is not None]
    return min(found, key=lambda one: read_datetime(one["start_time_gmt"]), default=None)


def _seconds(since: Any, until: str) -> int | None:
    if since is None:
        return None
    length = read_datetime(until).replace(microsecond=0) - read_datetime(since)
    return max(0, int(length.total_seconds()))
