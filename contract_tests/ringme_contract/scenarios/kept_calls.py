"""Calls that have ended, as the call history shows them."""

from __future__ import annotations

from datetime import timedelta

from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, read_datetime, whole_second
from ringme_contract.entries.factories import Item
from ringme_contract.lists import list_path, lists_with, read_list
from ringme_contract.scenarios.call_history import CALLS, LEGS, length_of, values_of
from ringme_contract.scenarios.call_time import wait_for
from ringme_contract.scenarios.item_kinds import between

_APART = timedelta(minutes=7)
# Properties of a call in progress, and those of the leg that it becomes.
_SAME = {"caller_id_number": "from_username", "extension_id": "extension_id"}
_TIMES = {"init_time_gmt": "init_time_gmt", "answer_time_gmt": "start_time_gmt"}


def expect_kept(kit: CheckContext, shown: Item) -> Item | None:
    """Waits until the history has an ended call, whose values must follow from its legs.

    Returns it with its legs, or None if the target has no history.
    """
    history = kit.path.find("call", "read", ("client", "call"))
    if history is None or not kit.offers(history):
        return None
    path = kit.path("call", shown["call_id"].upper(), client=kit.roles.own_client)
    wait_for(kit, f"the history has {path}", lambda: kit.client.get(path).status_code == 200)
    call: Item = kit.client.read(path)
    kit.expect_properties(f"the call {path}", call, values_of(call["cdr"]))
    for leg in call["cdr"]:
        if leg["extension_id"] == shown["extension_id"]:
            _expect_same(kit, shown, leg)
        kit.expect_equal(f"the length of a leg of {path}", leg["duration"], length_of(leg))
        kit.expect_equal(f"the application of a leg of {path}", leg["application"], "callback")
    return call


def _expect_same(kit: CheckContext, shown: Item, leg: Item) -> None:
    """Fails unless a call in progress was shown with the values that its leg has."""
    same = {kept: shown[name] for name, kept in _SAME.items()}
    same["extension_name"] = (shown["caller_extension"] or {}).get("name")
    kit.expect_properties("the leg of a call that was in progress", leg, same)
    for name, kept in _TIMES.items():
        time, later = shown[name], leg[kept]
        is_same = later and time and abs(read_datetime(time) - read_datetime(later)) < SECOND
        # It may have been answered after it was shown.
        what = f"the call was in progress with {name} {time}, and its leg has {kept} {later}"
        kit.expect_true(what, is_same or time is None, shown)


def around(call: Item) -> dict[str, str]:
    """The query of a range that begins with a call."""
    start = whole_second(read_datetime(call["init_time_gmt"]))
    return between(start, start + _APART)


def expect_listed(kit: CheckContext, call: Item, number: int, times: int = 1) -> None:
    """Fails unless lists and statistics have a call of a number that had no other.

    With `times` 0, it is in progress and in none of them.
    """
    query = around(call)
    for listing in lists_with(kit, owner=kit.roles.clients, collection=CALLS):
        found = read_list(kit, kit.client, listing, extension_id=number, **query)
        known = {name: call[name] for name in listing.response_properties if name in call}
        kit.expect_equal(f"the number of calls of {number} in {listing.id}", len(found), times)
        for one in found:
            kit.expect_properties(f"the call in {listing.id}", one, known)
    for owner, key in ((kit.roles.clients, None), (kit.roles.numbers, number)):
        for listing in lists_with(kit, owner=owner, collection=LEGS):
            legs = read_list(kit, kit.client, listing, key, extension_id=number, **query)
            uuids = [one["call_uuid"] for one in legs]
            expected = [call["call_uuid"]] if times else []
            kit.expect_equal(f"calls of the legs of {number}", uuids, expected)
    for stats in kit.operations:
        if stats.action == "stats" and stats.collection.name in (CALLS, LEGS):
            key = number if stats.section == kit.roles.numbers else None
            got = kit.client.read(list_path(stats, key), **query)
            shown = [got[name] for name in stats.response_properties]
            count = sum(one[stats.resource["count"]] for one in shown)
            # Other calls of the client may be counted too.
            is_right = count == times if key else count >= times
            kit.expect_true(f"{stats.id} counts {times} calls", is_right, got)
