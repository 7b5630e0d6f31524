"""Updates of entries of any resource."""

from __future__ import annotations

from typing import Any

from ringme_contract.check import check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import UNKNOWN, Entries
from ringme_contract.entries.factories import NOWHERE
from ringme_contract.entries.operation_paths import fill
from ringme_spec.operations import Operation


@check_each("entry-update", "update")
def each_property_changes_alone(kit: CheckContext, operation: Operation) -> None:
    """To some of its values, the last one twice; {} changes nothing; the rest stays."""
    entries = Entries(kit, operation.collection)
    entry = entries.create(**kit.factory.body(entries.creation, full=True))
    beside = entries.create()
    entry = entries.change(entry, {})
    defaults = entries.creation.json_body.defaults if entries.creation.json_body else {}
    for name in operation.sent:
        usual = defaults.get(name)
        # The default comes first: a reset by another update shows only with another value.
        some = sorted(_some(kit, entries.values(operation, name)), key=lambda one: one != usual)
        for value in some:
            entry = entries.change(entry, {name: value})
        entries.expect_read(entry)
    entries.expect_listed(entry, beside)
    entries.expect_read(beside)


def _some(kit: CheckContext, values: list[Any]) -> list[Any]:
    """Null if it is valid, and two other values, the last of them twice."""
    others = [one for one in values if one is not None]
    chosen = kit.random.sample(others, min(2, len(others)))
    return [*([None] if None in values else []), *chosen, *chosen[-1:]]


@check_each("entry-read", "update")
def a_changed_entry_reads_as_it_was_answered(kit: CheckContext, operation: Operation) -> None:
    """Alone and in each list, after updates of the label and of all properties."""
    entries = Entries(kit, operation.collection)
    entry, beside = (entries.create(**kit.factory.body(entries.creation, True)) for _ in range(2))
    entries.expect_listed(entry, beside)
    bodies = list(entries.bodies(operation))
    some = kit.random.sample(bodies, min(2, len(bodies)))
    for changes in (kit.factory.change(operation), *some):
        entry = entries.change(entry, changes)
        entries.expect_read(entry)
        entries.expect_listed(entry, beside)
    entries.expect_read(beside)


@check_each("values-kept", "update")
def an_update_shows_the_values_that_were_sent(kit: CheckContext, operation: Operation) -> None:
    """Each valid value of a property, all properties at once: in the response, alone, in lists.

    So is a long text. Texts with a null character are kept whole; a store that cannot hold them may
    refuse with 400.
    """
    entries = Entries(kit, operation.collection)
    # With all properties, so that null clears values.
    entry = entries.create(**kit.factory.body(entries.creation, full=True))
    for changes in entries.bodies(operation):
        entry = entries.change(entry, changes)
        entries.expect_read(entry)
    entries.expect_listed(entry)
    if long := entries.long_text(operation):
        entries.expect_read(entries.change(entry, long))
        entry = entries.change(entry, {name: entry[name] for name in long})
    texts = texts_with_null(kit, operation)
    if entries.caller.put(entries.path("update", entry), texts).status_code != 400:
        entry = {**entry, **entries.shown(texts)}
    entries.expect_read(entries.change(entry, {}))


def texts_with_null(kit: CheckContext, operation: Operation) -> dict[str, str]:
    """A body of all free texts that may change, each with a null character inside."""
    names = kit.factory.changeable(operation)
    return {name: f"{kit.new_name('text')}\0 and more" for name in names}


@check_each("extra-keys", "update")
def an_update_sets_only_what_may_be_set(kit: CheckContext, operation: Operation) -> None:
    """Properties of responses alone, and an unknown key, do not change the entry."""
    entries = Entries(kit, operation.collection)
    entry = entries.create()
    path = entries.path("update", entry)
    for extra in entries.not_settable(operation, entries.shown(entry)):
        got = kit.expect(entries.caller.put(path, extra), 200).json()
        what = f"the response to PUT {path} with {', '.join(extra)}"
        kit.expect_equal(what, entries.shown(got), entries.shown(entry))
        kit.expect_true("an unknown key is not stored", UNKNOWN not in got, got)
    entries.expect_read(entry)
    entries.expect_listed(entry)


# Concurrent creations would invalidate the caches that the check looks for.
@check_each("entry-update", "update", isolated=False)
def an_update_leaves_the_list_in_its_order(kit: CheckContext, operation: Operation) -> None:
    """The entry changes in its place, between others."""
    entries = Entries(kit, operation.collection)
    bodies = [kit.factory.body(entries.creation, full=True) for _ in range(3)]
    # Sorted by any other property, the first one would be the last.
    bodies.sort(key=lambda body: str(list(body.values())), reverse=True)
    first, entry, last = (entries.create(**body) for body in bodies)
    keys = [entries.key(one) for one in (first, entry, last)]
    listing = entries.operation("list")
    page_size = listing.roles.get("page_size") if listing else None
    # The maximum number of entries on a page.
    size = {page_size.name: page_size.schema.get("maximum", 0)} if page_size else {}
    before = {path: entries.caller.entries(path, **size) for path in entries.lists(entry)}
    changed = entries.change(entry, kit.factory.change(operation))
    for path in entries.lists(changed):
        expected = [one for one in (first, changed, last) if path in entries.lists(one)]
        # Both the page and the whole list may come from a cache.
        is_whole = len(before[path]) < max(size.values(), default=0)
        for query in (size, {}) if is_whole else ({},):
            listed = [entries.shown(one) for one in entries.caller.entries(path, **query)]
            if entries.rule.order == (entries.rule.key,):
                order = [entries.key(one) for one in listed]
                kit.expect_equal(f"the order of {path} with {query}", order, sorted(order))
            found = [one for one in listed if entries.key(one) in keys]
            kit.expect_equal(f"the own entries of {path} with {query}", found, expected)


def refers(operation: Operation, _: object) -> bool:
    return bool(operation.sent.keys() & operation.collection.references)


def wrong_keys(kit: CheckContext, collection: str) -> list[object]:
    """Keys that never existed, are deleted, or are of another client."""
    keys: list[object] = [NOWHERE]
    if deletion := kit.path.within(collection, "delete", {collection: None}):
        key = kit.contract.collections[collection].key
        deleted = {collection: kit.factory.create(collection)[key]}
        kit.expect(kit.client.delete(fill(deletion, deleted)), 204)
        keys += deleted.values()
    if "other_client" in kit.target.identities:
        keys.append(kit.factory.own(collection, "other_client"))
    return keys


@check_each("entry-reference", "create", "update", applies=refers)
def a_reference_to_nothing_is_refused(kit: CheckContext, operation: Operation) -> None:
    """Keys that never existed, are deleted or of another client; other changes are not applied."""
    entries = Entries(kit, operation.collection)
    referred = kit.factory.referred(operation)
    entry = entries.create()
    path = entries.path(operation.action, entry)
    body = kit.factory.body(operation) if operation.action == "create" else {}
    for name, other in referred.items():
        for key in wrong_keys(kit, other):
            for changes in (body, {**body, **kit.factory.change(operation)}):
                sent = {**changes, name: key}
                response = entries.caller.request(operation.method, path, json=sent)
                kit.expect(response, 404, kit.contract.collections[other].missing)
                entries.expect_read(entry)
    entries.expect_listed(entry)
