"""Deletes: entries that are deleted along, as references define, and entries that must stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from ringme_contract.check import can_be_created, check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries, all_entries
from ringme_contract.datetime_texts import SECOND, whole_second, write_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.entries.made_entries import CLIENTS
from ringme_contract.entries.operation_paths import fill, needed_keys
from ringme_contract.lists import lists_with, moment_of, read_list
from ringme_contract.own_entries import OwnEntries
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation

_ITEMS = 2


@dataclass
class Everything:
    """Every list of both clients."""

    kit: CheckContext
    lists: dict[tuple[str, str], tuple[Operation, list[Item]]]

    @classmethod
    def read(cls, kit: CheckContext) -> Everything:
        known = [name for name in CLIENTS if name in kit.target.identities]
        wanted = [(name, one) for name in known for one in lists_with(kit, owner=kit.roles.clients)]

        def read_of(pair: tuple[str, Operation]) -> list[Item]:
            return read_list(kit, kit.caller(pair[0]), pair[1], None)

        read = zip(wanted, kit.map(read_of, wanted), strict=True)
        return cls(kit, {(name, one.id): (one, items) for (name, one), items in read})

    def expect_without(self, step: str, gone: dict[str, set[object]]) -> Everything:
        """Fails unless only these entries are gone, by key. Returns the lists as they are now.

        Entries that refer to them are deleted too, or lose the reference, as the document defines.
        """
        gone = self._with_what_goes_along(gone)
        read = Everything.read(self.kit)
        after = read.lists
        for place, (operation, items) in self.lists.items():
            rule = operation.collection
            left = [
                {
                    **one,
                    **{name: None for name in rule.references if _refers(rule, one, name, gone)},
                }
                for one in items
                if one.get(rule.key) not in gone.get(rule.name, set())
            ]
            now = after[place][1]
            if now != left:
                self.kit.fail(
                    f"{step} changes {operation.id} of {place[0]} more than it may",
                    [one for one in left if one not in now] or f"{len(left)} entries",
                    [one for one in now if one not in left] or f"{len(now)} entries",
                )
        return read

    def _with_what_goes_along(self, gone: dict[str, set[object]]) -> dict[str, set[object]]:
        found = {name: set(keys) for name, keys in gone.items()}
        for operation, items in self.lists.values():
            rule = operation.collection
            along = {name for name, one in rule.references.items() if one.gone == "delete"}
            for item in items:
                if any(_refers(rule, item, name, found) for name in along):
                    found.setdefault(rule.name, set()).add(item[rule.key])
        return found if found == gone else self._with_what_goes_along(found)


def _refers(rule: CollectionRule, item: Item, name: str, gone: dict[str, set[object]]) -> bool:
    return item.get(name) in gone.get(rule.references[name].collection, set())


@check("delete-spares-rest")
def a_delete_takes_no_entry_that_is_like_it(kit: CheckContext) -> None:
    """Two entries of each kind, equal but for unique properties: one is deleted, then the other."""
    twins = [(one, one.twins()) for one in all_entries(kit)]
    now = Everything.read(kit)
    for entries, pair in twins:
        for entry in pair if entries.operation("delete") else ():
            entries.delete(entry)
            step = f"DELETE {entries.path('delete', entry)}"
            now = now.expect_without(step, {entries.name: {entries.key(entry)}})


@check("delete-spares-rest", deletes_recorded_items=True)
def a_range_takes_neither_other_kinds_nor_former_members(kit: CheckContext) -> None:
    """Ranges in which the owner's own list is empty, so that nothing may be deleted."""
    client, tried = kit.client, 0
    cases = list(_cases(kit))
    before = Everything.read(kit)
    for removal, owner, operation, item, length in cases:
        start = whole_second(moment_of(operation, item))
        bounds = zip(kit.range_query, (start, start + length), strict=True)
        query = {name: write_datetime(moment) for name, moment in bounds}
        listing = kit.path(removal.collection.name, action="list", **owner)
        if client.entries(listing, **query):
            continue
        path = fill(removal, owner)
        kit.expect(client.delete(path, **query), removal.status)
        before.expect_without(f"DELETE {path} of a range without items", {})
        tried += 1
    kit.need(tried, "no second of the target's range has only items of one kind")


# A range delete, the keys of its path, the list and item that it must not touch, and the length of
# the range.
Case = tuple[Operation, dict[str, object], Operation, Item, timedelta]


