"""The state of the mock: its collections and the files of recorded items. Knows no HTTP."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ringme_mock.collection import TOP, Collection, Entry, Key, Position, Positions
from ringme_mock.contract import Contract


@dataclass(frozen=True)
class Query:
    """What a list is asked for.

    `start` and `end` bound the first value of the order, both included; `keep` says which
    entries pass the filters (None: all do); `limit` None means to the end.
    """

    start: Any = None
    end: Any = None
    descending: bool = False
    keep: Callable[[Entry], bool] | None = None
    offset: int = 0
    limit: int | None = None


class Store:
    """All collections of a contract, and what ties them together."""

    def __init__(self, collections: dict[str, Collection], files: dict[str, bytes]) -> None:
        self.collections = collections
        self.files = files

    @classmethod
    def empty(cls, contract: Contract, files: dict[str, bytes]) -> Store:
        """A store with the collections of a contract and nothing in them."""
        return cls({name: Collection(rule) for name, rule in contract.collections.items()}, files)

    def copy(self) -> Store:
        """A store of its own with the same entries."""
        return Store({name: one.copy() for name, one in self.collections.items()}, self.files)

    def __getitem__(self, name: str) -> Collection:
        return self.collections[name]

    def owner_key(self, name: str, entry: Entry, owner: str) -> Key | None:
        """The key of the `owner` that an entry of collection `name` belongs to now, or None."""
        rule = self[name].rule.within.get(owner)
        if rule is None:
            return None
        if rule.property:
            return entry[rule.property]
        middle = rule.through or ""
        middle_key = self.owner_key(name, entry, middle)
        middle_entry = self[middle].get(middle_key)
        return self.owner_key(middle, middle_entry, owner) if middle_entry else None

    def find(
        self, name: str, query: Query, owner: tuple[str, Key] | None = None
    ) -> Iterator[Entry]:
        """The entries that a query picks, of one owner (collection, key) or of all.

        A page costs what it holds, and what lies before it where filters or several numbers
        have to be gone through.
        """
        collection = self[name]
        runs = [
            (positions, *_bounds(positions, query)) for positions in self._runs(collection, owner)
        ]
        runs = [run for run in runs if run[1] < run[2]]
        if query.offset >= sum(high - low for _, low, high in runs):
            return iter(())
        if len(runs) == 1 and query.keep is None:
            return map(collection.at, _cut(*runs[0], query))
        merged = heapq.merge(
            *(_walk(*run, query.descending) for run in runs), reverse=query.descending
        )
        entries: Iterator[Entry] = map(collection.at, merged)
        if query.keep is not None:
            entries = filter(query.keep, entries)
        stop = None if query.limit is None else query.offset + query.limit
        return islice(entries, query.offset, stop)

    def delete(self, name: str, key: Key) -> None:
        """Drops an entry; what refers to it is released or dropped too, as the document says."""
        for other in self.collections.values():
            for prop, reference in other.rule.references.items():
                if reference.collection == name:
                    for position in list(other.positions(prop, key)):
                        self._let_go(other, position[-1], prop, reference.gone)
        self[name].delete(key)

    def _let_go(self, collection: Collection, key: Key, prop: str, gone: str) -> None:
        if gone == "release":
            collection.update(key, {prop: None})
        else:
            self.delete(collection.rule.name, key)

    def _runs(self, collection: Collection, owner: tuple[str, Key] | None) -> list[Positions]:
        """The sorted lists that together hold the entries of an owner."""
        if owner is None:
            return [collection.positions()]
        rule = collection.rule.within[owner[0]]
        if rule.property:
            return [collection.positions(rule.property, owner[1])]
        middle = self[rule.through or ""]
        return [
            run
            for part in self._runs(middle, owner)
            for position in part
            for run in self._runs(collection, (middle.rule.name, position[-1]))
        ]


def _bounds(positions: Positions, query: Query) -> tuple[int, int]:
    low = 0 if query.start is None else positions.bisect_left((query.start,))
    high = len(positions) if query.end is None else positions.bisect_right((query.end, TOP))
    return low, high


def _walk(positions: Positions, low: int, high: int, descending: bool) -> Iterator[Position]:
    walk: Iterator[Position] = positions.islice(low, high, reverse=descending)
    return walk


def _cut(positions: Positions, low: int, high: int, query: Query) -> Iterator[Position]:
    """The page of a query out of one sorted list, found by its place alone."""
    size = high - low - query.offset
    size = size if query.limit is None else min(size, query.limit)
    if size <= 0:
        return iter(())
    if query.descending:
        return _walk(positions, high - query.offset - size, high - query.offset, True)
    return _walk(positions, low + query.offset, low + query.offset + size, False)
