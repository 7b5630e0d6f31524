"""Store: the collections and the files of recorded items."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from sys import maxsize
from typing import Any

from ringme_mock.store.collection import Collection, Entry, Key
from ringme_mock.store.gathering import Walk, Wholes
from ringme_mock.store.index import TOP, Position
from ringme_mock.store.merged_runs import count, merge, page
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract


@dataclass(frozen=True)
class Query:
    """Selection of entries for a list.

    `start` and `end` bound the first value of the order, both included. `keep` is the filter, None
    for no filter. `limit` None means up to the end. `files` is the URL below which the files of
    parts are.
    """

    start: Any = None
    end: Any = None
    descending: bool = False
    keep: Callable[[Entry], bool] | None = None
    offset: int = 0
    limit: int | None = None
    files: str = ""


class Store:
    """Collections of a contract with their references, and the files of entries."""

    def __init__(self, collections: dict[str, Collection], files: Mapping[str, bytes]) -> None:
        self.collections = collections
        self.files = files
        # Size of a whole from which entries deleted from its parts no longer stay in it.
        self.most_left: int | None = None

    @classmethod
    def empty(cls, contract: Contract, files: Mapping[str, bytes]) -> Store:
        return cls({name: Collection(rule) for name, rule in contract.collections.items()}, files)

    def copy(self) -> Store:
        """Copy the store; O(1) in the number of entries."""
        return Store({name: one.copy() for name, one in self.collections.items()}, self.files)

    def __getitem__(self, name: str) -> Collection:
        return self.collections[name]

    def get(self, name: str, key: Key, files: str = "") -> Entry | None:
        """Find an entry; if it is made of others, its files are below the URL `files`."""
        collection = self.collections[name]
        if collection.rule.gathered:
            return Wholes(self.collections, files).gathered(collection.rule, key)
        return collection.get(key)

    def owner_key(self, name: str, entry: Entry, owner: str) -> Key | None:
        """Find the key of the `owner` that an entry of collection `name` belongs to."""
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
        """Iterate over the entries that a query selects, of one owner (collection, key) or of all.

        The cost is that of the page; with a filter, also that of the entries before it. Make a list
        of the result before you write.
        """
        collection = self.collections[name]
        if collection.rule.parts or collection.rule.gathered:
            return self._find_made(collection.rule, query, owner)
        runs = self._runs(collection, owner[0], [owner[1]]) if owner else [collection.positions()]
        if len(runs) == 1 and query.keep is None:
            return collection.at(_page(runs[0], query))
        spans = [(run, *_bounds(run, query)) for run in runs]
        spans = [span for span in spans if span[1] < span[2]]
        if query.offset >= count(spans):
            return iter(())
        if query.keep is None:
            return collection.at(page(spans, query.offset, query.limit, query.descending))
        entries = filter(query.keep, collection.at(merge(spans, query.descending)))
        return _cut(entries, query)

    def size(self, name: str, owner: tuple[str, Key] | None = None) -> int | None:
        """Count the entries of one owner, or all; None if the entries are made of others."""
        rule = self.collections[name].rule
        if not rule.is_stored:
            return None
        parts = [self.collections[one] for one in (name, *rule.parts)]
        if owner is None:
            return sum(map(len, parts))
        runs = [run for part in parts for run in self._runs(part, owner[0], [owner[1]])]
        return sum(map(len, runs))

    def _find_made(
        self, rule: CollectionRule, query: Query, owner: tuple[str, Key] | None
    ) -> Iterator[Entry]:
        """Find entries of a whole, or made of its entries, reading no further than the page."""
        wholes, gathered = Wholes(self.collections, query.files), rule.gathered
        whole = self[gathered.of].rule if gathered else rule
        walks = [
            self._walk(wholes, whole, self[name], query, owner)
            for name in (whole.name, *whole.parts)
        ]
        entries = wholes.merge(whole, walks, query.descending)
        if gathered:
            entries = wholes.gather_all(rule, gathered, entries)
        if query.keep is not None:
            entries = filter(query.keep, entries)
        return _cut(entries, query)

    def _walk(
        self,
        wholes: Wholes,
        whole: CollectionRule,
        collection: Collection,
        query: Query,
        owner: tuple[str, Key] | None,
    ) -> Walk:
        runs = self._runs(collection, owner[0], [owner[1]]) if owner else [collection.positions()]
        spans = [(run, *_bounds(run, query)) for run in runs]
        shown = wholes.shown(whole, collection.rule)
        if not count(spans):
            return
        for position in merge(spans, query.descending):
            yield position[0], shown(next(collection.at([position])))

    def delete(self, name: str, key: Key) -> None:
        """Remove an entry, and release or remove those that refer to it, as the document says.

        An entry of a part stays in the whole, without the properties of the part.
        """
        for other in self.collections.values():
            for prop, reference in other.rule.references.items():
                if reference.collection == name:
                    for position in list(other.positions(prop, key)):
                        self._release_or_delete(other, position[-1], prop, reference.gone)
        self._return_to_whole(self[name], key)
        self[name].delete(key)

    def _return_to_whole(self, part: Collection, key: Key) -> None:
        of, entry = part.rule.part_of, part.get(key)
        if of is None or entry is None:
            return
        whole = self[of.collection]
        if self.most_left is not None and whole.weight >= self.most_left:
            return
        values = {name: entry.get(name) for name in whole.rule.properties}
        whole.insert_new({**values, **dict.fromkeys(of.own)})

    def _release_or_delete(self, collection: Collection, key: Key, prop: str, gone: str) -> None:
        if gone == "release":
            collection.update(key, {prop: None})
        else:
            self.delete(collection.rule.name, key)

    def _runs(
        self, collection: Collection, owner: str, keys: list[Key]
    ) -> list[Sequence[Position]]:
        """List the sorted runs that together hold the entries of the owners with these keys."""
        link = collection.rule.within[owner]
        if link.property:
            return [collection.positions(link.property, key) for key in keys]
        middle = self[link.through or ""]
        found = self._runs(middle, owner, keys)
        return self._runs(
            collection, middle.rule.name, [position[-1] for run in found for position in run]
        )


def _page(run: Sequence[Position], query: Query) -> Sequence[Position]:
    low, high = _bounds(run, query)
    size = high - low if query.limit is None else query.limit
    if query.descending:
        high -= query.offset
        return run[max(low, high - size) : max(low, high)][::-1]
    low += query.offset
    return run[low : min(high, low + size)]


def _cut(entries: Iterator[Entry], query: Query) -> Iterator[Entry]:
    stop = None if query.limit is None else min(query.offset + query.limit, maxsize)
    return islice(entries, min(query.offset, maxsize), stop)


def _bounds(run: Sequence[Position], query: Query) -> tuple[int, int]:
    low = 0 if query.start is None else bisect_left(run, (query.start,))
    high = len(run) if query.end is None else bisect_right(run, (query.end, TOP))
    return low, high
