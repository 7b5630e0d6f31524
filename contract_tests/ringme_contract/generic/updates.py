"""Updates of entries of any resource."""

from __future__ import annotations

from ringme_contract.check import check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import NOWHERE
from ringme_contract.generic.entries import Entries
from ringme_contract.own_entries import send
from ringme_contract.paths import fill
from ringme_spec.operations import Operation


def _settable(operation: Operation) -> list[str]:
    return list(operation.json_body.properties) if operation.json_body else []


@check_each("entry-update", "update")
def each_property_changes_alone(kit: CheckContext, operation: Operation) -> None:
    """To every value that it may have, the last one twice; all else stays, in place in the list."""
    entries = Entries(kit, operation)
    entry = entries.shown(entries.create(**kit.factory.body(entries.creation, full=True)))
    beside = entries.create()
    for name in _settable(operation):
        values = entries.values(operation, name)
        for value in values:
            entry = entries.change(entry, {name: value})
            entries.expect_read(entry)
        if values:
            entry = entries.change(entry, {name: values[-1]})
            entries.expect_listed(entry)
    entries.expect_read(beside)
    entries.expect_listed(beside)


@check_each("entry-update", "update")
def all_properties_change_at_once(kit: CheckContext, operation: Operation) -> None:
    """And once more to other values; nothing at all, before and after, changes nothing."""
    entries = Entries(kit, operation)
    entry = entries.shown(entries.create())
    values = {name: entries.values(operation, name) for name in _settable(operation)}
    for place in (0, -1):
        entry = entries.change(entry, {})
        changes = {name: found[place] for name, found in values.items() if found}
        entry = entries.change(entry, changes)
        entry = entries.change(entry, {})
        entries.expect_read(entry)
        entries.expect_listed(entry)


@check_each("entry-update", "update")
def an_update_leaves_the_list_in_its_order(kit: CheckContext, operation: Operation) -> None:
    """The entry changes where it stands, between others."""
    entries = Entries(kit, operation)
    first, entry, last = (entries.shown(entries.create()) for _ in range(3))
    keys = [entries.key(one) for one in (first, entry, last)]
    changed = entries.change(entry, kit.factory.change(operation))
    for path in entries.lists(changed):
        found = [one for one in entries.entries(path) if entries.key(one) in keys]
        expected = [one for one in (first, changed, last) if path in entries.lists(one)]
        kit.expect_equal(f"the own entries of {path}", found, expected)


def _refers(operation: Operation, _: object) -> bool:
    sent = operation.json_body.properties if operation.json_body else {}
    return bool(sent.keys() & operation.collection.references)


@check_each("entry-reference", "create", "update", applies=_refers)
def a_reference_to_nothing_is_refused(kit: CheckContext, operation: Operation) -> None:
    """To what never was and to what is another client's; with other changes, which stay undone."""
    entries = Entries(kit, operation)
    referred = kit.factory.referred(operation)
    entry, body = entries.create(), {}
    path = fill(operation, {**entries.owners, entries.name: entries.key(entry)})
    if operation.action == "create":
        body = kit.factory.body(operation)
    for name, other in referred.items():
        keys = [NOWHERE]
        if "other_client" in kit.target.identities:
            keys.append(kit.factory.own(other, "other_client"))
        for key in keys:
            for changes in (body, {**body, **kit.factory.change(operation)}):
                sent = {**changes, name: key}
                response = send(kit, entries.caller, operation.method, path, json=sent)
                kit.expect(response, 404, kit.contract.collections[other].missing)
                entries.expect_read(entry)
    entries.expect_listed(entry)
