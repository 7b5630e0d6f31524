"""The lists of a service that together show all entries of a client, and a reader of lists."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ringme_contract.datetime_texts import latest_end, read_datetime, write_datetime
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from ringme_spec.operations import Operation

Entry = dict[str, Any]
# Reads a path with a query; None if it does not exist.
Read = Callable[[str, dict[str, Any]], Any]


@dataclass(frozen=True)
class Listing:
    """Operations that list the same entries, the one with the fewest requests first.

    The others are for a service that lacks the first one. `rest` also lists entries of deleted
    owners, without their keys.
    """

    rule: CollectionRule
    operations: tuple[Operation, ...]
    rest: Operation | None = None


def read_listings(contract: Contract, offers: Callable[[Operation], bool]) -> list[Listing]:
    """Find the listings of all collections, owners before the entries that belong to them."""
    rules = [one for one in contract.collections.values() if one.is_stored]
    found = [one for rule in rules for one in _listings(contract, rule, offers)]
    depth = {name: _depth(contract, name) for name in contract.collections}
    return sorted(found, key=lambda one: depth[one.rule.name])


def _listings(
    contract: Contract, rule: CollectionRule, offers: Callable[[Operation], bool]
) -> Iterator[Listing]:
    """Yield one listing for each part of a collection, as some lists show entries of one type."""
    parts: dict[str, list[Operation]] = {}
    for one in contract.operations.values():
        if one.reads and one.action == "list" and one.collection_rule is rule and offers(one):
            parts.setdefault(json.dumps(one.where, sort_keys=True), []).append(one)
    for operations in parts.values():
        operations.sort(key=_requests)
        telling = tuple(one for one in operations if _tells_owners(one))
        rest = operations[0] if telling and operations[0] not in telling else None
        if telling:
            yield Listing(rule, telling, rest)


def _requests(operation: Operation) -> int:
    """Count the owners in a path that need a request each."""
    return sum(one.me is None for one in operation.entry_parameters)


def _tells_owners(operation: Operation) -> bool:
    """True if the entries name their owners or the path does."""
    known = {owner for one in operation.path_collections for owner in (one.name, *one.within)}
    return all(
        link.property is None or link.property in operation.response_properties or owner in known
        for owner, link in operation.collection.within.items()
    )


def _depth(contract: Contract, name: str, above: frozenset[str] = frozenset()) -> int:
    rule = contract.collections[name]
    owners = set(rule.within) - above - {name}
    return 1 + max((_depth(contract, one, above | {name}) for one in owners), default=0)


class ListReader:
    """Reads lists; `span` is the time range of items, `most` the maximum number of entries."""

    def __init__(self, read: Read, span: tuple[str, str], most: int) -> None:
        self._read = read
        self._span = read_datetime(span[0]), read_datetime(span[1])
        self._most = most
        # The longest page of each operation so far: a shorter one is the last of its list.
        self._longest: Counter[str] = Counter()

    def read(self, operation: Operation, keys: dict[str, Any]) -> list[Entry] | None:
        """Read a list; `keys` are for its path, by collection. None if the list does not exist."""
        path = fill(operation, keys)
        found: dict[str, Entry] = {}
        for query in self._queries(operation):
            alike: Counter[str] = Counter()
            for entry in self._pages(operation, path, query):
                if entry is None:
                    return None
                # Ranges share their ends, or an item between two whole seconds would be lost.
                key = entry.get(operation.collection.key)
                content = json.dumps(entry, sort_keys=True) if key is None else ""
                alike[content] += 1
                found[f"{alike[content]} {content}" if key is None else f"key {key}"] = entry
        return list(found.values())

    def _queries(self, operation: Operation) -> Iterator[dict[str, Any]]:
        """Yield a query for each range of the longest allowed length; ranges share their ends."""
        roles = operation.roles
        order = {roles["order"].name: "asc"} if "order" in roles else {}
        if not operation.ranged:
            yield order
            return
        start, end = self._span
        while True:
            last = min(end, latest_end(operation.collection.range, start))
            yield {
                roles["range_start"].name: write_datetime(start),
                roles["range_end"].name: write_datetime(last),
                **order,
            }
            if last >= end or last <= start:
                return
            start = last

    def _pages(
        self, operation: Operation, path: str, query: dict[str, Any]
    ) -> Iterator[Entry | None]:
        """Yield the entries of all pages; None if the list does not exist."""
        page, size = operation.roles.get("page"), operation.roles.get("page_size")
        most = int(size.schema.get("maximum", 100)) if size else 0
        seen: set[str] = set()
        count, number = 0, 1
        while True:
            paging = {page.name: number, size.name: most} if page and size else {}
            body = self._read(path, {**query, **paging})
            if body is None:
                yield None
                return
            entries = _entries(operation, path, body)
            content = json.dumps(entries, sort_keys=True)
            # A service without pages returns the same entries again.
            if not entries or content in seen:
                return
            seen.add(content)
            yield from entries
            count += len(entries)
            self.limit(operation, count)
            if not paging or len(entries) < self._longest[operation.id]:
                return
            self._longest[operation.id], number = len(entries), number + 1

    def limit(self, operation: Operation, count: int) -> None:
        if count > self._most:
            raise ConfigError(
                f"GET {operation.path}: more than {self._most} entries; choose a shorter range in"
                " the target file, or allow more with --max-entries"
            )


def _entries(operation: Operation, path: str, body: Any) -> list[Entry]:
    envelope = operation.resource.get("envelope")
    found = body.get(envelope) if envelope and isinstance(body, dict) else body
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ConfigError(f"GET {path}: the response is not a list of objects")
    return found


def fill(operation: Operation, keys: dict[str, Any]) -> str:
    """Fill a path with keys of owners, or with the word for the caller's own."""
    return operation.fill(
        {
            one.name: quote(str(one.me or keys[str(one.collection)]), safe="@")
            for one in operation.path_parameters
        }
    )
