"""Entries of a check's own, one of each collection that can be created."""

from __future__ import annotations

import httpx

from ringme_contract.caller import Caller
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.entries.operation_paths import needed_keys
from ringme_spec.operations import Operation


class OwnEntries:
    """An entry of each collection, created by the check; they refer to each other.

    `sent` are the bodies that they were created with, by collection.
    """

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._entries: dict[str, Item] = {}
        self._keys: dict[str, object] = {}
        self.sent: dict[str, Item] = {}
        # Entries that others refer to come first.
        for rule in reversed(kit.factory.collections):
            self.create(rule.name)

    def __getitem__(self, collection: str) -> Item:
        return self._entries[collection]

    def create(self, collection: str) -> Item:
        """Creates an entry, which replaces the former one of its collection."""
        factory = self._kit.factory
        creation = factory.creation(collection)
        body = factory.body(creation, full=True, **self._references(creation))
        entry = factory.create(collection, within=self._keys, **body)
        self._entries[collection], self.sent[collection] = entry, body
        self._keys[collection] = entry[self._kit.contract.collections[collection].key]
        return entry

    def delete(self) -> list[str]:
        """Deletes the entries that can be deleted, and returns their collections."""
        found = [(name, self.operation(name, "delete")) for name in reversed(self._entries)]
        client = self._kit.client
        for _, operation in found:
            if operation is not None:
                response = client.delete(self.path(operation))
                self._kit.expect(response, operation.status)
        return [name for name, operation in found if operation is not None]

    def _references(self, operation: Operation) -> Item:
        referred = self._kit.factory.referred(operation).items()
        return {name: self._keys[other] for name, other in referred if other in self._keys}

    def holds(self, operation: Operation) -> bool:
        """True if the path of an operation names only entries of the check."""
        return operation.addresses_entries and all(
            one.me is not None or one.collection in self._keys for one in operation.entry_parameters
        )

    def path(self, operation: Operation, **others: object) -> str:
        """The path of an operation on the own entries; `others` are other keys by collection.

        For collections that cannot be created, such as recorded items, it has the key of no entry,
        or the word for the caller's own.
        """
        keys = {**self._keys, **others}
        values = self._kit.factory.nowhere(operation)
        for one in operation.entry_parameters:
            values[one.name] = keys.get(str(one.collection), one.me or values[one.name])
        return operation.fill(values)

    def operation(self, collection: str, action: str) -> Operation | None:
        return self._kit.path.within(collection, action, self._keys)

    def body(self, operation: Operation) -> Item | None:
        """A valid body that would change something; None if the operation takes none."""
        if operation.json_body is None:
            return None
        if operation.action != "create":
            return self._kit.factory.change(operation)
        references = self._references(operation)
        own = {name: key for name, key in references.items() if name in operation.needed}
        return self._kit.factory.body(operation, **own)

    def request(self, caller: Caller, operation: Operation, **others: object) -> httpx.Response:
        """Sends a valid request; `others` are other keys for the path, by collection."""
        body = self.body(operation)
        more = {} if body is None else {"json": body}
        query = self._kit.factory.query(operation, ranged=True)
        path = self.path(operation, **others)
        return caller.request(operation.method, path, params=query, **more)

    def expect_unchanged(self, after: str) -> None:
        """Fails unless the entries, and the lists of their owners, are as they were."""
        due: dict[str, object] = {}
        for collection, entry in self._entries.items():
            reading = self.operation(collection, "read")
            if reading is not None:
                due[self.path(reading)] = entry
            for listing in self._kit.path.all(collection, "list"):
                # Lists of the whole client may change meanwhile, those of own entries do not.
                if self.holds(listing) and needed_keys(listing):
                    due[self.path(listing)] = [entry]

        def compare(path: str) -> None:
            response = self._kit.client.get(path)
            got = response.json() if response.status_code == 200 else response.status_code
            operation = self._kit.templates.find("GET", path)[0]
            if operation is not None and operation.envelope and isinstance(got, dict):
                got = operation.listed(got)
            self._kit.expect_equal(f"{path} after {after}", got, due[path])

        self._kit.map(compare, due)
