"""Updates of entries that cannot be created, and of parts of entries, seen at every path."""

from __future__ import annotations

from typing import Any

from ringme_contract.check import can_be_created, check_each
from ringme_contract.check_context import CheckContext
from ringme_contract.collection_entries import Entries
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.entries.operation_paths import fill, needed_keys
from ringme_contract.generic.updates import refers, texts_with_null, wrong_keys
from ringme_contract.lists import read_list
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation

# Responses by path: an entry, or a list of them.
Views = dict[str, Any]


class ViewedEntry:
    """An entry and all paths that show it, before and after an update.

    It is an entry of the check if it can be created, else the first existing one.
    """

    def __init__(self, kit: CheckContext, updating: Operation) -> None:
        self.kit, self.caller, self.updating = kit, kit.client, updating
        self.entries, self.rule = Entries(kit, updating.collection), updating.collection
        self.keys = self._keys()
        self.path = fill(updating, self.keys)
        self._readings = {
            fill(one, self.keys): one for one in kit.operations if self._shows_it(one)
        }
        self.before = self.read()
        kit.need(self.path in self.before, f"the document has no operation that reads {self.path}")

    def _keys(self) -> Item:
        if can_be_created(self.kit.contract, self.rule):
            # Two of them share the entries that they refer to.
            return {**self.entries.owners, self.rule.name: self.entries.key(self.entries.make())}
        return self.kit.factory.keys_to_read(self.updating)

    def _shows_it(self, one: Operation) -> bool:
        is_view = one.action == "read" or (one.action == "list" and not one.range_required)
        return is_view and one.collection is self.rule and needed_keys(one) <= self.keys.keys()

    def read(self) -> Views:
        return {path: self.caller.entries(path) for path in self._readings}

    def of_another_client(self) -> Views:
        """The responses of the same paths to another client, for paths to the caller's own."""
        if "other_client" not in self.kit.target.identities:
            return {}
        its_own = [path for path, one in self._readings.items() if not needed_keys(one)]
        return {path: self.kit.caller("other_client").entries(path) for path in its_own}

    def change(self, changes: Item, client: object = None) -> None:
        """Updates it (with `client` instead of `@me`); each path must show exactly that."""
        path = self.path.replace(self.kit.roles.own_client, str(client)) if client else self.path
        response = self.kit.expect(self.caller.put(path, changes), 200)
        self.before = self.with_changes(changes)
        got = response.json()
        self.kit.expect_equal(f"the response to PUT {path}", got, self.before[self.path])
        self.expect_unchanged()

    def expect_unchanged(self) -> None:
        for path, seen in self.read().items():
            self.kit.expect_equal(path, seen, self.before[path])

    def with_changes(self, changes: Item) -> Views:
        """The responses expected after changes, by stored property."""
        key = self.rule.key
        return {
            path: [
                _changed(reading, one, changes) if one[key] == self.keys[self.rule.name] else one
                for one in self.before[path]
            ]
            if reading.action == "list"
            else _changed(reading, self.before[path], changes)
            for path, reading in self._readings.items()
        }


def _changed(reading: Operation, seen: Item, changes: Item) -> Item:
    sources = {name: reading.shows.get(name, name) for name in seen}
    return {name: changes.get(sources[name], value) for name, value in seen.items()}


@check_each("entry-update", "update", existing=True, smoke=True)
def a_change_shows_at_every_path(kit: CheckContext, operation: Operation) -> None:
    """All properties together, then each alone, also to null; {} changes nothing.

    No text ends at a null character. Recorded items, another entry that was created, and those of
    another client stay the same.
    """
    beside, viewed = ViewedEntry(kit, operation), ViewedEntry(kit, operation)
    of_another = viewed.of_another_client()
    viewed.change({})
    if operation.is_part and can_be_created(kit.contract, operation.collection):
        nothing = dict.fromkeys(operation.response_properties)
        what = f"{viewed.path} of a new entry"
        kit.expect_properties(what, viewed.before[viewed.path], nothing)
    lists = [one for one in kit.operations if one.action == "list" and one.ranged]
    lists = [one for one in lists if one.section == kit.roles.clients]
    recorded = [read_list(kit, kit.client, one) for one in lists]
    bodies = list(viewed.entries.bodies(operation))
    for body in bodies:
        viewed.change(body)
    for one, before in zip(lists, recorded, strict=True):
        got = read_list(kit, kit.client, one)
        kit.expect_equal(f"{one.id} after {operation.id}", got, before)
    # What comes of a change of another property shows where this one is not null.
    last = {name: value for one in bodies for name, value in one.items() if value is not None}
    viewed.change(last, kit.client.read(kit.me)[f"{kit.roles.clients}_id"])
    for name, value in bodies[1 % len(bodies)].items():
        if any(body[name] is None for body in bodies):
            viewed.change({name: None})
        viewed.change({name: last.get(name) if value is None else value})
    texts = texts_with_null(kit, operation)
    # A store that cannot hold them may refuse them.
    if viewed.caller.put(viewed.path, texts).status_code != 400:
        viewed.before = viewed.with_changes(texts)
    viewed.change({})
    if beside.keys != viewed.keys:
        got = kit.client.read(beside.path)
        kit.expect_equal(beside.path, got, beside.before[beside.path])
    kit.expect_equal("what another client sees", viewed.of_another_client(), of_another)


