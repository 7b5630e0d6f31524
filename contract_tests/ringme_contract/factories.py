"""Test data: objects for path parameters, queries and bodies, and the removal of what was made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx

from ringme_contract.datetimes import latest_end, read_datetime, write_datetime
from ringme_contract.verdict import NotReached
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation, Parameter
from ringme_spec.schema import Schema

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

Item = dict[str, Any]
# An id that no implementation reaches by counting, and items that no call has left.
NOWHERE = 999_999_999_999_999
NO_RECORD = f"{NOWHERE}-{'F' * 32}"
NO_FAX = "00000000-0000-4000-8000-000000000000"
RANGE = ("range_start", "range_end")
# Texts for a schema that does not allow any text.
_TEXTS = ("contract@example.com", "Europe/Moscow")


class Factory:
    """Makes what a check needs from schemas and collections of the document.

    All that it makes bears the prefix of the run, so that the leftovers of a run that was killed
    can be found by it, and is removed after the check.
    """

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._names = 0
        self._known: dict[str, Item] = {}
        self._items: dict[str, Item] = {}
        self._own: dict[str, Any] = {}

    def forget(self) -> None:
        for known in (self._known, self._items, self._own):
            known.clear()

    # --- entries

    @property
    def collections(self) -> list[CollectionRule]:
        """The collections whose entries can be created, those that refer to others first."""
        operations = self._kit.operations
        found = [one.collection for one in operations if one.action == "create"]
        return sorted(found, key=lambda rule: -len(rule.references))

    def creation(self, collection: str) -> Operation:
        return next(
            one
            for one in self._kit.contract.operations.values()
            if one.action == "create" and one.collection.name == collection
        )

    def path(self, collection: str) -> str:
        """The path of the client's own entries of a collection."""
        operation = self.creation(collection)
        return operation.fill({one.name: one.me for one in operation.path_parameters})

    def read(self, collection: str, identity: str = "client") -> list[Item]:
        """The client's own entries of a collection."""
        response = self._kit.caller(identity).request("GET", self.path(collection))
        found: list[Item] = self._kit.expect(response, 200).json()
        return found

    def create(self, collection: str, identity: str = "client", **keys: Any) -> Item:
        operation, caller = self.creation(collection), self._kit.caller(identity)
        path = self.path(collection)
        body = self.body(operation, identity=identity, **keys)
        response = self._kit.expect(caller.request("POST", path, json=body), 201)
        entry: Item = response.json()
        key = entry[operation.collection.key]
        self._kit.undo(lambda: caller.request("DELETE", f"{path}{key}"))
        return entry

    def new_group(self, identity: str = "client", **keys: Any) -> Item:
        return self.create("extension_group", identity, **keys)

    def new_extension(self, identity: str = "client", **keys: Any) -> Item:
        """Creates a number that nobody had."""
        return self.create("extension", identity, **keys)

    def new_group_user(self, group: int, **keys: Any) -> tuple[Item, str]:
        """Creates a user of a group; the second value is its password."""
        keys = {"extension_group_id": group, "password": self._password(), **keys}
        return self.create("user", **keys), str(keys["password"])

    def own(self, collection: str) -> Any:
        """The key of an entry of the check's own, the same one each time."""
        if collection not in self._own:
            key = self.creation(collection).collection.key
            self._own[collection] = self.create(collection)[key]
        return self._own[collection]

    def place(self, extension: int, group: int | None) -> httpx.Response:
        """Puts a number into a group or takes it out, and back again after the check."""
        caller = self._kit.caller("client")
        path = f"{self.path('extension')}{extension}"
        response = self._kit.expect(caller.request("GET", path), 200)
        before = {"extension_group_id": response.json()["extension_group_id"]}
        self._kit.undo(lambda: caller.request("PUT", path, json=before))
        body = {"extension_group_id": group}
        return self._kit.expect(caller.request("PUT", path, json=body), 200)

    def remove_later(self, path: str, response: httpx.Response) -> None:
        """Has a thing removed after the check if a POST made one, whether it should have or not."""
        if response.request.method != "POST" or not response.is_success:
            return
        try:
            key = response.json()["id"]
        except (ValueError, TypeError, KeyError):
            return
        made = f"{re.sub('/+', '/', path).rstrip('/')}/{key}"
        self._kit.undo(lambda: self._kit.caller("client").request("DELETE", made))

    # --- values of path parameters

    def to_read(self, operation: Operation) -> Item:
        """Values of things that are there. Raises NotReached if there are none."""
        last = operation.path_collections[-1:]
        if last and last[0].content is not None:
            found = self.recorded_item(last[0].name)
            return {one.name: found[str(one.collection)] for one in operation.path_parameters}
        return {one.name: one.me or self._first(one) for one in operation.path_parameters}

    def to_change(self, operation: Operation) -> Item:
        """Values of things of its own, made anew each time: a write must not touch anything else.

        Recorded items cannot be made, so that theirs are of none that is there.
        """
        found = self.nowhere(operation)
        for parameter, rule in zip(
            operation.entry_parameters, operation.path_collections, strict=True
        ):
            if parameter.me is None and rule.content is None:
                found[parameter.name] = self.create(rule.name)[rule.key]
        return found

    def nowhere(self, operation: Operation) -> Item:
        """Values of things that do not exist."""
        return {
            one.name: one.me
            or next(key for key in (NOWHERE, NO_RECORD, NO_FAX) if one.validator.is_valid(key))
            for one in operation.path_parameters
        }

    def without_last(self, operation: Operation, path: Item) -> list[Item]:
        """The same path with nothing at its end, if it ends at an item of an owner."""
        names = operation.path_names
        nowhere = self.nowhere(operation)
        return [{**path, names[-1]: nowhere[names[-1]]}] if len(names) > 1 else []

    def _first(self, parameter: Parameter) -> Any:
        name = str(parameter.collection)
        if name not in self._known:
            found = self.read(name)
            if not found and self._kit.target.read_only:
                raise NotReached(f"the client has no {name}")
            self._known[name] = found[0] if found else self.create(name)
        return self._known[name][self.creation(name).collection.key]

    def recorded_item(self, collection: str) -> Item:
        """Keys, by collection, of a recorded item that is there for client, group and number.

        If its number is in no group and things may be changed, it is put into one.
        """
        if collection not in self._items:
            self._items[collection] = self._find_item(collection)
        return self._items[collection]

    def _find_item(self, collection: str) -> Item:
        kit, rule = self._kit, self._kit.contract.collections[collection]
        groups = {one["id"]: one["extension_group_id"] for one in self.read("extension")}
        listing = next(
            one
            for one in kit.operations
            if one.action == "list" and one.collection is rule and one.section == "client"
        )
        path = listing.fill({one.name: one.me for one in listing.path_parameters})
        response = kit.caller("client").request("GET", path, params=kit.range_query)
        items: list[Item] = kit.expect(response, 200).json()
        items = [one for one in items if one["extension_id"] in groups]
        # One that is in a group is there without changing anything.
        items.sort(key=lambda one: groups[one["extension_id"]] is None)
        if not items:
            raise NotReached(f"no number of the client has a {collection} in the target's range")
        number = items[0]["extension_id"]
        group = groups[number]
        if group is None:
            if kit.target.read_only:
                raise NotReached(f"no number in a group has a {collection} in the target's range")
            group = self.new_group()["id"]
            self.place(number, group)
        return {
            "client": "@me",
            "extension_group": group,
            "extension": number,
            collection: items[0][rule.key],
        }

    # --- queries and bodies

    def query(self, operation: Operation, full: bool = False) -> Item:
        """A query with what is required, or with `full` all that it may hold."""
        found: Item = {}
        for parameter in operation.query_parameters:
            if parameter.role in RANGE and (parameter.required or full):
                found[parameter.name] = self._range_of(operation)[RANGE.index(parameter.role)]
            elif parameter.required or full:
                found[parameter.name] = parameter.example
        return found

    def _range_of(self, operation: Operation) -> tuple[str, str]:
        """The target's range, no longer than a range of the operation may be."""
        start, end = self._kit.target.range
        latest = latest_end(operation.collection.range, read_datetime(start))
        return start, min(end, write_datetime(latest))

    def body(
        self, operation: Operation, full: bool = False, identity: str = "client", **keys: Any
    ) -> Item:
        """A body that no rule refuses, with what is required, or with `full` all properties.

        `keys` are values to take.
        """
        if operation.json_body is None:
            return {}
        names = operation.json_body.properties if full else operation.json_body.required_properties
        found = {name: self.value(operation, name, identity) for name in names if name not in keys}
        if self.label(operation) not in keys:
            found = self.marked(operation, found)
        return {**found, **keys}

    def value(self, operation: Operation, name: str, identity: str = "client") -> Any:
        """A value for a property of a body that no rule refuses."""
        rule = operation.collection
        schema = operation.json_body.properties[name] if operation.json_body else {}
        if rule.numbering and name == rule.numbering.property:
            return self.free_number(identity)
        if name in rule.references:
            return self.own(rule.references[name].collection)
        if "enum" in schema:
            return schema["enum"][0]
        if schema["type"] == "integer":
            return schema.get("minimum", 1)
        if schema["type"] == "boolean":
            return False
        return self.text(schema)

    def text(self, schema: Schema) -> str:
        """A text that fits a schema, and has the prefix of the run if it may."""
        if schema.get("format") == "password":
            return self._password()
        own = self.new_name("text").replace(" ", "-")
        fits = self._kit.contract.schemas.compile(schema).is_valid
        return next(one for one in (own, *_TEXTS) if fits(one))

    def change(self, operation: Operation) -> Item:
        label = self.label(operation)
        return {label: self.new_name("changed")} if label else {}

    def marked(self, operation: Operation, body: Item) -> Item:
        """The body, its label marked with the prefix of the run."""
        name = self.label(operation)
        if name and (operation.action == "create" or isinstance(body.get(name), str)):
            text = str(body.get(name) or "")
            if not text.startswith(self._kit.run_id):
                body[name] = f"{self.new_name(operation.collection.name)} {text}".strip()[:255]
        return body

    def new_name(self, what: str) -> str:
        """A name that is used once."""
        self._names += 1
        return f"{self._kit.run_id} {what} {self._names}"

    def free_number(self, identity: str = "client") -> str:
        """A bare number of the client's length that no extension of it has."""
        names = [one["name"] for one in self.read("extension", identity)]
        if not names:
            raise NotReached("the client has no number to tell how long its numbers are")
        taken = {name.rpartition("*")[2] for name in names}
        length = len(next(iter(taken)))
        free = [n for n in (f"{i:0{length}d}" for i in range(10**length)) if n not in taken]
        if not free:
            raise NotReached("the client has no free number left")
        return free[self._names % len(free)]

    def _password(self) -> str:
        return f"pass-{self._kit.random.randrange(16**12):012x}"

    def label(self, operation: Operation) -> str | None:
        """The property that tells people what a thing is: the first text that may repeat."""
        rule, body = operation.collection, operation.json_body
        reserved = {
            rule.numbering and rule.numbering.property,
            rule.unique and rule.unique.property,
        }
        names = (
            name
            for name, schema in (body.properties if body else {}).items()
            if schema.get("type") == "string" and "enum" not in schema and name not in reserved
        )
        return next(names, None)
