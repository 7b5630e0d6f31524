"""Test data: entries that are made and removed again, and values for path parameters."""

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
    """Makes what a check needs from schemas and collections of the document.

    All that it makes bears the prefix of the run, so that the leftovers of a run that was killed
    can be found by it, and is removed after the check.
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
        """The collections whose entries can be created, those that need others first."""
        operations = self._kit.operations
        found = {
            one.collection.name: one.collection for one in operations if one.action == "create"
        }
        return sorted(found.values(), key=lambda rule: -len(self._needed(rule.name)))

    def _needed(self, collection: str, known: frozenset[str] = frozenset()) -> frozenset[str]:
        """The collections that references and owners of an entry lead to, the farthest as well."""
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
        """Tell if a write needs no entry that nobody can make, nor an application of the target."""
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
        """The client's own entries of a collection, or those of another owner."""
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
        """Keys of the owners in a path by collection: known ones, else some of the check's own."""
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
        """Creates a user of a group; the second value is its password."""
        roles = self._kit.roles
        sent = self.creation(roles.users).sent
        secret = next(name for name in sent if sent[name].get("format") == "password")
        owner = self._kit.contract.collections[roles.users].owner_property(roles.groups) or ""
        keys = {owner: group, secret: self._password(), **keys}
        return self.create(roles.users, **keys), str(keys[secret])

    def own(self, collection: str, identity: str = "client") -> Any:
        """The key of an entry of the check's own, the same one each time."""
        if (collection, identity) not in self._own:
            rule = self._kit.contract.collections[collection]
            if self.find_creation(collection) is None:
                # Nothing can be made to refer to, so it has to be what is there.
                return self._first(collection, identity)[rule.key]
            self._own[collection, identity] = self.create(collection, identity)[rule.key]
        return self._own[collection, identity]

    # --- values of path parameters

    def to_read(self, operation: Operation) -> Item:
        """Values of things that are there. Raises NotReached if there are none."""
        if not operation.addresses_entries:
            raise NotReached(f"nothing is known to be at the end of {operation.path}")
        last = operation.path_collections[-1:]
        if last and last[0].content is not None:
            found = self.items.one(last[0].name)
            return {one.name: found[str(one.collection)] for one in operation.path_parameters}
        return self.path_values(operation, self.keys_to_read(operation))

    def keys_to_read(self, operation: Operation) -> dict[str, Any]:
        """Keys by collection of entries that are there. Raises NotReached if there are none."""
        keys: dict[str, Any] = {}
        for one in operation.entry_parameters:
            name = str(one.collection)
            rule = self._kit.contract.collections[name]
            keys[name] = one.me or self._first(name, "client", **keys)[rule.key]
        return keys

    def path_values(self, operation: Operation, keys: Mapping[str, object]) -> Item:
        """Values of path parameters, from the keys of entries by collection."""
        return {
            one.name: keys[one.collection] if one.collection else self.sample(one.schema)
            for one in operation.path_parameters
        }

    def to_change(self, operation: Operation) -> Item:
        """Values of things of its own, made anew each time: a write must not touch anything else.

        Recorded items cannot be made, so that theirs are of none that is there; other entries that
        cannot be made are there, and put back after the check.
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
        """The key of what is there and may be changed; else of nothing."""
        if operation.action == "update":
            name = str(parameter.collection)
            with suppress(NotReached):
                return self._first(name, "client", **owners)[operation.collection.key]
        return self._nowhere(parameter)

    def nowhere(self, operation: Operation) -> Item:
        """Values of things that do not exist."""
        # An item is nobody's own, though its owner may be the caller's.
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
        """The same path with nothing at its end, if it ends at an item of an owner."""
        names = operation.path_names
        nowhere = self.nowhere(operation)
        return [{**path, names[-1]: nowhere[names[-1]]}] if len(names) > 1 else []

    def _first(self, collection: str, identity: str, **owners: object) -> Item:
        """The first entry that was there before the run, or one of the check's own.

        Raises NotReached.
        """
        known = (collection, identity, *owners.values())
        if known not in self._known:
            given = self._listed_by(collection, owners)
            listed = self.read(collection, identity, **given) if given is not None else []
            # What other checks have made may be gone the next moment.
            found = [one for one in listed if not is_of_run(self._kit, one)]
            if not found and (self._kit.target.read_only or self.find_creation(collection) is None):
                raise NotReached(f"the client has no {collection}")
            self._known[known] = found[0] if found else self.create(collection, identity, owners)
        return self._known[known]

    def _listed_by(self, collection: str, owners: Mapping[str, object]) -> Item | None:
        """The owners by whose list the entries of a collection can be found; None without one."""
        for given in (owners, {}):
            if self._kit.path.find(collection, "list", given) is not None:
                return dict(given)
        return None
