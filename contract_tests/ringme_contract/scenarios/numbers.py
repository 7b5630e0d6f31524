"""Internal numbers: created, put into groups, taken out, deleted."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.datetime_texts import SECOND, whole_second
from ringme_contract.entries.factories import Item
from ringme_contract.lists import list_path
from ringme_contract.scenarios.item_kinds import (
    CLIENT,
    RECORD,
    VOICEMAIL,
    between,
    group_then,
    offered,
)
from ringme_contract.scenarios.views import (
    View,
    client_view,
    expect_same_view,
    expect_shown,
    item_ids,
    member_ids,
    own_id,
    plain,
    reads,
)

_COUNTS = ("stats", "client")


def put_number(kit: CheckContext, number: Item, **changes: object) -> Item:
    expected = {**plain(kit, number), **changes}
    response = kit.client.put(kit.path("extension", number["id"]), changes)
    got = plain(kit, kit.expect(response, 200).json())
    kit.expect_equal(f"the response to an update with {changes}", got, expected)
    expect_shown(kit, "extension", expected)
    return expected


def expect_members(kit: CheckContext, members: dict[int, list[Item]]) -> None:
    """Fails unless each group has these members, in its own list and in the filtered one."""
    for group, expected in members.items():
        numbers = sorted((plain(kit, one) for one in expected), key=lambda one: int(one["id"]))
        for path, query in (
            (kit.path("extension", extension_group=group), {}),
            (kit.path("extension"), {"extension_group_id": group}),
        ):
            got = [plain(kit, one) for one in kit.client.read(path, **query)]
            kit.expect_equal(f"{path} {query or ''}of group {group}", got, numbers)


@check("extension-place", isolated=True)
def a_number_is_in_one_group_at_most(kit: CheckContext) -> None:
    """Into one group, the same again, into another, and back; the rest of it stays."""
    one, other = kit.new_group()["id"], kit.new_group()["id"]
    beside = kit.new_extension(extension_group_id=one)
    number = kit.new_extension(label="kept", extra_params="312", status="active", dial_rule_limit=5)
    for group in (one, one, other, one, other):
        number = put_number(kit, number, extension_group_id=group)
        inside = {one: [beside], other: []}
        inside[group].append(number)
        expect_members(kit, inside)
    expect_shown(kit, "extension", beside)


@check("extension-release", isolated=True)
def null_takes_the_number_out(kit: CheckContext) -> None:
    """One of two members leaves, twice; the other stays. Also with 0, as some clients send it."""
    client, group = kit.client, kit.new_group()["id"]
    stays, leaves = (kit.new_extension(extension_group_id=group, label="kept") for _ in range(2))
    path = kit.path("extension", leaves["id"])
    for nothing in (None, 0):
        expect_members(kit, {group: [stays, leaves]})
        for _ in range(2):
            response = kit.expect(client.put(path, {"extension_group_id": nothing}), 200)
            left = {**plain(kit, leaves), "extension_group_id": None}
            kit.expect_equal(f"the response to group {nothing}", plain(kit, response.json()), left)
            expect_shown(kit, "extension", left)
            expect_members(kit, {group: [stays]})
        expect_shown(kit, "extension", stays)
        leaves = put_number(kit, leaves, extension_group_id=group)
    new = kit.new_extension(extension_group_id=0)
    kit.expect_equal("the group of a new number with 0", new["extension_group_id"], None)
    expect_shown(kit, "extension", new)


@check("extension-delete", deletes_recorded_items=True)
def its_items_stay_with_the_client(kit: CheckContext) -> None:
    """Items of every kind, and their files, stay at the client and leave the lists of all groups.

    At the client they are counted, and deleted alone and by a range. A new number with the same
    name has none of them.
    """
    client, group = kit.client, kit.new_group()["id"]
    beside = kit.new_extension(extension_group_id=group)
    for number in _numbers_with_every_kind(kit):
        path, former = kit.path("extension", number["id"]), _groups_of(kit, number)
        kit.guard.give_up("extension", number["id"])
        kit.place(number["id"], group)
        items = item_ids(kit, client, "extension_group", group)
        before = _recorded(kit)
        kit.expect(client.delete(path), 204)
        expect_same_view(kit, "deleting a number", _recorded(kit), before)
        again = kit.new_extension(name=number["name"], extension_group_id=group)
        for owner, key in (("extension_group", group), ("extension", again["id"])):
            for name, left in item_ids(kit, client, owner, key).items():
                kit.expect_equal(f"the {name} items of {owner} {key}", left, [])
        for key in former:
            for name, left in item_ids(kit, client, "extension_group", key).items():
                mine = [one for one in left if one in items[name]]
                kit.expect_equal(f"the {name} items of the deleted number in {key}", mine, [])
        for name, keys in items.items():
            for action in ("download", "storage_url"):
                at_client = kit.path.find(name, action, ["client", name])
                if keys and at_client and kit.offers(at_client):
                    path = kit.path(name, keys[0], action, client=kit.roles.own_client)
                    kit.expect(client.get(path), 200)
        for path, query in reads(kit, "extension", number["id"]):
            kit.expect(client.get(path, **query), 404, "extension_not_found")
        expect_members(kit, {group: [beside, again]})
        kit.expect(client.delete(kit.path("extension", again["id"])), 204)
    _expect_range_delete(kit)


def _groups_of(kit: CheckContext, number: Item) -> set[int]:
    """The existing groups that a number with recorded items is in, or was in at their time."""
    then = {
        group_then(one)
        for items in offered(kit)
        for one in items.read()
        if one.get("extension_id") == number["id"]
    }
    groups = {one["id"] for one in kit.factory.read("extension_group")}
    return groups & {number["extension_group_id"], *then}


def _expect_range_delete(kit: CheckContext) -> None:
    """A range of the client deletes items of deleted numbers; it has no pages.

    Then one more item is deleted alone, if there is one.
    """
    numbers = {one["id"] for one in kit.factory.read("extension")}
    for items in offered(kit, (RECORD, VOICEMAIL)):
        whole = items.read()
        left = [one for one in whole if one["extension_id"] not in numbers]
        if left and kit.path.find(items.name, "delete_range", ("client",)):
            two = (pair for pair in pairwise(whole) if pair[0] in left and pair[1] in left)
            last, first = map(items.moment, next(two, (left[0], left[0])))
            second = whole_second(last)
            bounds = between(whole_second(first), second + (last > second) * SECOND)
            listed, path = items.read(CLIENT, **bounds), items.path(CLIENT, action="delete_range")
            kit.expect(kit.client.delete(path, **bounds, per_page=1), 204)
            expected = [one for one in whole if one not in listed]
            kit.expect_equal(f"the list after {path} {bounds}", items.read(), expected)
            rest = [one for one in left if one not in listed]
            if rest and kit.path.find(items.name, "delete", ("client", items.name)):
                path = items.path(CLIENT, rest[0][items.key])
                kit.expect(kit.client.delete(path), 204)
                expected.remove(rest[0])
                kit.expect_equal(f"the list after {path}", items.read(), expected)


def _numbers_with_every_kind(kit: CheckContext) -> list[Item]:
    """The fewest numbers that together have items of every kind, cheapest for other checks."""
    kept = own_id(kit, "extension", "extension") if "extension" in kit.target.identities else None
    having: dict[int, dict[str, int]] = {}
    for items in offered(kit):
        moments = Counter(map(items.moment, items.read()))
        for number, its in items.numbers():
            if number["id"] != kept:
                # Items of the same time, which checks of the order need, are rare.
                cost = sum(1 if moments[items.moment(one)] == 1 else 100 for one in its)
                having.setdefault(number["id"], {})[items.name] = cost
    chosen, open_kinds = [], {name for kinds in having.values() for name in kinds}
    kit.need(open_kinds, "no number of the client has recorded items in the target's range")
    while open_kinds:
        ranked = [
            (sum(kinds.values()) / len(covered), number)
            for number, kinds in having.items()
            if (covered := open_kinds & kinds.keys())
        ]
        chosen.append(min(ranked)[1])
        open_kinds -= having[chosen[-1]].keys()
    return [one for one in kit.factory.read("extension") if one["id"] in chosen]


def _recorded(kit: CheckContext) -> View:
    """All recorded items of the client, by list, and its statistics, by path."""
    view = client_view(kit, ranged=True)
    for one in kit.operations:
        if (one.action, one.section) == _COUNTS:
            view[list_path(one)] = [kit.client.read(list_path(one), **kit.range_query)]
    return view


@check("members-agree")
def members_are_who_says_so_after_every_step(kit: CheckContext) -> None:
    """Numbers are created, moved, released and deleted, and a group is deleted."""
    client = kit.client
    one, other = kit.new_group()["id"], kit.new_group()["id"]
    first, second, third = (
        kit.new_extension(extension_group_id=group)["id"] for group in (one, None, one)
    )
    for number, group in (
        (second, other), (first, other), (third, None), (second, one), (third, other),
        (second, None), (third, one), (second, other),
    ):  # fmt: skip
        kit.expect(client.put(kit.path("extension", number), {"extension_group_id": group}), 200)
        _expect_agreement(kit, [one, other])
    kit.expect_equal("the members of one group", member_ids(kit, one), [third])
    kit.expect_equal("the members of the other", member_ids(kit, other), sorted([first, second]))
    kit.expect(client.delete(kit.path("extension", first)), 204)
    _expect_agreement(kit, [one, other])
    kit.expect(client.delete(kit.path("extension_group", other)), 204)
    _expect_agreement(kit, [one])


def _expect_agreement(kit: CheckContext, own: list[int]) -> None:
    """Fails unless each group lists the numbers that name it, and no number names another group."""
    numbers = kit.client.read(kit.path("extension"))
    groups = [group["id"] for group in kit.client.read(kit.path("extension_group"))]
    for group in own:
        said = [plain(kit, one) for one in numbers if one["extension_group_id"] == group]
        members = kit.client.read(kit.path("extension", extension_group=group))
        listed = [plain(kit, one) for one in members]
        kit.expect_equal(f"the members of group {group}", listed, said)
    strays = {one["extension_group_id"] for one in numbers} - {None, *groups}
    kit.expect_equal("the groups of numbers that are not there", strays, set())
