"""New entries of any resource."""

from __future__ import annotations

import json

from ringme_contract.check import check, check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries, all_entries
from ringme_contract.entries.factories import NOWHERE, Factory, Item
from ringme_contract.entries.made_entries import is_of_run
from ringme_contract.entries.operation_paths import fill
from ringme_contract.verdict import NotOffered
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation


def _expect_sent(entries: Entries, entry: Item, sent: Item) -> None:
    """Fails unless an entry has the values sent, and the document's defaults for the rest."""
    body, numbering = entries.creation.json_body, entries.rule.numbering
    for name, value in entries.shown({**(body.defaults if body else {}), **sent}).items():
        what = f"{name} of a new {entries.name}"
        if numbering and name == numbering.property:
            end = str(value).rpartition(numbering.separator)[2]
            entries.kit.expect_true(f"{what} ends with {end}", entry[name].endswith(end), entry)
        else:
            entries.kit.expect_equal(what, entry[name], value)


@check_each("entry-create", "create", smoke=True)
def the_response_is_what_was_sent(kit: CheckContext, operation: Operation) -> None:
    """With the required properties only, and with all; the rest has the defaults, or is null."""
    entries = Entries(kit, operation.collection)
    for full in (False, True):
        sent = kit.factory.body(operation, full)
        entry = entries.create(**sent)
        _expect_sent(entries, entry, sent)
        for owner, key in entries.owners.items():
            name = entries.rule.owner_property(owner)
            if name in entry and name not in sent:
                kit.expect_equal(f"{name} of a new {entries.name}", entry[name], key)


@check_each("entry-read", "create", smoke=True)
def a_new_entry_reads_as_it_was_answered(kit: CheckContext, operation: Operation) -> None:
    """With the required properties only, and with all: read alone and in each list."""
    entries = Entries(kit, operation.collection)
    made = [entries.create(**kit.factory.body(operation, full)) for full in (False, True)]
    entries.expect_read(*made)
    entries.expect_listed(*made)


@check_each("values-kept", "create")
def a_new_entry_has_the_values_that_were_sent(kit: CheckContext, operation: Operation) -> None:
    """Each valid value of a property, all properties at once: in the response, alone, in lists."""
    entries, made = Entries(kit, operation.collection), []
    for chosen in filter(None, (*entries.bodies(operation), entries.long_text(operation))):
        sent = kit.factory.body(operation, **chosen)
        made.append(entries.create(**sent))
        _expect_sent(entries, made[-1], sent)
    entries.expect_read(*made)
    entries.expect_listed(*made)


@check_each("values-kept", "create", applies=lambda one, _: Factory.label(one) is not None)
def no_text_ends_at_a_null_character(kit: CheckContext, operation: Operation) -> None:
    """The text is kept whole; a store that cannot hold it may refuse it with 400.

    A lone surrogate, which JSON can write, must not break the server.
    """
    entries, name = Entries(kit, operation.collection), str(kit.factory.label(operation))
    text = f"{kit.new_name('text')}\0 and more"
    body = {**kit.factory.body(operation), name: text}
    response = entries.caller.post(entries.path("create"), body)
    if response.status_code != 400:
        entry = kit.expect(response, operation.status).json()
        kit.expect_equal(f"{name} of a new {entries.name}", entry[name], text)
        entries.expect_read(entry)
    half = kit.factory.body(operation) | {name: f"{kit.new_name('half')} \ud800"}
    content, headers = json.dumps(half).encode(), {"Content-Type": "application/json"}
    entries.caller.request("POST", entries.path("create"), content=content, headers=headers)


# A concurrent creation would take the next id.
@check_each(
    "entry-create", "create", isolated=False, applies=lambda one, _: one.collection.sequence
)
def an_id_is_never_given_twice(kit: CheckContext, operation: Operation) -> None:
    """Neither that of the newest entry nor that of an older one, after they are deleted."""
    entries = Entries(kit, operation.collection)
    made = [entries.create() for _ in range(3)]
    used = [entries.key(one) for one in made]
    for deleted in (made[2], made[0], None):
        if deleted is not None:
            entries.delete(deleted)
        again = entries.key(entries.create())
        kit.expect_true(f"the id {again} of a new {entries.name} was never used", again not in used)
        used.append(again)


