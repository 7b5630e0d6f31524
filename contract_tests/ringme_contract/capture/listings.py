"""The list operations that together show all entries of a client, found in the document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation


@dataclass(frozen=True)
class Listing:
    """Operations that list the same entries, the one with the fewest requests first.

    The next one is for a service that does not have the one before. `rest` lists the entries whose
    owner is gone too, but not who it was.
    """

    rule: CollectionRule
    operations: tuple[Operation, ...]
    rest: Operation | None = None


def read_listings(contract: Contract, offers: Callable[[Operation], bool]) -> list[Listing]:
    """Find the listings of all collections, owners before what belongs to them."""
    rules = [one for one in contract.collections.values() if one.is_stored]
    found = [one for rule in rules for one in _listings(contract, rule, offers)]
    depth = {name: _depth(contract, name) for name in contract.collections}
    return sorted(found, key=lambda one: depth[one.rule.name])


def _listings(
    contract: Contract, rule: CollectionRule, offers: Callable[[Operation], bool]
) -> Iterator[Listing]:
    """Yield one listing for each part of a collection: a list may show those of one type alone."""
    parts: dict[str, list[Operation]] = {}
    for one in contract.operations.values():
        if one.reads and one.action == "list" and one.collection_rule is rule and offers(one):
            parts.setdefault(json.dumps(one.where, sort_keys=True), []).append(one)
    for operations in parts.values():
        operations.sort(key=_requests)
        telling = tuple(one for one in operations if _tells_owners(contract, one))
        rest = operations[0] if telling and operations[0] not in telling else None
        if telling:
            yield Listing(rule, telling, rest)


def _requests(operation: Operation) -> int:
    """Count the owners in a path for each of whom a request is needed."""
    return sum(one.me is None for one in operation.entry_parameters)


def _tells_owners(contract: Contract, operation: Operation) -> bool:
    """Entries name their owners, or the path does."""
    known = {owner for one in operation.path_collections for owner in (one.name, *one.within)}
    return all(
        link.property is None or link.property in operation.response_properties or owner in known
        for owner, link in operation.collection.within.items()
    )


def _depth(contract: Contract, name: str, above: frozenset[str] = frozenset()) -> int:
    """Count the owners above a collection."""
    rule = contract.collections[name]
    owners = set(rule.within) - above - {name}
    return 1 + max((_depth(contract, one, above | {name}) for one in owners), default=0)
