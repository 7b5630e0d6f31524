"""Deletes: entries that go along, as the document's references say, and all that must stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import all_entries
from ringme_contract.datetime_texts import SECOND, whole_second, write_datetime
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.lists import lists_with, moment_of, read_list
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation

_CLIENTS = ("client", "other_client")
_ITEMS = 2


@dataclass
class Everything:
    """Every list of both clients, and of those owners that the check made."""

    kit: CheckContext
    lists: dict[tuple[str, str], tuple[Operation, list[Item]]]

    @classmethod
    def read(cls, kit: CheckContext) -> Everything:
        known = [name for name in _CLIENTS if name in kit.target.identities]
        wanted = [(name, one) for name in known for one in lists_with(kit, owner=kit.roles.clients)]

        def found(pair: tuple[str, Operation]) -> list[Item]:
            return read_list(kit, kit.caller(pair[0]), pair[1], None)

        read = zip(wanted, kit.map(found, wanted), strict=True)
        return cls(kit, {(name, one.id): (one, items) for (name, one), items in read})

    def expect_without(self, step: str, gone: dict[str, set[object]]) -> Everything:
        """Fails the check unless all is now as it was but for entries that had to go, by key.

        Those that refer to them go as well, or refer to nothing then, as the document says. Returns
        all as it is now.
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
    """Two entries of each kind, alike in all that may be alike: one goes, and then the other."""
    twins = [(one, one.twins()) for one in all_entries(kit)]
    now = Everything.read(kit)
    for entries, pair in twins:
        for entry in pair if entries.operation("delete") else ():
            entries.delete(entry)
            step = f"DELETE {entries.path('delete', entry)}"
            now = now.expect_without(step, {entries.name: {entries.key(entry)}})


@check("delete-spares-rest", deletes_recorded_items=True)
def a_range_takes_neither_other_kinds_nor_former_members(kit: CheckContext) -> None:
    """Ranges in which the group's own list is empty, so that nothing at all may go."""
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
    kit.need(tried, "no second of the target's range has items of one kind alone")


# A range delete and the keys of its path; a listed item that it must leave; how long its range is.
Case = tuple[Operation, dict[str, object], Operation, Item, timedelta]


def _cases(kit: CheckContext) -> Iterator[Case]:
    """Range deletes of numbers and of groups.

    An item with a fraction is past the second that it begins in.
    A number must leave what it has of another kind. Numbers that have items move into a new group:
    their former one must leave what they had in it, the new one what they have of another kind.
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
