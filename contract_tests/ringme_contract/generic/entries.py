"""Entries of one collection, and what shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringme_contract.boundary_values import TEXTS, BoundaryValues
from ringme_contract.check_context import CheckContext
from ringme_contract.factories import Item
from ringme_contract.paths import fill
from ringme_contract.verdict import NotOffered
from ringme_spec.operations import Operation
from ringme_spec.schema import Schema


class Entries:
    """Entries of the collection of an operation, made by a check as an identity."""

    def __init__(self, kit: CheckContext, operation: Operation, identity: str = "client") -> None:
        self.kit, self.factory = kit, kit.factory
        self.caller, self.identity = kit.caller(identity), identity
        self.rule = operation.collection
        self.name = self.rule.name
        self.creation = kit.factory.creation(self.name)
        self.owners = kit.factory.owners(self.creation, {}, identity)
        # Whatever else responses hold is the implementation's own affair.
        self._shown = set(self.creation.response_properties)

    # --- requests

    def create(self, **keys: Any) -> Item:
        return self.factory.create(self.name, self.identity, self.owners, **keys)

    def operation(self, action: str) -> Operation | None:
        return self.kit.path.within(self.name, action, {**self.owners, self.name: None})

    def path(self, action: str, key: object) -> str:
        """The path of an action on the entry with a key. Raises NotOffered if there is none."""
        operation = self.operation(action)
        if operation is None:
            raise NotOffered(f"the document has no {action} of {self.name}")
        return fill(operation, {**self.owners, self.name: key})

    def shown(self, entry: Item) -> Item:
        """The properties that the document has."""
        return {name: value for name, value in entry.items() if name in self._shown}

    def key(self, entry: Item) -> Any:
        return entry[self.rule.key]

    def read(self, path: str) -> Any:
        return self.kit.expect(self.caller.request("GET", path), 200).json()

    def change(self, entry: Item, changes: Item) -> Item:
        """Updates an entry and expects the response to be the entry with these changes."""
        updating = self.operation("update")
        needed = updating.json_body.required_properties if updating and updating.json_body else ()
        body = {**{name: entry[name] for name in needed if name in entry}, **changes}
        path = self.path("update", self.key(entry))
        found = self.kit.expect(self.caller.request("PUT", path, json=body), 200).json()
        expected = {**self.shown(entry), **self.shown(changes)}
        self.kit.expect_equal(f"the response to PUT {path}", self.shown(found), expected)
        return expected

    # --- what shows them

    def lists(self, entry: Item) -> Iterator[str]:
        """The lists that have to hold an entry: of the client, and of what it belongs to."""
        for listing in self.kit.path.all(self.name, "list"):
            keys = self.keys(listing, entry)
            if not listing.range_required and keys is not None:
                yield fill(listing, keys)

    def keys(self, operation: Operation, entry: Item) -> Item | None:
        """Keys for the path of an operation on an entry; None if it does not belong there."""
        found: Item = {}
        for one in operation.entry_parameters:
            name = str(one.collection)
            if name == self.name:
                found[name] = self.key(entry)
            elif one.me is None:
                prop = self.rule.owner_property(name)
                found[name] = entry.get(prop or "", self.owners.get(name))
        return None if None in found.values() else found

    def entries(self, path: str) -> list[Item]:
        """A list as it is shown, without further properties."""
        return [self.shown(one) for one in self.read(path)]

    def expect_read(self, entry: Item) -> None:
        """Fails the check unless the entry read alone is this."""
        if self.operation("read") is not None:
            path = self.path("read", self.key(entry))
            got = self.shown(self.read(path))
            self.kit.expect_equal(f"{path} read alone", got, self.shown(entry))

    def expect_listed(self, entry: Item) -> None:
        """Fails the check unless each list that has to hold the entry does, once, as it is."""
        for path in self.lists(entry):
            found = [one for one in self.entries(path) if self.key(one) == self.key(entry)]
            what = f"the entries of {path} with the key {self.key(entry)}"
            self.kit.expect_equal(what, found, [self.shown(entry)])

    def expect_gone(self, entry: Item) -> None:
        """Fails the check unless it is missing for every method, and in no list."""
        for action in ("read", "update", "delete"):
            operation = self.operation(action)
            if operation is not None:
                body = {"json": self.factory.harmless(operation)} if operation.json_body else {}
                path = self.path(action, self.key(entry))
                response = self.caller.request(operation.method, path, **body)
                self.kit.expect(response, 404, self.rule.missing)
        for path in self.lists(entry):
            if self.caller.request("GET", path).status_code != 404:
                keys = [self.key(one) for one in self.entries(path)]
                self.kit.expect_true(f"{path} is without it", self.key(entry) not in keys, keys)

    # --- values

    def values(self, operation: Operation, name: str) -> list[Any]:
        """Values for a property that no rule refuses, the last one other than the first."""
        if operation.json_body is None or name in self.rule.fixed:
            return []
        schema, rule = operation.json_body.properties[name], self.rule
        if name in rule.references:
            other = rule.references[name].collection
            key = self.kit.contract.collections[other].key
            keys = [self.factory.create(other, self.identity)[key] for _ in range(2)]
            return [*keys, None] if schema.get("nullable") else keys
        if (rule.numbering and name == rule.numbering.property) or (
            rule.unique and name == rule.unique.property
        ):
            return [self.factory.value(operation, name, self.identity)]
        if name == self.factory.label(operation):
            return [*self._labels(schema), *([None] if schema.get("nullable") else [])]
        return self._allowed(operation, name, schema)

    def _labels(self, schema: Schema) -> list[str]:
        """Texts that begin with the prefix of the run, as far as there is room for it."""
        longest = schema.get("maxLength", 255)
        new = self.kit.new_name("changed")
        texts = (new, *(f"{self.kit.run_id} {one}" for one in TEXTS), f"{new} ".ljust(longest, "я"))
        fitting = [one for one in texts if len(one) <= longest]
        return fitting or [self.factory.text(schema)]

    def bodies(self, operation: Operation) -> Iterator[Item]:
        """Bodies with all properties, whose values change from one body to the next."""
        names = operation.json_body.properties if operation.json_body else {}
        values = {name: found for name in names if (found := self.values(operation, name))}
        unique = self.rule.unique.property if self.rule.unique else None
        for turn in range(max(map(len, values.values()), default=0)):
            chosen = {name: found[turn % len(found)] for name, found in values.items()}
            if unique in chosen:
                chosen[unique] = self.factory.value(operation, unique, self.identity)
            yield chosen

    def _allowed(self, operation: Operation, name: str, schema: Schema) -> list[Any]:
        text = schema.get("type") == "string" and "enum" not in schema
        values = BoundaryValues(self.kit.contract.schemas)
        sample = self.factory.value(operation, name) if text else ""
        found = [one.value for one in values.json_values(schema, sample) if one.allowed]
        if operation.null_is_absent and None in found:
            found.remove(None)
        if text:
            found += [one for one in TEXTS if values.allows(schema, one)]
        return found