@check_each("entry-create", "create", needs=("client", "other_client"))
def ids_differ_between_clients(kit: CheckContext, operation: Operation) -> None:
    """Otherwise a path with only the id of an entry would be ambiguous.

    What is not sent has the same defaults for each.
    """
    both = [Entries(kit, operation.collection, one) for one in ("client", "other_client")]
    ids = []
    for entries in both * 2:
        sent = kit.factory.body(operation, identity=entries.identity)
        entry = entries.create(**sent)
        _expect_sent(entries, entry, sent)
        ids.append(entries.key(entry))
    kit.expect_equal(
        (f"number of different ids of four new {both[0].name} of two clients"), len(set(ids)), 4
    )


# The number of entries tried of a list with a range, which may be long.
_SOME = 25


def _is_listed(operation: Operation, contract: Contract) -> bool:
    lists = (one for one in contract.operations.values() if one.action == "list")
    return operation.collection in [one.collection for one in lists]


@check_each("entry-read", "read", writes=False, applies=_is_listed, smoke=True)
def an_entry_read_alone_is_the_listed_one(kit: CheckContext, operation: Operation) -> None:
    """Every entry of the client, or of its first owner; some of a list with a range."""
    keys = kit.factory.keys_to_read(operation)
    rule = operation.collection
    lists = kit.path.all(rule.name, "list")
    owners = operation.path_collections[:-1]
    listing = next((one for one in lists if one.path_collections == owners), None)
    if listing is None:
        raise NotOffered(f"the document has no list of {rule.name} of the same owners")
    caller, ranged = kit.client, listing.range_required
    body = caller.read(fill(listing, keys), **(kit.range_query if ranged else {}))
    entries = listing.listed(body)
    for entry in entries[:_SOME] if ranged else entries:
        if entry[rule.key] != keys[rule.name] and is_of_run(kit, entry):
            # Another check created it, and may remove it at any moment.
            continue
        path = fill(operation, {**keys, rule.name: entry[rule.key]})
        alone = caller.read(path)
        shown = {name: alone.get(name) for name in listing.response_properties}
        kit.expect_equal(f"{path} read on its own", shown, {name: entry[name] for name in shown})


def _sets_unique(operation: Operation, _: object) -> bool:
    rule = operation.collection
    name = rule.unique.property if rule.unique else ""
    is_fixed = operation.action == "update" and name in rule.fixed
    return name in operation.sent and not is_fixed


@check_each("entry-unique", "create", "update", applies=_sets_unique, smoke=True)
def a_taken_value_is_refused(kit: CheckContext, operation: Operation) -> None:
    """To the client, and to another one if the value is unique in the whole service.

    It is free again when its entry gets another value.
    """
    entries = Entries(kit, operation.collection)
    unique = entries.rule.unique
    taken = entries.create()
    identities = ["client"]
    if unique and unique.within is None and "other_client" in kit.target.identities:
        identities.append("other_client")
    for identity in identities:
        _expect_refused(Entries(kit, operation.collection, identity), operation, taken)
    entries.expect_read(taken)
    updating, name = entries.operation("update"), unique.property if unique else ""
    if updating is not None and name not in entries.rule.fixed:
        entries.change(taken, {name: kit.factory.value(updating, name)})
        entries.create(**{name: taken[name]})


def _expect_refused(entries: Entries, operation: Operation, taken: Item) -> None:
    kit, name = entries.kit, entries.rule.unique.property if entries.rule.unique else ""
    beside = None if operation.action == "create" else entries.create()
    path = entries.path(operation.action, beside)
    body = kit.factory.body(operation, identity=entries.identity, **{name: taken[name]})
    response = entries.caller.request(operation.method, path, json=body)
    kit.expect_named(response, name)
    if beside is not None:
        entries.expect_read(beside)


@check("failed-request-changes-nothing", isolated=True)
def a_value_of_a_refused_creation_stays_free(kit: CheckContext) -> None:
    """A creation is refused for a reference or its syntax; then the same value can be used."""
    client, tried = kit.client, 0
    for entries in all_entries(kit):
        if entries.rule.unique is None:
            continue
        path, (body,) = entries.path("create"), entries.new_bodies(1)
        for name in kit.factory.referred(entries.creation):
            for bad, status in ((NOWHERE, 404), ("x", 400)):
                refused = client.post(path, {**body, name: bad})
                kit.expect(refused, status)
                tried += 1
        made = client.post(path, body)
        kit.expect(made, entries.creation.status)
    kit.need_offered(tried, "the document has no unique value beside a reference")