@check_each("extra-keys", "update", existing=True)
def what_only_responses_have_is_not_to_be_set(kit: CheckContext, operation: Operation) -> None:
    """Properties of responses alone, and an unknown key, do not change the entry."""
    viewed = ViewedEntry(kit, operation)
    for extra in viewed.entries.not_settable(operation, viewed.before[viewed.path]):
        response = kit.expect(viewed.caller.put(viewed.path, extra), 200)
        what = f"the response to PUT {viewed.path} with {', '.join(extra)}"
        kit.expect_equal(what, response.json(), viewed.before[viewed.path])
    viewed.expect_unchanged()


@check_each("entry-reference", "update", existing=True, applies=refers, smoke=True)
def an_existing_entry_refers_to_nothing_unknown(kit: CheckContext, operation: Operation) -> None:
    """Keys that never existed, are deleted or another client's are a 404, as is an unknown entry.

    Valid references beside them, in either order, are not applied.
    """
    viewed, factory = ViewedEntry(kit, operation), kit.factory
    unknown = {**viewed.keys, viewed.rule.name: NOWHERE}
    referred = factory.referred(operation)
    good = {name: factory.own(other) for name, other in referred.items()}
    for name, other in referred.items():
        word = kit.contract.collections[other].missing
        for key in wrong_keys(kit, other):
            sent = {**good, **factory.change(operation), name: key}
            response = viewed.caller.put(viewed.path, sent)
            kit.expect(response, 404, word)
            viewed.expect_unchanged()
        response = viewed.caller.put(fill(operation, unknown), {name: NOWHERE})
        kit.expect(response, 404, viewed.rule.missing)


def _is_one_of_many(operation: Operation, contract: Contract) -> bool:
    lists = (one for one in contract.operations.values() if one.action == "list")
    rule = operation.collection
    return rule in [one.collection for one in lists] and not can_be_created(contract, rule)


@check_each(
    "entry-isolation",
    "update",
    needs=("client", "other_client"),
    existing=True,
    applies=_is_one_of_many,
    smoke=True,
)
def an_existing_entry_of_another_client_is_not_there(
    kit: CheckContext, operation: Operation
) -> None:
    """Below one's own client, for reading and for changing; it stays as it is."""
    rule, factory = operation.collection, kit.factory
    before = factory.read(rule.name, "other_client")
    for one in kit.operations:
        if one.ends_at_item and one.collection is rule and before:
            path = fill(one, {rule.name: before[0][rule.key]})
            body = {"json": factory.change(one)} if one.json_body else {}
            response = kit.client.request(one.method, path, **body)
            kit.expect(response, 404, rule.missing)
    kit.expect_equal(
        f"{rule.name} of another client", factory.read(rule.name, "other_client"), before
    )


def _released(operation: Operation, contract: Contract) -> dict[str, Operation]:
    """Properties that become null when the entry they refer to is deleted, with its delete."""
    deletions = {
        one.collection.name: one for one in contract.operations.values() if one.action == "delete"
    }
    return {
        name: deletions[one.collection]
        for name, one in operation.collection.references.items()
        if name in operation.sent and one.gone == "release" and one.collection in deletions
    }


def _is_released(operation: Operation, contract: Contract) -> bool:
    return bool(_released(operation, contract))


@check_each("entry-delete", "update", existing=True, applies=_is_released, smoke=True)
def an_existing_entry_is_released(kit: CheckContext, operation: Operation) -> None:
    """Each of its references alone, and all to the same entry, which is then deleted."""
    viewed, released = ViewedEntry(kit, operation), _released(operation, kit.contract)
    for names in ([*released], *([name] for name in released)):
        deletion = released[names[0]]
        same = [name for name in names if released[name] is deletion]
        goes = _new_key(kit, deletion)
        viewed.change(
            {name: goes if name in same else _new_key(kit, one) for name, one in released.items()}
        )
        path = fill(deletion, {deletion.collection.name: goes})
        kit.expect(viewed.caller.delete(path), deletion.status)
        viewed.before = viewed.with_changes(dict.fromkeys(same))
        viewed.expect_unchanged()


def _new_key(kit: CheckContext, deletion: Operation) -> object:
    return kit.factory.create(deletion.collection.name)[deletion.collection.key]


@check_each("entry-update", "update", existing=True, applies=_is_released)
def several_existing_entries_refer_to_one(kit: CheckContext, operation: Operation) -> None:
    """Two of them, with all references that they may have; both keep them."""
    viewed, released = ViewedEntry(kit, operation), _released(operation, kit.contract)
    rule, owners = viewed.rule, {**viewed.keys}
    others = [one for one in kit.factory.read(rule.name) if one[rule.key] != owners[rule.name]]
    kit.need(others, f"the client has only one {rule.name}")
    new = {one.collection.name: _new_key(kit, one) for one in released.values()}
    body = {name: new[one.collection.name] for name, one in released.items()}
    viewed.change(body)
    path = fill(operation, {**owners, rule.name: others[0][rule.key]})
    got = kit.expect(viewed.caller.put(path, body), operation.status).json()
    kit.expect_properties(f"the response to PUT {path}", got, body)
    got = kit.client.read(viewed.path)
    kit.expect_equal(viewed.path, got, viewed.before[viewed.path])
