"""Reads the entries of a client, collection by collection, with all pages and ranges."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from ringme_contract.capture.listings import Entry, Listing, ListReader, Read, fill, read_listings
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from ringme_spec.operations import Operation


@dataclass
class Found:
    """Result of a capture: entries by collection, and a line for everything left out."""

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    # Keys that stand for deleted and unknown owners, by collection.
    unknown: dict[str, int] = field(default_factory=dict)


class Gathering:
    """One capture of a client: items within `span`, at most `most` entries of a collection."""

    def __init__(
        self,
        contract: Contract,
        read: Read,
        offers: Callable[[Operation], bool],
        span: tuple[str, str],
        most: int,
        tell: Callable[[str], None],
    ) -> None:
        self._contract = contract
        self._read = read
        self._offers = offers
        self._lists = ListReader(read, span, most)
        self._tell = tell
        self.found = Found()

    def run(self) -> Found:
        self.found.entries = {name: [] for name in self._contract.collections}
        self._read_user()
        for rule in self._contract.collections.values():
            self._read_own(rule)
        for listing in read_listings(self._contract, self._offers):
            self._read_listing(listing)
        for operation in self._contract.operations.values():
            if operation.is_part and self._offers(operation):
                self._read_parts(operation)
        for rule in self._contract.collections.values():
            if rule.parts:
                self._leave_parts(rule)
        return self.found

    def _leave_parts(self, rule: CollectionRule) -> None:
        """Leave out of a collection the entries and properties of its parts."""
        parts = [self._contract.collections[name] for name in rule.parts]
        entries = [one for part in parts for one in self.found.entries[part.name]]
        own = {name: None for part in parts if part.part_of for name in part.part_of.own}
        left = _beyond(entries, self.found.entries[rule.name], [*rule.order])
        self.found.entries[rule.name] = [{**one, **own} for one in left]

    # --- single entries

    def _read_user(self) -> None:
        """Read the user of the token, which has the key of the client."""
        operations = self._contract.operations.values()
        operation = next((one for one in operations if one.action == "current"), None)
        if operation is None:
            raise ConfigError("the document has no operation that shows the user of the token")
        user = self._read(operation.path, {})
        if not isinstance(user, dict):
            raise ConfigError(f"GET {operation.path}: no object with the user of the token")
        owners = operation.resource["owners"]
        kinds = [kind for kind, prop in owners.items() if user.get(prop) is not None]
        kinds = [kind for kind in kinds if kind in self._contract.user_types]
        section = next(iter(self._contract.user_types))
        if kinds != [section]:
            raise ConfigError(
                f"GET {operation.path}: the token is for a user of"
                f" {' and '.join(kinds) or 'no owner'}; a user of a {section} is needed"
            )
        users = self.found.entries[operation.collection.name]
        users.append({**user, **self._type_of_user(section)})
        key = self._contract.collections[section].key
        self.found.entries[section].append({key: user[owners[section]]})

    def _type_of_user(self, kind: str) -> Entry:
        """Return the property that is the type of a user, as in `where` of lists of users."""
        for one in self._contract.operations.values():
            for prop, value in one.where.items():
                if value in self._contract.user_types:
                    return {prop: kind}
        return {}

    def _read_own(self, rule: CollectionRule) -> None:
        """Read an entry that has no list because it is the caller's own."""
        for one in self._contract.operations.values():
            own = one.ends_at_item and all(part.me for part in one.path_parameters)
            reads = one.action == "read" and one.reads and self._offers(one)
            if one.collection_rule is rule and reads and own:
                entry = self._read(fill(one, {}), {})
                if isinstance(entry, dict):
                    self.found.entries[rule.name] = [entry]
                    return

    def _read_parts(self, operation: Operation) -> None:
        """Read the properties of each entry that have a path of their own."""
        if not operation.reads or all(one.me for one in operation.path_parameters):
            return
        for entry in self.found.entries[operation.collection.name]:
            keys = self._keys({operation.collection.name: entry})
            part = self._read(fill(operation, keys), {})
            if isinstance(part, dict):
                for name, value in part.items():
                    entry.setdefault(operation.shows.get(name) or name, value)

    def _keys(self, owners: dict[str, Entry]) -> dict[str, Any]:
        collections = self._contract.collections
        return {name: one[collections[name].key] for name, one in owners.items()}

    # --- lists

    def _read_listing(self, listing: Listing) -> None:
        rule = listing.rule
        for operation in listing.operations:
            entries = self._read_operation(operation)
            if entries is not None:
                break
        else:
            paths = " or ".join(one.path for one in listing.operations)
            self.found.notes.append(f"{rule.name}: not read, the service does not show {paths}")
            return
        if listing.rest is not None:
            entries += self._rest(listing.rest, operation, entries)
        kept = self._sound(rule, entries)
        self.found.entries[rule.name] += kept
        self._tell(f"{rule.name}: {len(kept)}")

    def _read_operation(self, operation: Operation) -> list[Entry] | None:
        """Read all lists of an operation; None if the service has none of them."""
        found: list[Entry] = []
        there = False
        for owners in self._owners(operation):
            entries = self._lists.read(operation, self._keys(owners))
            if entries is not None:
                there = True
                found += [{**one, **self._owner_keys(operation, owners)} for one in entries]
            self._lists.limit(operation, len(found))
        return found if there or not list(self._owners(operation)) else None

    def _owners(self, operation: Operation) -> Iterator[dict[str, Entry]]:
        """Yield the owners in the path of each list of an operation, by collection."""
        parts = [
            [(str(one.collection), owner) for owner in self.found.entries[str(one.collection)]]
            for one in operation.entry_parameters
        ]
        for owners in product(*parts):
            yield dict(owners)

    def _owner_keys(self, operation: Operation, owners: dict[str, Entry]) -> Entry:
        """Return the keys of owners that entries do not show, and the properties in `where`."""
        hidden = _hidden_owners(operation)
        keys = {prop: self._owner_key(owner, owners) for owner, prop in hidden.items()}
        return {**operation.where, **keys}

    def _owner_key(self, owner: str, owners: dict[str, Entry]) -> Any:
        collections = self._contract.collections
        if owner in owners:
            return owners[owner][collections[owner].key]
        for name, entry in owners.items():
            prop = collections[name].owner_property(owner)
            if prop:
                return entry.get(prop)
        return None

    def _rest(self, rest: Operation, operation: Operation, entries: list[Entry]) -> list[Entry]:
        """Return the entries that are in no owner's list, because their owners are deleted.

        They all get one key that no owner has.
        """
        shown = [one for one in rest.response_properties if one in operation.response_properties]
        found = _beyond(entries, self._read_operation(rest) or [], shown)
        return [{**one, **self._gone_owners(operation)} for one in found]

    def _gone_owners(self, operation: Operation) -> Entry:
        named = {one.name for one in operation.path_collections}
        keys: Entry = {}
        for owner, prop in _hidden_owners(operation).items():
            if owner in named:
                key = self._contract.collections[owner].key
                highest = max((one[key] for one in self.found.entries[owner]), default=0)
                keys[prop] = self.found.unknown.setdefault(owner, highest + 1)
        return keys

    def _sound(self, rule: CollectionRule, entries: list[Entry]) -> list[Entry]:
        """Return each entry once, without those whose key is not valid."""
        schema = self._contract.schemas.properties(rule.stored)[rule.key]
        is_key = self._contract.schemas.compile(schema).is_valid
        found: dict[Any, Entry] = {}
        for number, one in enumerate(entries, start=1):
            key = one.get(rule.key, number if rule.sequence else None)
            if not is_key(key) or not isinstance(key, int | str):
                self.found.notes.append(f"{rule.name}: left out: {rule.key} {str(key)[:60]!r}")
            else:
                found.setdefault(key, {**one, rule.key: key})
        return list(found.values())


def _hidden_owners(operation: Operation) -> dict[str, str]:
    """Return the properties that are keys of owners and are in no response, by owner."""
    within = operation.collection.within.items()
    known = (None, *operation.response_properties)
    return {owner: str(link.property) for owner, link in within if link.property not in known}


def _beyond(entries: list[Entry], others: list[Entry], properties: list[str]) -> list[Entry]:
    """Return the other entries that are not among `entries`; only some properties are compared."""

    def shown(entry: Entry) -> str:
        return json.dumps([entry.get(name) for name in properties])

    known, found = Counter(map(shown, entries)), []
    for one in others:
        known[shown(one)] -= 1
        if known[shown(one)] < 0:
            found.append(one)
    return found
