"""What requests may set of the entries of a collection, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringme_contract.check_context import CheckContext
from ringme_contract.factories import Item
from ringme_contract.paths import fill
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation
from ringme_spec.schema import Schema

# All that a careless server changes on the way: trimmed, escaped, cut, composed, of one line.
_ODD = ' \t<b>&amp; "it\'s" \\ 100% \u202e e\u0301 \U0001f600 \U0001d538,\r\n second line \n'
_CONTROLS = "\x01\x1f\x7f"
_TEXTS = ("", "null", "312", "true", '{"a": [1, null]}')
_LONG = 3000
_INTEGERS = (0, 2**53 + 1, 2**63 - 1, -(2**63), -1, 1)
# For texts that cannot be just any, as an address; and what a text is that has to be something.
_PARTICULAR = ("o'hara+1@Example.com", "Europe/Moscow", "Asia/Yekaterinburg")


class Settings:
    """Properties of a collection that take any value of their schema, and requests that set them.

    Entries belong to owners of the check's own.
    """

    def __init__(self, kit: CheckContext, rule: CollectionRule) -> None:
        self.kit, self.rule = kit, rule
        self.creation = kit.factory.creation(rule.name)
        # Those that an entry of the check's own belongs to.
        self._owners = kit.factory.owners(self.creation, {})
        self.shown = self.creation.response_properties
        # The label marks the entry as the kit's own.
        self.label = kit.factory.label(self.creation)

    def operation(self, action: str) -> Operation | None:
        return self.kit.path.within(self.rule.name, action, {*self._owners, self.rule.name})

    def path(self, operation: Operation, entry: Item | None = None) -> str:
        own = {self.rule.name: entry[self.rule.key]} if entry else {}
        return fill(operation, {**self._owners, **own})

    def bodies(self, operation: Operation) -> list[Item]:
        """Bodies with all properties that take each value in turn, alone or with many others."""
        values = {name: self._values(operation, name) for name in self.free(operation)}
        rounds = max((len(some) for some in values.values()), default=1)
        return [
            {
                name: self._marked(operation, name, some[i % len(some)])
                for name, some in values.items()
            }
            for i in range(rounds)
        ]

    def free(self, operation: Operation) -> Iterator[str]:
        """The properties that take any value of their schema."""
        rule, body = self.rule, operation.json_body
        unique = rule.unique.property if rule.unique else None
        for name in body.properties if body else {}:
            if name in self.shown and name not in (unique, *rule.fixed, *rule.references):
                yield name

    def _values(self, operation: Operation, name: str) -> list[Any]:
        schema = operation.json_body.properties[name] if operation.json_body else {}
        valid = self.kit.contract.schemas.compile(schema).is_valid
        found = [value for value in _candidates(schema) if valid(value)]
        null = [None] if valid(None) and not operation.null_is_absent else []
        return (found or [self.kit.factory.sample(schema)]) + null

    def _marked(self, operation: Operation, name: str, value: Any) -> Any:
        """The value; a label begins with the mark of the run, and is cut at its bound."""
        schema = operation.json_body.properties[name] if operation.json_body else {}
        longest = schema.get("maxLength", 255)
        if name != self.label or not value or longest < len(self.kit.run_id):
            return value
        return f"{self.kit.run_id} {value}"[:longest]

    def new_bodies(self, count: int) -> list[Item]:
        """Bodies of new entries that differ in all that is unique, and refer to what they may."""
        factory, numbering = self.kit.factory, self.rule.numbering
        own: Item = {
            name: factory.value(self.creation, name) for name in factory.referred(self.creation)
        }
        if not numbering:
            return [factory.body(self.creation, **own) for _ in range(count)]
        numbers = [{**own, numbering.property: one} for one in factory.free_numbers(count)]
        return [factory.body(self.creation, **keys) for keys in numbers]

    def make(self, **body: Any) -> Item:
        """Creates an entry that refers to whatever it may refer to."""
        factory = self.kit.factory
        own = {name: factory.value(self.creation, name) for name in factory.referred(self.creation)}
        made = factory.create(self.rule.name, within=self._owners, **own, **body)
        self.kit.expect_properties(f"a new {self.rule.name}", made, {**own, **body})
        return {name: made[name] for name in self.shown}

    def twins(self) -> list[Item]:
        """Two entries that are alike in all that may be alike."""
        body = self.bodies(self.creation)[0]
        return [self.make(**body) for _ in range(2)]

    def put(self, operation: Operation, entry: Item, body: Item) -> Item:
        """Updates an entry; the response, which shows what was sent and else what was before."""
        path = self.path(operation, entry)
        needed = operation.json_body.required_properties if operation.json_body else ()
        body = {**{name: entry[name] for name in needed}, **body}
        response = self.kit.caller("client").request(operation.method, path, json=body)
        got = self.kit.expect(response, operation.status).json()
        self.kit.expect_properties(f"PUT {path} with {list(body)}", got, {**entry, **body})
        return {name: got[name] for name in self.shown}

    def expect_read(self, entry: Item) -> None:
        """Fails the check unless an entry reads alone as it should."""
        reading = self.operation("read")
        if reading is not None:
            alone = self.kit.caller("client").read(self.path(reading, entry))
            self.kit.expect_properties(self.path(reading, entry), alone, entry)

    def lists(self, entry: Item) -> Iterator[tuple[str, list[Item]]]:
        """The lists of an entry's owners, by the path of each."""
        for operation in self.kit.path.all(self.rule.name, "list"):
            properties = {
                str(one.collection): self.rule.owner_property(str(one.collection))
                for one in operation.entry_parameters
                if one.me is None
            }
            keys = {owner: entry[name] for owner, name in properties.items() if name in entry}
            path = fill(operation, {**self._owners, **keys})
            yield path, self.kit.caller("client").read(path)

    def expect_listed(self, *entries: Item) -> None:
        """Fails the check unless each list of their owners shows entries as it should, once."""
        key = self.rule.key
        for path, listed in self.lists(entries[0]):
            for entry in entries:
                found = [one for one in listed if one[key] == entry[key]]
                self.kit.expect_equal(
                    f"the number of entries {entry[key]} in {path}", len(found), 1
                )
                self.kit.expect_properties(f"entry {entry[key]} in {path}", found[0], entry)


def _candidates(schema: Schema) -> Iterator[Any]:
    """Values of the type of a schema, many of which it may not allow."""
    if "enum" in schema:
        yield from (value for value in schema["enum"] if value is not None)
    elif schema.get("type") == "boolean":
        yield from (True, False)
    elif schema.get("type") == "integer":
        yield from _INTEGERS
    elif schema.get("type") != "string":
        return
    elif "pattern" in schema or ("minLength" in schema and "maxLength" not in schema):
        yield from _PARTICULAR
    else:
        free = "minLength" not in schema
        yield from (_CONTROLS.join((_ODD, _ODD)) if free else _ODD, *_TEXTS)
        yield "я" * schema.get("maxLength", _LONG)


def all_settings(kit: CheckContext) -> Iterator[Settings]:
    return (Settings(kit, rule) for rule in kit.factory.collections)
