"""Entries of one collection: created, changed, and looked up wherever they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringme_contract.boundary_values import TEXTS, BoundaryValues, once
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import fill
from ringme_contract.verdict import NotOffered
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation
from ringme_spec.schema import Schema

# More than the usual 255 characters of a database column.
_LONG = 300
# More than some databases store in a text.
_VERY_LONG = 2**16 + 1
# A key of no body in the document.
UNKNOWN = "contract_unknown_key"


class Entries:
    """Entries of a collection, created by a check below owners of its own.

    Only properties of the document are compared; others are the implementation's own affair.
    """

    def __init__(self, kit: CheckContext, rule: CollectionRule, identity: str = "client") -> None:
        self.kit, self.factory, self.rule = kit, kit.factory, rule
        self.name = rule.name
        self.caller, self.identity = kit.caller(identity), identity
        creation = kit.factory.find_creation(self.name)
        self.owners = kit.factory.owners(creation, {}, identity) if creation else {}
        # The label marks an entry as the kit's own.
        self._label = kit.factory.label(creation) if creation else None
        self._values = BoundaryValues(kit.contract.schemas)

    @property
    def creation(self) -> Operation:
        """The operation that creates entries. Raises NotOffered without one."""
        return self.factory.creation(self.name)

    # --- requests

    def operation(self, action: str) -> Operation | None:
        return self.kit.path.within(self.name, action, {**self.owners, self.name: None})

    def path(self, action: str, entry: Item | None = None) -> str:
        """The path of an action, on an entry if one is given. Raises NotOffered without one."""
        operation = self.operation(action)
        if operation is None:
            raise NotOffered(f"the document has no {action} of {self.name}")
        own = {self.name: self.key(entry)} if entry else {}
        return fill(operation, {**self.owners, **own})

    def create(self, **keys: Any) -> Item:
        return self.shown(self.factory.create(self.name, self.identity, self.owners, **keys))

    def make(self, **keys: Any) -> Item:
        """Creates an entry with all its references set, and checks that it has the values sent."""
        sent = {**self._references(), **keys}
        entry = self.create(**sent)
        self.kit.expect_properties(f"a new {self.name}", entry, self.shown(sent))
        return entry

    def twins(self) -> list[Item]:
        """Two entries that are equal in all properties but the unique ones."""
        body = next(self.bodies(self.creation))
        for name in self._unique:
            body.pop(name, None)
        return [self.make(**body) for _ in range(2)]

    def change(self, entry: Item, changes: Item) -> Item:
        """Updates an entry; the response must be the entry with these changes."""
        updating = self.operation("update")
        needed = updating.needed if updating else ()
        body = {**{name: entry[name] for name in needed if name in entry}, **changes}
        path = self.path("update", entry)
        found = self.kit.expect(self.caller.put(path, body), 200).json()
        expected = {**self.shown(entry), **self.shown(changes)}
        what = f"the response to PUT {path} with {list(changes)}"
        self.kit.expect_equal(what, self.shown(found), expected)
        return expected

    def not_settable(self, operation: Operation, entry: Item) -> tuple[Item, Item]:
        """Bodies with the keys an update needs, and keys that it cannot set.

        These are UNKNOWN, settable keys in capitals, and properties of responses alone. Properties
        of the body's schema are left out, since their value may be refused for its type. Booleans
        are sent with their other value; in the second body, texts that are numbers or times are
        other ones, too.
        """
        body, schemas = operation.json_body, self.kit.contract.schemas
        known = {*schemas.properties(body.schema), *self.rule.fixed} if body else set()
        shown = [name for name in entry if name not in known]
        capitals = [name.upper() for name in operation.sent]
        extra = {
            **{name: entry[name] for name in operation.needed if name in entry},
            **dict.fromkeys([*shown, *capitals, UNKNOWN], "not set"),
            **{name: not entry[name] for name in shown if isinstance(entry[name], bool)},
        }
        others = {
            name: text[:-1] + ("1" if text[-1] == "0" else "0")
            for name in shown
            if isinstance(text := entry[name], str)
            and text[:1].isdecimal()
            and text[-1].isdecimal()
        }
        return extra, {**extra, **others}

    def delete(self, entry: Item) -> None:
        path = self.path("delete", entry)
        response = self.kit.expect(self.caller.delete(path), 204)
        self.kit.expect_equal(f"the body of the response to DELETE {path}", response.content, b"")

    # --- views

    def shown(self, entry: Item) -> Item:
        """The properties that are in responses by the document."""
        known = self.creation.response_properties
        return {name: value for name, value in entry.items() if name in known}

    def key(self, entry: Item) -> Any:
        return entry[self.rule.key]

    def listed(self, path: str) -> list[Item]:
        return [self.shown(one) for one in self.caller.entries(path)]

    def lists(self, entry: Item) -> Iterator[str]:
        """The paths of the lists that have to hold an entry: of the client, and of its owners."""
        for listing in self.kit.path.all(self.name, "list"):
            keys = self.keys(listing, entry)
            if not listing.range_required and keys is not None:
                yield fill(listing, keys)

    def keys(self, operation: Operation, entry: Item) -> Item | None:
        """Keys for the path of an operation on an entry; None if that is not below it."""
        found: Item = {}
        for one in operation.entry_parameters:
            name = str(one.collection)
            if name == self.name:
                found[name] = self.key(entry)
            elif one.me is None:
                prop = self.rule.owner_property(name)
                found[name] = entry.get(prop or "", self.owners.get(name))
        return None if None in found.values() else found

    def expect_read(self, *entries: Item) -> None:
        if self.operation("read") is not None:
            for entry in entries:
                path = self.path("read", entry)
                got = self.shown(self.caller.read(path))
                self.kit.expect_equal(f"{path} read on its own", got, self.shown(entry))

    def expect_listed(self, *entries: Item) -> None:
        """Fails unless each entry is exactly once, with these values, in all of its lists."""
        due: dict[str, list[Item]] = {}
        for entry in entries:
            for path in self.lists(entry):
                due.setdefault(path, []).append(entry)
        for path, expected in due.items():
            listed = self.listed(path)
            for entry in expected:
                found = [one for one in listed if self.key(one) == self.key(entry)]
                what = f"the entries of {path} with the key {self.key(entry)}"
                self.kit.expect_equal(what, found, [self.shown(entry)])

    def expect_gone(self, entry: Item) -> None:
        """Fails unless every method responds with 404, and no list has the entry."""
        for action in ("read", "update", "delete"):
            operation = self.operation(action)
            if operation is not None:
                body = {"json": self.factory.harmless(operation)} if operation.json_body else {}
                response = self.caller.request(operation.method, self.path(action, entry), **body)
                self.kit.expect(response, 404, self.rule.missing)
        for path in self.lists(entry):
            if self.caller.get(path).status_code != 404:
                keys = [self.key(one) for one in self.listed(path)]
                self.kit.expect_true(f"{path} does not list it", self.key(entry) not in keys, keys)

    # --- bodies and their values

    @property
    def _unique(self) -> set[str]:
        rule = self.rule
        unique = [rule.unique.property] if rule.unique else []
        return {*unique, *([rule.numbering.property] if rule.numbering else [])}

    def _references(self) -> Item:
        referred = self.factory.referred(self.creation)
        return {name: self.factory.value(self.creation, name, self.identity) for name in referred}

    def new_bodies(self, count: int) -> list[Item]:
        """Bodies of new entries, with all references, that differ in the unique properties."""
        own, numbering = self._references(), self.rule.numbering
        if not numbering:
            return [self.factory.body(self.creation, **own) for _ in range(count)]
        numbers = [{**own, numbering.property: one} for one in self.factory.free_numbers(count)]
        return [self.factory.body(self.creation, **keys) for keys in numbers]

    def bodies(self, operation: Operation) -> Iterator[Item]:
        """Bodies with all properties; the values change from one body to the next."""
        values = {name: one for name in operation.sent if (one := self.values(operation, name))}
        for turn in range(max(map(len, values.values()), default=0)):
            chosen = {name: found[turn % len(found)] for name, found in values.items()}
            for name in self._unique & chosen.keys():
                chosen[name] = self.factory.value(operation, name, self.identity)
            yield chosen
        yield from self._blank(operation)

    def _blank(self, operation: Operation) -> Iterator[Item]:
        """A body with a blank label, if another text can have the prefix of the run."""
        texts = self.factory.changeable(operation)
        label = next((one for one in texts if one == self._label), None)
        if label and len(texts) > 1 and self._values.allows(operation.sent[label], " "):
            yield {name: self.kit.new_name("Text") for name in texts} | {label: " "}

    def long_text(self, operation: Operation) -> Item:
        """A very long text for a property without a maximum length, if responses show one."""
        texts = self.factory.changeable(operation)
        unlimited = [one for one in texts if "maxLength" not in operation.sent[one]]
        return dict.fromkeys([*self.shown(dict.fromkeys(unlimited))][-1:], "x" * _VERY_LONG)

    def values(self, operation: Operation, name: str) -> list[Any]:
        """Valid values of a property."""
        if name in self.rule.fixed:
            return []
        schema, rule = operation.sent[name], self.rule
        allows_null = self._values.allows(schema, None) and not operation.null_is_absent
        empty = [None] if allows_null else []
        if name in rule.references:
            other = rule.references[name].collection
            key = self.kit.contract.collections[other].key
            made = (
                self.factory.create(other, self.identity, **kind) for kind in self._kinds(other)
            )
            return [*(one[key] for one in made), *empty]
        if name in self._unique:
            return [self.factory.value(operation, name, self.identity)]
        if name == self._label:
            return [*self._labels(schema), *empty]
        return self._allowed(operation, name, schema)

    def _kinds(self, name: str) -> list[Item]:
        """Bodies of new entries, one of each kind if there are more than two of them."""
        sent = self.factory.creation(name).sent
        kinds = {key: one["enum"] for key, one in sent.items() if len(one.get("enum", ())) > 2}
        return [{}, *({key: one} for key, values in kinds.items() for one in values[1:])]

    def _labels(self, schema: Schema) -> list[str]:
        """Texts that begin with the prefix of the run, if the length allows it."""
        longest = schema.get("maxLength", _LONG)
        new = self.kit.new_name("Changed")
        texts = (
            new,
            f"{new} ".ljust(longest, "я"),
            *(f"{self.kit.run_id} {one}" if one else one for one in TEXTS),
        )
        fitting = [one for one in texts if len(one) <= longest and self._values.allows(schema, one)]
        return fitting or [self.factory.text(schema)]

    def _allowed(self, operation: Operation, name: str, schema: Schema) -> list[Any]:
        text = schema.get("type") == "string" and "enum" not in schema
        sample = self.factory.value(operation, name) if text else ""
        found = [one.value for one in self._values.json_values(schema, sample) if one.allowed]
        values = once([*found, *self._values.odd_values(schema)])
        return [one for one in values if one is not None or not operation.null_is_absent]


def all_entries(kit: CheckContext) -> Iterator[Entries]:
    return (Entries(kit, rule) for rule in kit.factory.collections)
