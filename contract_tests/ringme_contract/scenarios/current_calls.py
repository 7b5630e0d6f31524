"""Calls in progress: ordered by callback, found at the numbers that take part, and ended.

All internal numbers are created by the check, so that no real telephone rings.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import UNKNOWN
from ringme_contract.datetime_texts import read_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.lists import read_list
from ringme_contract.scenarios.call_time import again_if_late, wait_for
from ringme_contract.scenarios.kept_calls import around, expect_kept, expect_listed
from ringme_contract.scenarios.users import NEEDS, User
from ringme_contract.scenarios.views import own_id

USES = ("current_calls",)
# An outside number at which no telephone can ring: no country has this code.
OUTSIDE = "+9990000000000"
_ID = re.compile("[0-9a-f]{32}")
_APART = timedelta(minutes=7)
_PARTY = ("id", "type", "name", "client_id", "extension_group_id")
_OPTIONS = (
    "allow_public_transfer", "call_duration", "caller_id_name", "caller_id_number",
    "src_caller_id_name", "src_caller_id_number", "src_ani", "dst_ani", "announce_sound_id",
    "dst_announce_sound_id", "dst_dtmf", "transfer_after_dst_hangup", "transfer_after_src_hangup",
    "wait_for_pickup",
)  # fmt: skip


def phone(kit: CheckContext, **keys: Any) -> Item:
    return kit.new_extension(type="phone", status="active", **keys)


def bare(number: Item) -> str:
    return str(number["name"]).rpartition("*")[2]


def names_of(number: Item) -> list[str]:
    """Names under which a number may be shown: its name or label, or the number again."""
    own = (number["caller_id_name"], number["label"], number["name"], bare(number))
    return [one for one in own if one]


def order_call(
    kit: CheckContext,
    source: Item,
    target: str,
    caller: Caller | None = None,
    at: Item | None = None,
    **keys: Any,
) -> str:
    """Orders a call of a number, `at` another one, which ends after the check; returns its id."""
    body = {"src_num": [bare(source)], "dst_num": target, **keys}
    response = (caller or kit.client).post(path_of(kit, "callback", at or source), body)
    found = kit.expect(response, 201).json()
    is_id = _ID.fullmatch(str(found["call_id"])) is not None
    kit.expect_true("call_id is 32 hexadecimal digits", is_id, found)
    kit.expect_equal("call_api_id", found["call_api_id"], found["call_id"])
    call = str(found["call_id"])
    kit.undo(lambda: kit.client.delete(f"{path_of(kit, 'list_calls', source)}{call}"))
    return call


def path_of(kit: CheckContext, action: str, number: Item | None = None) -> str:
    keys = {"client": kit.roles.own_client} if number is None else {"extension": number["id"]}
    return kit.path("current_call", action=action, **keys)


def calls_of(kit: CheckContext, number: Item | None) -> list[Item]:
    found: list[Item] = kit.client.read(path_of(kit, "list_calls", number))["call_list"]
    return found


def running_call(kit: CheckContext, source: Item, target: str, **keys: Any) -> Item:
    """Orders a call, and returns it as its number shows it."""
    call = order_call(kit, source, target, **keys)

    def look() -> list[Item]:
        return [one for one in calls_of(kit, source) if one["call_id"] == call]

    found: list[Item] = wait_for(kit, f"call {call} is in progress at {source['id']}", look)
    return found[0]


@check("callback", uses=USES, isolated=True)
@again_if_late
def an_ordered_call_is_in_progress_at_its_number(kit: CheckContext) -> None:
    """With and without the prefix of the number, with each option null, named very often.

    The others may be outside numbers, and other keys are ignored.
    """
    number = phone(kit)
    beside = {"src_num": [bare(number), OUTSIDE]}
    for source, target, options in (
        (number, bare(phone(kit)), beside), (phone(kit), OUTSIDE, dict.fromkeys(_OPTIONS)),
    ):  # fmt: skip
        options |= {"call_id": "x", "call_api_id": None, UNKNOWN: "x"}
        shown = running_call(kit, source, target, **options)
        kit.expect_equal("owner of the call", shown["extension_id"], source["id"])
        kit.expect_equal("its direction", shown["call_flow"], "OUT")
        if target == OUTSIDE:
            kit.expect_equal("the number that is called", shown["called_number"], OUTSIDE)
        kit.expect_equal("the callback that began it", shown["callback_id"], shown["call_id"])
    again = phone(kit)
    running_call(kit, again, bare(again), src_num=[again["name"], bare(again)] * 25)
    kit.expect_equal("how often a number rings that is named often", len(calls_of(kit, again)), 1)


@check("callback", needs=NEEDS, uses=USES, isolated=True)
@again_if_late
def a_group_user_orders_a_call_of_a_member(kit: CheckContext) -> None:
    """The section of the number is open to it: it can act on the call there, and end it."""
    user = User(kit)
    caller, member = user.log_in().caller, phone(kit, extension_group_id=user.group)
    shown = running_call(kit, member, bare(phone(kit)), caller=caller)
    path = f"{path_of(kit, 'list_calls', member)}{shown['call_id'].upper()}"
    for response in (caller.get(path), caller.put(path, {"action": "hold"})):
        kit.expect(response, 200)
    kit.expect(caller.delete(path), 204)


@check("user-types", needs=("client", "extension"), uses=USES)
def an_extension_user_orders_a_call(kit: CheckContext) -> None:
    """At its own number, if that is an active phone; another number rings."""
    number = kit.client.read(kit.path("extension", own_id(kit, "extension", "extension")))
    is_phone = (number["type"], number["status"]) == ("phone", "active")
    kit.need(is_phone, "the number of the identity extension is not an active phone")
    order_call(kit, phone(kit), bare(phone(kit)), kit.caller("extension"), at=number)


@check("error-app-access", needs=("client", "call_api"), uses=USES, isolated=True)
@again_if_late
def an_application_for_calls_orders_and_ends_them(kit: CheckContext) -> None:
    """Calls are no configuration: `call_api` may begin one, act on it and end it."""
    caller, number = kit.caller("call_api"), phone(kit)
    shown = running_call(kit, number, bare(phone(kit)), caller=caller)
    path = f"{path_of(kit, 'list_calls', number)}{shown['call_id']}"
    kit.expect(caller.put(path, {"action": "hold"}), 200)
    kit.expect(caller.delete(path), 204)


@check("callback-numbers", uses=USES, isolated=True)
def only_active_phones_of_the_client_are_rung(kit: CheckContext) -> None:
    """Everything else is a 400, and starts no call. A call to an unknown number fails."""
    client, number = kit.client, phone(kit)
    menu, blocked = kit.new_extension(type="ivr", status="active"), kit.new_extension()
    target = bare(phone(kit))
    unknown = kit.free_number()
    prefix = str(number["name"]).partition("*")[0]
    foreign = []
    if "other_client" in kit.target.identities:
        foreign = [phone(kit, identity="other_client")["name"]]
    path, good = path_of(kit, "callback", number), {"src_num": [bare(number)], "dst_num": target}
    wrong: list[Item] = [
        {"src_num": sources}
        for sources in (
            [], bare(number), [bare(menu)], [bare(blocked)], [unknown],
            [bare(number), bare(menu)], [f"9{prefix}*{bare(number)}"], ["no number"],
            foreign or [unknown], [5], ["1" * 65], [bare(number)] * 51,
        )
    ]  # fmt: skip
    for name in ("call_duration", "wait_for_pickup"):
        wrong += [{name: value} for value in (0, -1, "1")]
    for change in wrong:
        kit.expect_named(client.post(path, {**good, **change}), next(iter(change)))
    for owner in (menu, blocked):
        kit.expect(client.post(path_of(kit, "callback", owner), good), 400)
    kit.expect_equal("the calls in progress", calls_of(kit, number), [])
    kept = expect_kept(kit, running_call(kit, number, unknown))
    if kept is not None:
        kit.expect_equal("the result of a call to nobody", kept["result"], "failed")


@check("current-calls", uses=USES, isolated=True)
@again_if_late
def a_call_is_found_at_the_numbers_that_take_part(kit: CheckContext) -> None:
    """In the lists of the number and the client, by either id; nowhere else, nor in history.

    At another number it cannot be changed or ended.
    """
    client, other = kit.client, phone(kit)
    number = phone(kit, **{kit.roles.home: kit.new_group()["id"]})
    menu = kit.new_extension(type="ivr", status="active")
    shown = running_call(kit, number, bare(phone(kit)))
    beside = running_call(kit, number, OUTSIDE)
    path = path_of(kit, "list_calls", number)
    both = sorted(one["call_id"] for one in calls_of(kit, number))
    expected = sorted(one["call_id"] for one in (shown, beside))
    kit.expect_equal("both calls of the number", both, expected)
    known = [one["call_id"] for one in calls_of(kit, None)]
    kit.expect_true("the list of the client has it", shown["call_id"] in known, known)
    party = {name: (shown["caller_extension"] or {}).get(name) for name in _PARTY}
    kit.expect_equal("number of the caller", shown["caller_id_number"], number["name"])
    name = shown["caller_id_name"]
    kit.expect_true("the caller has a name", name in names_of(number), name)
    own = {"name": f"{number['name']}@{number['domain']}"}
    kit.expect_equal("who calls", party, {name: number[name] for name in _PARTY} | own)
    # Its number was created just before, and dates are UTC.
    began, made = (read_datetime(one) for one in (shown["init_time_gmt"], number["create_date"]))
    kit.expect_true("init_time_gmt is the time of the request", abs(began - made) < _APART, began)
    if history := kit.path.find("call", "read", ("client", "call")):
        ended = kit.path("call", shown["call_id"].upper(), client=kit.roles.own_client)
        if kit.offers(history):
            kit.expect(client.get(ended), 404, "call_not_found")
            expect_listed(kit, shown, number["id"], 0)
    if "other_client" in kit.target.identities:
        theirs = kit.caller("other_client").read(path_of(kit, "list_calls"))["call_list"]
        known = [one["call_id"] for one in theirs]
        kit.expect_true("another client does not have it", shown["call_id"] not in known, theirs)
    for key in (shown["call_id"], shown["call_api_id"]):
        for text in (key, key.upper()):
            alone = client.read(f"{path}{text}")
            kit.expect_equal("the call read on its own", alone["subcall_id"], shown["subcall_id"])
        elsewhere = f"{path_of(kit, 'list_calls', other)}{key}"
        for method, body in (("GET", None), ("PUT", {"action": "hold"}), ("DELETE", None)):
            response = client.request(method, elsewhere, json=body)
            kit.expect(response, 404, "call_not_found")
    kit.expect(client.get(f"{path}{'0' * 32}"), 404, "call_not_found")
    kit.expect_equal("the calls of a number that is no phone", calls_of(kit, menu), [])


@check("current-call-end", uses=USES, isolated=True)
@again_if_late
def a_call_that_is_ended_is_in_no_list(kit: CheckContext) -> None:
    """It cannot be read, changed or ended again; the history has it with a leg of each number.

    The number that ordered it takes no part. A leg keeps the group that its number was in, even
    when that is deleted. Legs of a deleted number are not those of a new one with its name.
    """
    group = kit.new_group()["id"]
    client, number, other = kit.client, phone(kit, **{kit.roles.home: group}), phone(kit)
    both = [bare(number), bare(other)]
    shown = running_call(kit, number, bare(phone(kit)), src_num=both, at=phone(kit))
    wait_for(kit, "the call is in progress at both numbers", lambda: calls_of(kit, other))
    # The list has no pages.
    every = client.read(path_of(kit, "list_calls"), per_page=1, page=2)["call_list"]
    found = [one for one in every if one["call_id"] == shown["call_id"]]
    numbers = sorted(one["id"] for one in (number, other))
    kit.expect_equal(
        "whose entries the client has", sorted(one["extension_id"] for one in found), numbers
    )
    path = f"{path_of(kit, 'list_calls', number)}{shown['call_api_id'].upper()}"
    kit.expect(client.delete(path), 204)

    def look() -> bool:
        found = [one for owner in (number, other, None) for one in calls_of(kit, owner)]
        return shown["call_id"] not in [one["call_id"] for one in found]

    wait_for(kit, f"call {shown['call_id']} has ended", look)
    for response in (client.get(path), client.put(path, {"action": "hold"}), client.delete(path)):
        kit.expect(response, 404, "call_not_found")
    call = expect_kept(kit, shown)
    if call is None:
        return
    legs = call["cdr"]
    for one in (call, *legs):
        kit.expect_equal("who ended it", one["hangup_disposition"], "internal_cancel")
    found = sorted(one["extension_id"] for one in legs)
    kit.expect_equal("the numbers of its legs", found, numbers)
    expect_listed(kit, call, number["id"])
    home = {one["extension_id"]: one["extension_group_owner_id"] for one in legs}[number["id"]]
    kit.expect_equal("the group of the number's leg", home, group)
    kit.expect(client.delete(kit.path(kit.roles.groups, group)), 204)
    kit.expect(kit.client.delete(kit.path(kit.roles.numbers, other["id"])), 204)
    again = phone(kit, name=bare(other))
    kit.expect_equal("the call after group and number are deleted", expect_kept(kit, shown), call)
    listing = kit.path.find("leg", "list", (kit.roles.numbers,))
    if listing is not None and kit.offers(listing):
        legs = read_list(kit, client, listing, again["id"], **around(call))
        kit.expect_equal("the legs of a new number with the name of another", legs, [])
