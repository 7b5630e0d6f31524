"""Updates of entries of any resource."""

from __future__ import annotations

from ringme_contract.check import check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import NOWHERE
from ringme_contract.generic.entries import Entries
from ringme_contract.paths import fill
from ringme_spec.operations import Operation


def _settable(operation: Operation) -> list[str]:
    return list(operation.json_body.properties) if operation.json_body else []


@check_each("entry-update", "update")
def each_property_changes_alone(kit: CheckContext, operation: Operation) -> None:
    """To every value that it may have, the last one twice; {} changes nothing; all else stays."""
    entries = Entries(kit, operation)
    entry = entries.shown(entries.create(**kit.factory.body(entries.creation, full=True)))
    beside = entries.create()
    entry = entries.change(entry, {})
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


@check_each("entry-read", "update")
def a_changed_entry_reads_as_it_was_answered(kit: CheckContext, operation: Operation) -> None:
    """After each of several updates of all properties; nothing at all changes nothing."""
    entries = Entries(kit, operation)
    entry, beside = entries.shown(entries.create()), entries.create()
    for changes in entries.bodies(operation):
        entry = entries.change(entry, changes)
        entries.expect_read(entry)
        entries.expect_listed(entry)
        entry = entries.change(entry, {})
    entries.expect_read(entry)
    entries.expect_read(beside)
    entries.expect_listed(beside)


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
    """To what never was, is deleted or another client's; with changes that then stay undone."""
    entries = Entries(kit, operation)
    referred = kit.factory.referred(operation)
    entry, body = entries.create(), {}
    path = fill(operation, {**entries.owners, entries.name: entries.key(entry)})
    if operation.action == "create":
        body = kit.factory.body(operation)
    for name, other in referred.items():
        keys: list[object] = [NOWHERE]
        if deletion := kit.path.within(other, "delete", {other: None}):
            deleted = {other: kit.factory.create(other)[kit.contract.collections[other].key]}
            kit.expect(entries.caller.request("DELETE", fill(deletion, deleted)), 204)
            keys += deleted.values()
        if "other_client" in kit.target.identities:
            keys.append(kit.factory.own(other, "other_client"))
        for key in keys:
            for changes in (body, {**body, **kit.factory.change(operation)}):
                sent = {**changes, name: key}
                response = entries.caller.request(operation.method, path, json=sent)
                kit.expect(response, 404, kit.contract.collections[other].missing)
                entries.expect_read(entry)
    entries.expect_listed(entry)
