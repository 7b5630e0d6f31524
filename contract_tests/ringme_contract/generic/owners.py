"""Lists of one owner compared with those of another: client, groups, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from urllib.parse import quote

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.lists import lists_with, read_list
from ringme_contract.verdict import NotOffered
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation

_NUMBERS = 6


class ClientView:
    """The groups and numbers of the client, read once."""

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._read: dict[str, list[Item]] = {}

    @cached_property
    def groups(self) -> list[Item]:
        return self._kit.factory.read(self._kit.roles.groups)

    @cached_property
    def numbers(self) -> list[Item]:
        return self._kit.factory.read(self._kit.roles.numbers)

    def members(self, group: int) -> list[Item]:
        """The numbers of a group, according to the numbers themselves."""
        return [one for one in self.numbers if one[self._kit.roles.home] == group]

    def owners(self, name: str | None) -> list[object]:
        """Keys of owners in a collection: the client, all of its groups, some of its numbers."""
        if name == self._kit.roles.clients:
            return [self._kit.roles.own_client]
        if name == self._kit.roles.groups:
            return [one["id"] for one in self.groups]
        some = (
            self.numbers if name == self._kit.roles.numbers else self._kit.factory.read(str(name))
        )
        some = list(some)
        self._kit.random.shuffle(some)
        key = self._kit.contract.collections[str(name)].key
        return [one[key] for one in some[:_NUMBERS]]

    def ranged_lists(self) -> Iterator[tuple[Operation, object]]:
        """Every list of recorded items with each owner; numbers with items come first."""
        for operation in lists_with(self._kit, ranged=True):
            found = self.owners(operation.section)
            if operation.section == self._kit.roles.numbers:
                some = self.numbers_with(operation.collection)
                found = [*some, *(one for one in found if one not in some)]
            for owner in found:
                yield operation, owner

    def numbers_with(
        self, rule: CollectionRule, wanted: Callable[[Item], bool] = lambda _: True
    ) -> list[object]:
        """Up to two numbers with a wanted item, according to the list of the client."""
        number = self._kit.roles.of_number(rule)
        if number is None:
            return []
        there = {one["id"] for one in self.numbers}
        # Items of the registration log have the name of their number, not its id.
        found = [one.get(number) for one in self._items(rule) if wanted(one)]
        return [one for one in dict.fromkeys(found) if one in there][:2]

    def _items(self, rule: CollectionRule) -> list[Item]:
        """The items of the client, read once; none if the target lacks the list."""
        if rule.name not in self._read:
            kit, found = self._kit, []
            with suppress(NotOffered):
                for listing in lists_with(kit, owner=kit.roles.clients, collection=rule.name)[:1]:
                    found = read_list(kit, kit.client, listing)
            self._read[rule.name] = found
        return self._read[rule.name]


Numbers = Callable[[ClientView, object], list[Item]]


def of_numbers(
    kit: CheckContext, operation: Operation, items: list[Item], numbers: list[Item]
) -> list[Item]:
    """The items of these numbers; items of the registration log have names instead of ids."""
    ids = {one["id"] for one in numbers}
    names = {one["name"].rpartition("*")[2] for one in numbers}
    number = kit.roles.of_number(operation.collection)
    if number and all(number in one for one in items):
        return [one for one in items if one[number] in ids]
    # The name is the second key of their order.
    name = operation.collection.order[1]
    return [one for one in items if one[name] in names]


@check("members-agree", writes=False, smoke=True)
def members_are_the_numbers_that_say_so(kit: CheckContext) -> None:
    """The list of a group against the numbers of the client."""
    view = ClientView(kit)
    for group in view.groups:
        listed = kit.client.read(kit.path(kit.roles.numbers, **{kit.roles.groups: group["id"]}))
        kit.expect_equal(f"the members of group {group['id']}", listed, view.members(group["id"]))
        _expect_read_alone(kit, group["id"], listed, view.numbers)
    kit.need(view.groups, "the client has no groups")


def _expect_read_alone(
    kit: CheckContext, group: int, members: list[Item], numbers: list[Item]
) -> None:
    """Fails unless members read alone as they are listed, and other numbers are a 404."""
    groups, own = kit.roles.groups, kit.roles.numbers
    reading = kit.path.find(own, "read", (groups, own))
    if reading is None:
        return
    client = kit.client
    others = [one for one in numbers if one not in members]
    if "other_client" in kit.target.identities:
        others = [*others[:1], *kit.factory.read(own, "other_client")[:1]]
    for number in (*members[:2], *others[:2]):
        keys = {groups: group, own: number["id"]}
        response = client.get(fill(reading, keys))
        if number in members:
            what = f"number {number['id']} read alone in group {group}"
            kit.expect_equal(what, kit.expect(response, 200).json(), number)
        else:
            kit.expect(response, 404, reading.collection.missing)


@check("group-media-by-membership", writes=False, smoke=True)
def the_list_of_a_group_is_that_of_its_members(kit: CheckContext) -> None:
    """The client's list restricted to the numbers in the group."""
    _restricted(kit, kit.roles.groups, lambda view, key: view.members(int(str(key))))


@check("group-media-by-membership", writes=False, smoke=True)
def the_list_of_a_number_is_its_part_of_the_whole(kit: CheckContext) -> None:
    """The client's list restricted to the number."""
    _restricted(
        kit, kit.roles.numbers, lambda view, key: [one for one in view.numbers if one["id"] == key]
    )


def _restricted(kit: CheckContext, owner: str, numbers: Numbers) -> None:
    caller, view, seen = kit.client, ClientView(kit), 0
    whole = {
        one.collection.name: one for one in lists_with(kit, owner=kit.roles.clients, ranged=True)
    }
    compared = [
        one for one in lists_with(kit, owner=owner, ranged=True) if one.collection.name in whole
    ]
    kit.need_offered(compared, "the target has no such lists of the whole client")
    for operation in compared:
        everything = read_list(kit, caller, whole[operation.collection.name])
        for key in view.owners(owner):
            got = read_list(kit, caller, operation, key)
            expected = of_numbers(kit, operation, everything, numbers(view, key))
            kit.expect_equal(f"{operation.id} of {owner} {key}", got, expected)
            seen += len(got)
    kit.need(seen, f"no {owner} of the client has recorded items in the target's range")


@check("user-types", needs=("client", "other_client"), writes=False)
def lists_of_two_clients_share_no_entry(kit: CheckContext) -> None:
    """Every list of the client, complete, against the same list of another client."""
    compared = 0
    for operation in lists_with(kit, owner=kit.roles.clients):
        key = operation.collection.key
        own, other = (
            {one[key] for one in read_list(kit, kit.caller(name), operation, None) if key in one}
            for name in ("client", "other_client")
        )
        kit.expect_equal(f"entries in {operation.id} of both clients", sorted(own & other), [])
        compared += len(own) + len(other)
    kit.need(compared, "neither client has an entry in any list")


@check("me", writes=False)
def at_me_is_the_client_of_the_token(kit: CheckContext) -> None:
    """Every list of the client by `@me`, by `%40me` and by the client's id."""
    caller = kit.client
    client = kit.own_key("client", kit.roles.clients)
    escaped = quote(kit.roles.own_client)
    for operation in lists_with(kit, owner=kit.roles.clients):
        by_me = read_list(kit, caller, operation)
        kit.expect_equal(f"{operation.id} by id", read_list(kit, caller, operation, client), by_me)
        got = read_list(kit, caller, operation, escaped)
        kit.expect_equal(f"{operation.id} by {escaped}", got, by_me)
