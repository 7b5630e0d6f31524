"""What requests are about: things of the target to read, things of its own to change."""

from __future__ import annotations

from typing import Any

from ringme_contract.check_context import CheckContext
from ringme_contract.lists import Item, read_moment, write_moment
from ringme_contract.schema.boundary_values import Validity
from ringme_contract.schema.operations import RANGE, Operation
from ringme_contract.schema.ranges import latest_end
from ringme_contract.verdict import NotReached

# Ids that no implementation reaches by counting, and items that no call has left.
NOWHERE = 999_999_999_999_999
_NO_ITEM = {"record": f"{NOWHERE}-{'F' * 32}", "voicemail": f"{NOWHERE}-{'F' * 32}"}
_NO_FAX = "00000000-0000-4000-8000-000000000000"
_TEXTS = ("contract@example.com", "Europe/Moscow")


class Things:
    """Keys and values for requests of one check; what it makes is removed after the check."""

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._validity = Validity(kit.document)
        self._known: dict[str, dict[str, Any]] = {}
        self._group: int | None = None

    # --- values of path parameters

    def to_read(self, operation: Operation) -> dict[str, Any]:
        """Of things that are there, so that a GET succeeds. Raises NotReached if there are none."""
        names = [one.name for one in operation.placed("path")]
        if "record_uuid" in names or "uuid" in names:
            found = self.recorded_item(operation.collection)
        else:
            found = {"client_id": "@me"}
            if "ext_group_id" in names:
                found["ext_group_id"] = self._first("extension_group", "/client/@me")
            if "extension_id" in names:
                found["extension_id"] = self._first("extension", "/client/@me")
            if "user_id" in names:
                found["user_id"] = self._first("user", "/client/@me/user", "extension_group")
        return {name: found[name] for name in names}

    def to_change(self, operation: Operation) -> dict[str, Any]:
        """Of things of its own, made anew each time: a write must not touch anything else.

        Recorded items cannot be made, so that theirs are of none that is there.
        """
        found = self.nowhere(operation)
        for parameter in operation.placed("path"):
            if parameter.name == "ext_group_id":
                found[parameter.name] = self._kit.new_group()["id"]
            elif parameter.name == "extension_id":
                found[parameter.name] = self._kit.new_extension()["id"]
            elif parameter.name == "user_id":
                found[parameter.name] = self._kit.new_group_user(self.own_group())[0]["id"]
        return found

    def nowhere(self, operation: Operation) -> dict[str, Any]:
        """Of things that do not exist."""
        found: dict[str, Any] = {
            "client_id": "@me",
            "record_uuid": _NO_ITEM.get(operation.collection),
            "uuid": _NO_FAX,
        }
        return {one.name: found.get(one.name, NOWHERE) for one in operation.placed("path")}

    def without_last(self, operation: Operation, path: dict[str, Any]) -> list[dict[str, Any]]:
        """The same path with nothing at its end, if it ends at an item of an owner."""
        names = [one.name for one in operation.placed("path")]
        nowhere = self.nowhere(operation)
        return [{**path, names[-1]: nowhere[names[-1]]}] if len(names) > 1 else []

    def recorded_item(self, collection: str) -> dict[str, Any]:
        """Owner and key of a recorded item that is there for its client and for a group.

        If its number is in no group and things may be changed, it is put into one.
        """
        if collection not in self._known:
            self._known[collection] = self._find_item(collection)
        return self._known[collection]

    def _find_item(self, collection: str) -> dict[str, Any]:
        client = self._kit.caller("client")
        start, end = self._kit.target.range
        query = {"start_datetime": start, "end_datetime": end}
        groups = {
            one["id"]: one["extension_group_id"] for one in client.read("/client/@me/extension/")
        }
        items: list[Item] = client.read(f"/client/@me/{collection}/", **query)
        items = [one for one in items if one["extension_id"] in groups]
        # One that is in a group is there without changing anything.
        items.sort(key=lambda one: groups[one["extension_id"]] is None)
        if not items:
            raise NotReached(f"no number of the client has a {collection} in the target's range")
        number = items[0]["extension_id"]
        group = groups[number]
        if group is None:
            if self._kit.target.read_only:
                raise NotReached(f"no number in a group has a {collection} in the target's range")
            group = self._kit.new_group()["id"]
            self._kit.place(number, group)
        key = "uuid" if "uuid" in items[0] else "record_uuid"
        return {"client_id": "@me", "ext_group_id": group, key: items[0][key]}

    def _first(self, kind: str, section: str, name: str = "") -> Any:
        if kind not in self._known:
            found = self._kit.caller("client").read(f"{section}/{name or kind}/")
            if not found and self._kit.target.read_only:
                raise NotReached(f"the client has no {kind}")
            self._known[kind] = found[0] if found else self._make(kind)
        return self._known[kind]["id"]

    def _make(self, kind: str) -> Item:
        if kind == "extension_group":
            return self._kit.new_group()
        if kind == "extension":
            return self._kit.new_extension()
        return self._kit.new_group_user(self.own_group())[0]

    def own_group(self) -> int:
        """A group of the check's own, the same one each time."""
        if self._group is None:
            self._group = self._kit.new_group()["id"]
        return self._group

    # --- queries and bodies

    def query(self, operation: Operation, full: bool = False) -> dict[str, Any]:
        """What a query needs, or with `full` all that it may hold, with the document's examples."""
        found: dict[str, Any] = {}
        for parameter in operation.placed("query"):
            if parameter.role in RANGE and (parameter.required or full):
                found[parameter.name] = self.range_of(operation)[RANGE.index(parameter.role)]
            elif parameter.required or full:
                found[parameter.name] = parameter.example
        return found

    def range_of(self, operation: Operation) -> tuple[str, str]:
        """The target's range, no longer than a range of the operation may be."""
        start, end = self._kit.target.range
        latest = write_moment(latest_end(self._kit.document, operation, read_moment(start)))
        return start, min(end, latest)

    def body(self, operation: Operation, full: bool = False) -> dict[str, Any]:
        """A body with what it needs, or with `full` all that it may hold; no rule refuses it."""
        schema = operation.body or {}
        properties = self._validity.properties(schema)
        needed = schema.get("required", [])
        names = properties if full else needed
        found = {name: self.value(operation, name, properties[name]) for name in names}
        return self.marked(operation, found)

    def value(self, operation: Operation, name: str, schema: dict[str, Any]) -> Any:
        """A value for a property of a body that no rule refuses."""
        rule = self._kit.document["x-collections"][operation.collection]
        if name == rule.get("numbering", {}).get("property"):
            return self._kit.free_number()
        if name in rule.get("references", {}):
            return self.own_group()
        if "enum" in schema:
            return schema["enum"][0]
        if schema["type"] == "integer":
            return schema.get("minimum", 1)
        if schema["type"] == "boolean":
            return False
        return self.text(schema)

    def text(self, schema: dict[str, Any]) -> str:
        """A text that fits a schema, and tells whose it is if it may."""
        own = self._kit.new_name("text").replace(" ", "-")
        return next(one for one in (own, *_TEXTS) if self._validity.allows(schema, one))

    def marked(self, operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
        """The body with the prefix of the run in what tells people whose a thing is.

        A run that is killed leaves behind what can be found by that.
        """
        name = "label" if operation.collection == "extension" else "name"
        if operation.creates or isinstance(body.get(name), str):
            text = str(body.get(name) or "")
            if not text.startswith(self._kit.run_id):
                body[name] = f"{self._kit.new_name(operation.collection)} {text}"[:255]
        return body
