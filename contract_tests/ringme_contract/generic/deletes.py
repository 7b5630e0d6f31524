"""Deletes of entries of any resource, and their effects on other entries."""

from __future__ import annotations

from ringme_contract.check import check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.lists import lists_with, read_list
from ringme_spec.collections import Reference
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation


@check_each("entry-delete", "delete", smoke=True)
def a_deleted_entry_is_not_there(kit: CheckContext, operation: Operation) -> None:
    """404 for every method and its whole section; no list has it, others stay.

    Its unique value can be used again, and a new entry with it has nothing of the deleted one.
    """
    entries = Entries(kit, operation.collection)
    first, entry, last = (
        entries.create(**kit.factory.body(entries.creation, full=True)) for _ in range(3)
    )
    entries.expect_listed(entry)
    parts = [one for one in kit.operations if one.is_part and one.section == entries.name]
    for part in parts:
        if part.action == "update":
            path = fill(part, {entries.name: entries.key(entry)})
            kit.expect(entries.caller.put(path, kit.factory.change(part)), part.status)
    if updating := entries.operation("update"):
        # A new entry in its place must have the defaults.
        state = _states(entries.creation)[-1]
        entry = entries.change(
            entry, {name: state[name] for name in state if name in updating.sent}
        )
    entries.delete(entry)
    entries.expect_gone(entry)
    for one in kit.operations:
        shows = one.action in ("list", "stats") or (one.is_part and one.reads)
        if one.section == entries.name and shows:
            path, query = fill(one, {entries.name: entries.key(entry)}), kit.factory.query(one)
            response = entries.caller.get(path, **query)
            kit.expect(response, 404, entries.rule.missing)
    if unique := entries.rule.unique:
        again = entries.make(**{unique.property: entry[unique.property]})
        _expect_like_any(entries, again)
        entries.expect_gone(entry)
        entries.expect_listed(again)
        for part in parts:
            if part.reads:
                paths = (fill(part, {entries.name: entries.key(one)}) for one in (again, last))
                got, usual = map(entries.caller.read, paths)
                kit.expect_equal(f"{part.id} of a new entry in place of it", got, usual)
    entries.expect_read(first, last)
    entries.expect_listed(first, last)


def _expect_like_any(entries: Entries, again: Item) -> None:
    """Fails unless an entry has what any new one has, of what was not sent."""
    creation, usual = entries.creation, entries.make()
    sent = {*creation.needed, entries.factory.label(creation)}
    rest = {name: usual[name] for name in creation.sent if name in usual and name not in sent}
    entries.kit.expect_properties(f"a new {entries.name} in place of it", again, rest)


def _is_referred_to(operation: Operation, contract: Contract) -> bool:
    name = operation.collection.name
    made = (one for one in contract.operations.values() if one.action == "create")
    return any(name in [ref.collection for ref in _references(one).values()] for one in made)


def _references(creation: Operation) -> dict[str, Reference]:
    """References of a new entry, by property: in the body, or to an owner in the path."""
    inside = {one.name for one in creation.path_collections}
    return {
        name: one
        for name, one in creation.collection.references.items()
        if name in creation.sent or one.collection in inside
    }


@check_each("entry-delete", "delete", applies=_is_referred_to)
def what_refers_to_it_is_released_or_goes_along(kit: CheckContext, operation: Operation) -> None:
    """Entries that refer to it lose the reference or are deleted; those of another one stay.

    This also holds if an entry with the same values is created afterwards, and no filter by the
    deleted entry finds them.
    """
    entries = Entries(kit, operation.collection)
    for rule in kit.factory.collections:
        creation = kit.factory.creation(rule.name)
        for name, reference in _references(creation).items():
            if reference.collection == entries.name:
                sent = name if name in creation.sent else ""
                _expect_follows(entries, creation, sent, reference.gone)


def _expect_follows(entries: Entries, creation: Operation, name: str, gone: str) -> None:
    sent = entries.kit.factory.body(entries.creation)
    entry, stays = entries.create(**sent), entries.create()
    found = []
    for one in (entry, stays):
        key = entries.key(one)
        others = Entries(entries.kit, creation.collection)
        others.owners |= {entries.name: key} if entries.name in others.owners else {}
        own = {name: key} if name else {}
        found.append((others, [others.create(**own, **state) for state in _states(creation)]))
    entries.delete(entry)
    again = entries.key(entries.create(**sent))
    (others, following), (beside, kept) = found
    for follows in following:
        if gone == "release":
            others.expect_read({**follows, name: None})
            others.expect_listed({**follows, name: None})
            _expect_no_filter_finds(others, name, entries.key(entry))
        elif entries.name in others.owners:
            # Its owner is gone, and a path is resolved from the owner on.
            path = others.path("read", follows)
            entries.kit.expect(others.caller.get(path), 404, entries.rule.missing)
        else:
            others.expect_gone(follows)
    listing = entries.kit.path.find(others.name, "list", others.owners)
    if entries.name in others.owners and listing is not None:
        listed = others.listed(fill(listing, {**others.owners, entries.name: again}))
        what = f"the {others.name} of a new {entries.name} in place of it"
        entries.kit.expect_equal(what, listed, [])
    beside.expect_read(*kept)
    beside.expect_listed(*kept)


def _expect_no_filter_finds(others: Entries, name: str, key: object) -> None:
    kit = others.kit
    for listing in lists_with(kit, owner=kit.roles.clients, collection=others.name):
        for one in listing.query_parameters:
            if one.filter and one.filter.property == name:
                got = read_list(kit, others.caller, listing, **{one.name: key})
                kit.expect_equal(f"{listing.id} with {name} of a deleted entry", got, [])


def _states(creation: Operation) -> list[Item]:
    """Values for new entries: each value of every enum."""
    words = {name: one["enum"] for name, one in creation.sent.items() if "enum" in one}
    most = max(map(len, words.values()), default=1)
    return [{name: of[turn % len(of)] for name, of in words.items()} for turn in range(most)]