def _cases(kit: CheckContext) -> Iterator[Case]:
    """Range deletes of numbers and of groups that must delete nothing.

    A number must keep its items of other kinds. Numbers with items move into a new group: the
    former group must keep the items they had there, the new one their items of other kinds. An item
    with a fraction is after the second in which it begins.
    """
    ranges = [one for one in kit.operations if one.action == "delete_range"]
    lists = [one for one in lists_with(kit, owner=kit.roles.clients) if one.collection.range]
    kit.need_offered(lists, "the target lists no recorded items of the whole client")
    items = {one.id: read_list(kit, kit.client, one, None) for one in lists}
    groups = {one["id"]: one[kit.roles.home] for one in kit.factory.read(kit.roles.numbers)}
    new, former = kit.new_group()["id"], dict(groups)
    for listing in lists:
        number = kit.roles.of_number(listing.collection) or ""
        items[listing.id].sort(key=lambda one: not moment_of(listing, one).microsecond)
        moved = next((key for one in items[listing.id] if groups.get(key := one.get(number))), None)
        if moved is not None:
            kit.place(moved, new)
            groups[moved] = new
    for removal, listing in product(ranges, lists):
        number = kit.roles.of_number(listing.collection) or ""
        own = listing.collection is removal.collection
        mine = [one for one in items[listing.id] if groups.get(one.get(number)) == new]
        for item in mine[:_ITEMS]:
            if removal.section == kit.roles.numbers and not own:
                yield removal, {kit.roles.numbers: item[number]}, listing, item, SECOND
            elif removal.section == kit.roles.groups:
                group = former[item[number]] if own else new
                yield removal, {kit.roles.groups: group}, listing, item, SECOND
                if own and moment_of(listing, item).microsecond:
                    yield removal, {kit.roles.groups: new}, listing, item, timedelta()


class LinkedEntries:
    """Two sets of entries of the check, and all paths that show them or parts of them.

    Existing entries that cannot be created and may refer to them refer to the first set.
    """

    def __init__(self, kit: CheckContext) -> None:
        self.kit, self.own, self.beside = kit, OwnEntries(kit), OwnEntries(kit)
        self._readings = {
            owner.path(one): (one, owner)
            for owner in (self.own, self.beside)
            for one in kit.operations
            if one.action in ("read", "list")
            and not one.range_required
            and owner.holds(one)
            # Lists of the whole client also have entries of other checks.
            and needed_keys(one)
        }
        for owner, one in product((self.own, self.beside), kit.operations):
            if one.action == "update" and one.is_part and owner.holds(one):
                kit.expect(owner.request(kit.client, one), one.status)
        for one in kit.operations:
            keys = {name: self.key(other) for name, other in kit.factory.referred(one).items()}
            if one.action == "update" and keys and not can_be_created(kit.contract, one.collection):
                path = fill(one, kit.factory.keys_to_read(one))
                kit.expect(kit.client.put(path, keys), one.status)
                self._readings[path] = one, self.own

    def key(self, collection: str) -> object:
        return self.own[collection][self.kit.contract.collections[collection].key]

    def read(self) -> dict[str, object]:
        paths = list(self._readings)
        return dict(zip(paths, self.kit.map(self.kit.client.read, paths), strict=True))

    def expect_same(
        self, before: dict[str, object], step: str, changes: Callable[[Operation], bool]
    ) -> None:
        """Fails unless all is the same, except responses of the first set that may change."""
        due = [
            path
            for path, (one, owner) in self._readings.items()
            if owner is self.beside or not changes(one)
        ]
        got = self.kit.map(self.kit.client.read, due)
        for path, found in zip(due, got, strict=True):
            self.kit.expect_equal(f"{path} after {step}", found, before[path])


@check("entry-update")
def an_update_changes_nothing_that_is_linked(kit: CheckContext) -> None:
    """Updates of entries and parts of them, in all properties and references; the rest stays."""
    linked = LinkedEntries(kit)
    for operation in kit.operations:
        if operation.action != "update" or not linked.own.holds(operation):
            continue
        before, rule = linked.read(), operation.collection
        path, referred = linked.own.path(operation), kit.factory.referred(operation)
        links = {name: linked.key(other) for name, other in referred.items()}
        bodies = list(Entries(kit, rule).bodies(operation))
        # Finally it is as it was made, of the same type and with the same references.
        made = {} if operation.is_part else linked.own.sent.get(rule.name, {})
        first = {name: value for name, value in made.items() if name in operation.sent}
        for body in (*bodies, {**bodies[-1], **first, **links}):
            kit.expect(kit.client.put(path, body), operation.status)

        def changes(one: Operation, updating: Operation = operation) -> bool:
            return one.collection is updating.collection and one.is_part == updating.is_part

        linked.expect_same(before, f"updates by {operation.id}", changes)


@check("delete-spares-rest")
def what_is_released_keeps_all_of_its_own(kit: CheckContext) -> None:
    """Others lose their reference to a deleted entry; their own values, and the rest, stay."""
    made = {rule.name: rule for rule in kit.factory.collections}
    for name in made:
        released = (
            one.gone == "release" and one.collection == name
            for rule in made.values()
            for one in rule.references.values()
        )
        if any(released):
            linked = LinkedEntries(kit)
            before, deletion = linked.read(), linked.own.operation(name, "delete")
            if deletion is None:
                continue
            kit.expect(kit.client.delete(linked.own.path(deletion)), deletion.status)

            def changes(one: Operation, gone: str = name) -> bool:
                refers = gone in {each.collection for each in one.collection.references.values()}
                own = refers and not one.is_part and can_be_created(kit.contract, one.collection)
                return own or gone in {each.name for each in one.path_collections}

            linked.expect_same(before, f"{deletion.id} of {name}", changes)
