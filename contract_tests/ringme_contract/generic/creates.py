"""New entries of any resource."""

from __future__ import annotations

from ringme_contract.check import check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import Item
from ringme_contract.generic.entries import Entries
from ringme_contract.paths import fill
from ringme_contract.verdict import NotOffered
from ringme_spec.operations import Operation


def _expect_sent(entries: Entries, operation: Operation, entry: Item, sent: Item) -> None:
    """The response holds what was sent, and the defaults of the document for the rest."""
    defaults = operation.json_body.defaults if operation.json_body else {}
    numbering = entries.rule.numbering
    for name, value in entries.shown({**defaults, **sent}).items():
        what = f"{name} of a new {entries.name}"
        if numbering and name == numbering.property:
            end = str(value).rpartition(numbering.separator)[2]
            entries.kit.expect_true(f"{what} ends with {end}", entry[name].endswith(end), entry)
        else:
            entries.kit.expect_equal(what, entry[name], value)


@check_each("entry-create", "create", smoke=True)
def the_response_is_what_was_sent(kit: CheckContext, operation: Operation) -> None:
    """The least that may be sent, and all; the rest has the defaults, or is null."""
    entries = Entries(kit, operation)
    for full in (False, True):
        sent = kit.factory.body(operation, full)
        entry = entries.create(**sent)
        _expect_sent(entries, operation, entry, sent)
        for owner, key in entries.owners.items():
            name = entries.rule.owner_property(owner)
            if name in entry and name not in sent:
                kit.expect_equal(f"{name} of a new {entries.name}", entry[name], key)
        entries.expect_read(entry)
        entries.expect_listed(entry)


@check_each("entry-read", "create")
def a_new_entry_reads_as_it_was_answered(kit: CheckContext, operation: Operation) -> None:
    """Alone and in each list, whatever values its properties have."""
    entries, made = Entries(kit, operation), []
    for chosen in entries.bodies(operation):
        sent = kit.factory.body(operation, **chosen)
        entry = entries.create(**sent)
        _expect_sent(entries, operation, entry, sent)
        made.append(entry)
    for entry in made:
        entries.expect_read(entry)
        entries.expect_listed(entry)


# What others make meanwhile would take the id of the newest entry.
@check_each(
    "entry-create",
    "create",
    isolated=False,
    applies=lambda one, _: one.collection.sequence,
)
def an_id_is_never_given_twice(kit: CheckContext, operation: Operation) -> None:
    """Neither that of the newest entry nor that of an older one, once they are deleted."""
    entries = Entries(kit, operation)
    used = [entries.key(entries.create()) for _ in range(3)]
    for deleted in (used[2], used[0], None):
        if deleted is not None:
            path = entries.path("delete", deleted)
            kit.expect(entries.caller.request("DELETE", path), 204)
        again = entries.key(entries.create())
        kit.expect_true(f"the id {again} of a new {entries.name} was never used", again not in used)
        used.append(again)


@check_each("entry-create", "create", needs=("client", "other_client"))
def ids_differ_between_clients(kit: CheckContext, operation: Operation) -> None:
    """A path with the entry alone could not tell them apart."""
    both = [Entries(kit, operation, one) for one in ("client", "other_client")]
    ids = [entries.key(entries.create()) for entries in both * 2]
    kit.expect_equal(f"how many ids four new {both[0].name} of two clients have", len(set(ids)), 4)


@check_each("entry-read", "read", writes=False, smoke=True)
def an_entry_read_alone_is_the_listed_one(kit: CheckContext, operation: Operation) -> None:
    """Every entry of the client, or of the first owner that it has."""
    keys = kit.factory.keys_to_read(operation)
    rule = operation.collection
    listing = kit.path.within(rule.name, "list", keys)
    if listing is None:
        raise NotOffered(f"the document has no list of {rule.name}")
    caller = kit.caller("client")
    for entry in caller.read(fill(listing, keys)):
        path = fill(operation, {**keys, rule.name: entry[rule.key]})
        alone = caller.read(path)
        shown = {name: alone.get(name) for name in listing.response_properties}
        kit.expect_equal(f"{path} read alone", shown, {name: entry[name] for name in shown})


def _sets_unique(operation: Operation, _: object) -> bool:
    rule, sent = operation.collection, operation.json_body
    name = rule.unique.property if rule.unique else ""
    return (
        sent is not None
        and name in sent.properties
        and not (operation.action == "update" and name in rule.fixed)
    )


@check_each("entry-unique", "create", "update", applies=_sets_unique, smoke=True)
def a_taken_value_is_refused(kit: CheckContext, operation: Operation) -> None:
    """To the client, and to another one if the value is unique in the whole service."""
    entries = Entries(kit, operation)
    unique = entries.rule.unique
    taken = entries.create()
    identities = ["client"]
    if unique and unique.within is None and "other_client" in kit.target.identities:
        identities.append("other_client")
    for identity in identities:
        _expect_refused(kit, Entries(kit, operation, identity), operation, taken)
    entries.expect_read(taken)


def _expect_refused(kit: CheckContext, entries: Entries, operation: Operation, taken: Item) -> None:
    name = entries.rule.unique.property if entries.rule.unique else ""
    if operation.action == "create":
        path, beside = fill(operation, entries.owners), None
    else:
        beside = entries.create()
        path = entries.path("update", entries.key(beside))
    body = kit.factory.body(operation, identity=entries.identity, **{name: taken[name]})
    response = entries.caller.request(operation.method, path, json=body)
    message = str(kit.expect(response, 400).json().get("message"))
    kit.expect_true(f"the message of the 400 names {name}", name in message, message)
    if beside is not None:
        entries.expect_read(beside)
