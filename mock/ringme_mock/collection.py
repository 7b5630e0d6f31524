"""The entries of one collection, sorted and indexed. Knows no HTTP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypeAlias

from sortedcontainers import SortedList

from ringme_mock.collection_rule import CollectionRule

Entry = dict[str, Any]
Key = Any
Position = tuple[Any, ...]
Positions: TypeAlias = "SortedList[Position]"


class _Top:
    """Stands after every other value, so that a bound takes in all that begins alike."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


TOP = _Top()


class Taken(Exception):
    """A value that only one entry may have belongs to another one already."""


class Collection:
    """Entries by key, in the order of the document, and by the value of each indexed property.

    An entry is never changed in place: an update puts a new one in its stead, so whoever holds
    the old one keeps what it was.
    """

    def __init__(self, rule: CollectionRule) -> None:
        self.rule = rule
        self._entries: dict[Key, Entry] = {}
        self._all: Positions = SortedList()
        self._by_value: dict[str, dict[Any, Positions]] = {
            name: defaultdict(SortedList) for name in rule.indexed
        }
        self._unique: dict[tuple[Any, Any], Key] = {}
        self._next_key = 1

    def copy(self) -> Collection:
        """A collection of its own with the same entries, which will give the same keys."""
        other = Collection(self.rule)
        other._entries = dict(self._entries)
        other._all = self._all.copy()
        for name, lists in self._by_value.items():
            other._by_value[name].update({value: one.copy() for value, one in lists.items()})
        other._unique = dict(self._unique)
        other._next_key = self._next_key
        return other

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Entry | None:
        """The entry with this key, or None."""
        return self._entries.get(key)

    def by_unique(self, value: Any, owner: Key | None = None) -> Entry | None:
        """The entry with this value of the unique property, within an owner if it is so."""
        return self._entries.get(self._unique.get((owner, value)))

    def entries(self) -> Iterator[Entry]:
        """All entries in order."""
        for position in self._all:
            yield self._entries[position[-1]]

    def positions(self, prop: str | None = None, value: Any = None) -> Positions:
        """The sorted positions of all entries, or of those whose `prop` has `value`.

        A position is the tuple of the values that lists are sorted by, and the key behind them.
        """
        if prop is None:
            return self._all
        return self._by_value[prop].get(value, _EMPTY)

    def at(self, position: Position) -> Entry:
        """The entry at a position."""
        return self._entries[position[-1]]

    def new_key(self) -> int:
        """The next whole number; none is ever given twice (rule group-create)."""
        key = self._next_key
        self._next_key += 1
        return key

    def insert(self, entry: Entry) -> None:
        """Takes a new entry. Raises Taken if another one has its unique value."""
        key = entry[self.rule.key]
        if key in self._entries:
            raise Taken(self.rule.key)
        self.check_unique(entry)
        self._entries[key] = entry
        self._add(entry)
        if self.rule.sequence and key >= self._next_key:
            self._next_key = key + 1

    def update(self, key: Key, changes: Entry) -> Entry:
        """Changes an entry and gives the new one. Raises Taken, and then changes nothing."""
        old = self._entries[key]
        new = {**old, **changes}
        self.check_unique(new)
        self._remove(old)
        self._entries[key] = new
        self._add(new)
        return new

    def delete(self, key: Key) -> None:
        """Drops an entry; its key is not given again."""
        self._remove(self._entries.pop(key))

    def check_unique(self, entry: Entry) -> None:
        """Raises Taken if an entry with another key has the unique value of this one."""
        slot = self._unique_slot(entry)
        key = entry[self.rule.key]
        if slot is not None and self._unique.get(slot, key) != key:
            raise Taken(self.rule.unique.property if self.rule.unique else self.rule.key)

    def _unique_slot(self, entry: Entry) -> tuple[Any, Any] | None:
        unique = self.rule.unique
        if unique is None:
            return None
        owner = self.rule.owner_property(unique.within) if unique.within else None
        return (entry[owner] if owner else None, entry[unique.property])

    def _position(self, entry: Entry) -> Position:
        return (*(entry[name] for name in self.rule.order), entry[self.rule.key])

    def _add(self, entry: Entry) -> None:
        position = self._position(entry)
        self._all.add(position)
        for name, lists in self._by_value.items():
            lists[entry[name]].add(position)
        slot = self._unique_slot(entry)
        if slot is not None:
            self._unique[slot] = entry[self.rule.key]

    def _remove(self, entry: Entry) -> None:
        position = self._position(entry)
        self._all.remove(position)
        for name, lists in self._by_value.items():
            lists[entry[name]].remove(position)
            if not lists[entry[name]]:
                del lists[entry[name]]
        slot = self._unique_slot(entry)
        if slot is not None:
            del self._unique[slot]


_EMPTY: Positions = SortedList()
