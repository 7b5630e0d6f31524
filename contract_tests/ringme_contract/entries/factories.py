"""Test data: entries that are removed after the check, and values of path parameters."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ringme_contract.entries.found_items import RecordedItems
from ringme_contract.entries.made_entries import is_of_run
from ringme_contract.entries.operation_paths import fill
from ringme_contract.entries.request_values import (
    NO_CALL,
    NO_FAX,
    NO_RECORD,
    NOWHERE,
    RANGE,
    Item,
    RequestValues,
)
from ringme_contract.verdict import NotOffered, NotReached
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation
from ringme_spec.parameters import Parameter

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

__all__ = ["NOWHERE", "NO_CALL", "NO_FAX", "NO_RECORD", "RANGE", "Factory", "Item"]


class Factory(RequestValues):
    """Creates test data from the schemas and collections of the document.

    It all has the prefix of the run, by which leftovers of a killed run are found, and is removed
    after the check.
    """

    def __init__(self, kit: CheckContext) -> None:
        super().__init__(kit)
        self._known: dict[tuple[object, ...], Item] = {}
        self.items = RecordedItems(kit, self)
        self._own: dict[tuple[str, str], Any] = {}

    def forget(self) -> None:
        for known in (self._known, self.items.known, self._own, self._numbers):
            known.clear()
        self._kit.reserved -= self._reserved

    # --- entries

    @property
    def collections(self) -> list[CollectionRule]:
        """The collections whose entries can be created; those with most dependencies come first."""
        operations = self._kit.operations
        found = {
            one.collection.name: one.collection for one in operations if one.action == "create"
        }
        return sorted(found.values(), key=lambda rule: -len(self._needed(rule.name)))

    def _needed(self, collection: str, known: frozenset[str] = frozenset()) -> frozenset[str]:
        """The collections that an entry depends on by references and owners, directly or not."""
        creation = self.find_creation(collection)
        if collection in known or creation is None:
            return known
        known |= {collection}
        owners = [one.name for one in creation.path_collections]
        for name in (*self.referred(creation).values(), *owners):
            known = self._needed(name, known)
        return known

    @staticmethod
    def referred(operation: Operation) -> dict[str, str]:
        """The collections that properties of a body refer to, by property."""
        rules = operation.collection.references.items()
        return {name: one.collection for name, one in rules if name in operation.sent}

    def find_creation(self, collection: str) -> Operation | None:
        found = (one for one in self._kit.operations if one.action == "create")
        return next((one for one in found if one.collection.name == collection), None)

    def can_succeed(self, operation: Operation) -> bool:
        """True for a write that needs no entry that cannot be created, and no application."""
        makes = self.find_creation(operation.collection.name) is not None
        return operation.scopes is not None and (
            makes or operation.action in ("delete_range", "delete_listed")
        )

    def creation(self, collection: str) -> Operation:
        found = self.find_creation(collection)
        if found is None:
            raise NotOffered(f"the document has no operation that creates {collection}")
        return found

    def read(self, collection: str, identity: str = "client", **owners: object) -> list[Item]:
        """The entries of a collection, of the whole client or of one owner."""
        path = self._kit.path(collection, action="list", **owners)
        listing = self._kit.path.find(collection, "list", owners)
        ranged = listing is not None and listing.range_required
        query = self._kit.range_query if ranged else {}
        found: list[Item] = self._kit.caller(identity).entries(path, **query)
        return found

    def create(
        self,
        collection: str,
        identity: str = "client",
        within: Mapping[str, object] | None = None,
        **keys: Any,
    ) -> Item:
        """Creates an entry, which is deleted after the check; `within` are keys of its owners."""
        operation, caller = self.creation(collection), self._kit.caller(identity)
        owners = self.owners(operation, within or {}, identity)
        body = self.body(operation, identity=identity, **keys)
        path = fill(operation, owners)
        response = self._kit.expect(caller.post(path, body), operation.status)
        entry: Item = response.json()
        return entry

    def owners(
        self, operation: Operation, known: Mapping[str, object], identity: str = "client"
    ) -> dict[str, object]:
        """Keys of the owners in a path, by collection: known ones, or entries of the check."""
        return {
            name: known.get(name) or self.own(name, identity)
            for one in operation.entry_parameters
            if (name := str(one.collection)) in known or one.me is None
        }

    def new_group(self, identity: str = "client", **keys: Any) -> Item:
        return self.create(self._kit.roles.groups, identity, **keys)

    def new_extension(self, identity: str = "client", **keys: Any) -> Item:
        return self.create(self._kit.roles.numbers, identity, **keys)

    def new_group_user(self, group: int, **keys: Any) -> tuple[Item, str]:
        """Creates a user of a group; returns the entry and its password."""
        roles = self._kit.roles
        sent = self.creation(roles.users).sent
        secret = next(name for name in sent if sent[name].get("format") == "password")
        owner = self._kit.contract.collections[roles.users].owner_property(roles.groups) or ""
        keys = {owner: group, secret: self._password(), **keys}
        return self.create(roles.users, **keys), str(keys[secret])

    def own(self, collection: str, identity: str = "client") -> Any:
        """The key of an entry that the check created, always the same one."""
        if (collection, identity) not in self._own:
            rule = self._kit.contract.collections[collection]
            if self.find_creation(collection) is None:
                # Such an entry cannot be created, so it has to be an existing one.
                return self._first(collection, identity)[rule.key]
            self._own[collection, identity] = self.create(collection, identity)[rule.key]
        return self._own[collection, identity]

    # --- values of path parameters

    def to_read(self, operation: Operation) -> Item:
        """Path values of existing entries. Raises NotReached if there are none."""
        if not operation.addresses_entries:
            raise NotReached(f"the kit knows no entry for the path {operation.path}")
        last = operation.path_collections[-1:]
        if last and last[0].content is not None:
            found = self.items.one(last[0].name)
            return {one.name: found[str(one.collection)] for one in operation.path_parameters}
        return self.path_values(operation, self.keys_to_read(operation))

    def keys_to_read(self, operation: Operation) -> dict[str, Any]:
        """Keys of existing entries, by collection. Raises NotReached if there are none."""
        keys: dict[str, Any] = {}
        for one in operation.entry_parameters:
            name = str(one.collection)
            rule = self._kit.contract.collections[name]
            keys[name] = one.me or self._first(name, "client", **keys)[rule.key]
        return keys

    def path_values(self, operation: Operation, keys: Mapping[str, object]) -> Item:
        return {
            one.name: keys[one.collection] if one.collection else self.sample(one.schema)
            for one in operation.path_parameters
        }

    def to_change(self, operation: Operation) -> Item:
        """Path values of new entries, since a write must not touch anything else.

        Recorded items cannot be created, so their keys are of none that exists. Other entries that
        cannot be created are existing ones, which are restored after the check.
        """
        keys: dict[str, object] = {}
        for parameter, rule in zip(
            operation.entry_parameters, operation.path_collections, strict=True
        ):
            if parameter.me is not None:
                keys[rule.name] = parameter.me
            elif self.find_creation(rule.name) is None:
                keys[rule.name] = self._existing(operation, parameter, keys)
            else:
                keys[rule.name] = self.create(rule.name, within=keys)[rule.key]
        return self.path_values(operation, keys)

    def _existing(self, operation: Operation, parameter: Parameter, owners: Item) -> Any:
        """The key of an existing entry for an update, else of none."""
        if operation.action == "update":
            name = str(parameter.collection)
            with suppress(NotReached):
                return self._first(name, "client", **owners)[operation.collection.key]
        return self._nowhere(parameter)

    def nowhere(self, operation: Operation) -> Item:
        """Path values that do not exist."""
        # An item has no word for the caller's own, though its owner may have one.
        last = operation.path_names[-1:] if operation.ends_at_item else ()
        return {
            one.name: self._nowhere(one) if one.me is None or one.name in last else one.me
            for one in operation.path_parameters
        }

    def _nowhere(self, parameter: Parameter) -> Any:
        keys = (NOWHERE, NO_RECORD, NO_FAX, str(NOWHERE), NO_CALL)
        found = next((key for key in keys if parameter.validator.is_valid(key)), None)
        return self.sample(parameter.schema) if found is None else found

    def without_last(self, operation: Operation, path: Item) -> list[Item]:
        """The path with an unknown item at its end, if it is an item of an owner."""
        names = operation.path_names
        nowhere = self.nowhere(operation)
        return [{**path, names[-1]: nowhere[names[-1]]}] if len(names) > 1 else []

    def _first(self, collection: str, identity: str, **owners: object) -> Item:
        """The first entry from before the run, or one of the check. Raises NotReached."""
        known = (collection, identity, *owners.values())
        if known not in self._known:
            given = self._listed_by(collection, owners)
            listed = self.read(collection, identity, **given) if given is not None else []
            # Entries of other checks may be removed at any moment.
            found = [one for one in listed if not is_of_run(self._kit, one)]
            if not found and (self._kit.target.read_only or self.find_creation(collection) is None):
                raise NotReached(f"the client has no {collection}")
            self._known[known] = found[0] if found else self.create(collection, identity, owners)
        return self._known[known]

    def _listed_by(self, collection: str, owners: Mapping[str, object]) -> Item | None:
        """The owners in the path of a list with such entries; None without a list."""
        for given in (owners, {}):
            if self._kit.path.find(collection, "list", given) is not None:
                return dict(given)
        return None
