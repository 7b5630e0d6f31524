"""The entries of one collection, sorted and indexed. Knows no HTTP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, TypeAlias

from immutables import Map

from ringme_mock import collector
from ringme_mock.collection_rule import CollectionRule
from ringme_mock.sorted_run import SortedRun

Entry = dict[str, Any]
Key = Any
Position = tuple[Any, ...]
# A property and one of its values; (None, None) is what all entries have in common.
Trait: TypeAlias = tuple[str | None, Any]

_EVERY: Trait = (None, None)
_EMPTY = SortedRun()


class _Top:
    """Stands after every other value, so that a bound takes in all that begins alike."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


TOP = _Top()


class Taken(Exception):
    """A value that only one entry may have belongs to another one already.

    Its text is the property; `place` is that of the entry among those given, counted from 0.
    """

    def __init__(self, prop: str, place: int = 0) -> None:
        super().__init__(prop)
        self.place = place


class Collection:
    """Entries by key, in the order of the document, and by the value of each indexed property.

    An entry is never changed in place: an update puts a new one in its stead, so whoever holds
    the old one keeps what it was. The same goes for all that entries are kept in, so a copy
    shares with this collection whatever neither has changed.
    """

    def __init__(self, rule: CollectionRule) -> None:
        self.rule = rule
        self._indexed = rule.indexed
        self._sorted_by = itemgetter(*(rule.order or (rule.key,)), rule.key)
        self._entries: Map[Key, Entry] = Map()
        self._runs: Map[Trait, SortedRun] = Map()
        self._unique: Map[tuple[Any, Any], Key] = Map()
        self._next_key = 1

    def copy(self) -> Collection:
        """A collection of its own with the same entries, which will give the same keys.

        Costs the same whatever is in it.
        """
        other = Collection.__new__(Collection)
        other.__dict__.update(self.__dict__)
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
        return map(self.at, self.positions())

    def positions(self, prop: str | None = None, value: Any = None) -> SortedRun:
        """The sorted positions of all entries, or of those whose indexed `prop` has `value`.

        A position is the tuple of the values that lists are sorted by, and the key behind them.
        What is written later does not show in it.
        """
        run = self._runs.get((prop, value))
        if run is not None:
            return run
        if prop is not None and prop not in self._indexed:
            raise KeyError(f"{self.rule.name} is not indexed by {prop}")
        return _EMPTY

    def at(self, position: Position) -> Entry:
        """The entry at a position."""
        return self._entries[position[-1]]

    def new_key(self) -> int:
        """The next whole number; none is ever given twice (rule group-create)."""
        key = self._next_key
        self._next_key += 1
        return key

    def insert(self, entry: Entry) -> None:
        """Takes a new entry. Raises Taken if another one has its key or its unique value."""
        key = entry[self.rule.key]
        if key in self._entries:
            raise Taken(self.rule.key)
        self.check_unique(entry)
        self._replace(None, entry)
        self._entries = self._entries.set(key, entry)
        if self.rule.sequence:
            self._next_key = max(self._next_key, key + 1)

    @collector.paused()
    def insert_many(self, entries: Iterable[Entry]) -> None:
        """Takes new entries at once, quicker than one by one.

        Raises Taken for the first that `insert` would not take, and then takes none of them.
        """
        by_key, unique = self._entries.mutate(), self._unique.mutate()
        new = []
        for place, entry in enumerate(entries):
            key = entry[self.rule.key]
            if key in by_key:
                raise Taken(self.rule.key, place)
            by_key[key] = entry
            slot = self._unique_slot(entry)
            if slot is not None:
                if slot in unique:
                    raise Taken(self._unique_property, place)
                unique[slot] = key
            new.append(entry)
        self._runs = self._runs_with(new)
        self._entries, self._unique = by_key.finish(), unique.finish()
        if self.rule.sequence:
            last = max((entry[self.rule.key] for entry in new), default=0)
            self._next_key = max(self._next_key, last + 1)

    def _runs_with(self, entries: list[Entry]) -> Map[Trait, SortedRun]:
        """The indexes with new entries in them."""
        positions: defaultdict[Trait, list[Position]] = defaultdict(list)
        for entry in entries:
            position = self._position(entry)
            positions[_EVERY].append(position)
            for name in self._indexed:
                positions[name, entry[name]].append(position)
        runs = self._runs.mutate()
        for trait, new in positions.items():
            runs[trait] = runs.get(trait, _EMPTY).add_all(new)
        return runs.finish()

    def update(self, key: Key, changes: Entry) -> Entry:
        """Changes an entry and gives the new one. Raises Taken, and then changes nothing."""
        old = self._entries[key]
        new = {**old, **changes}
        self.check_unique(new)
        self._replace(old, new)
        self._entries = self._entries.set(key, new)
        return new

    def delete(self, key: Key) -> None:
        """Drops an entry; its key is not given again."""
        self._replace(self._entries[key], None)
        self._entries = self._entries.delete(key)

    def check_unique(self, entry: Entry) -> None:
        """Raises Taken if an entry with another key has the unique value of this one."""
        slot = self._unique_slot(entry)
        key = entry[self.rule.key]
        if slot is not None and self._unique.get(slot, key) != key:
            raise Taken(self._unique_property)

    @property
    def _unique_property(self) -> str:
        return self.rule.unique.property if self.rule.unique else self.rule.key

    def _unique_slot(self, entry: Entry) -> tuple[Any, Any] | None:
        unique = self.rule.unique
        if unique is None:
            return None
        owner = self.rule.owner_property(unique.within) if unique.within else None
        return (entry[owner] if owner else None, entry[unique.property])

    def _position(self, entry: Entry) -> Position:
        position: Position = self._sorted_by(entry)
        return position

    def _traits(self, entry: Entry) -> list[Trait]:
        """What the entry can be found by."""
        return [_EVERY, *[(name, entry[name]) for name in self._indexed]]

    def _replace(self, old: Entry | None, new: Entry | None) -> None:
        """Puts a new entry into the indexes where the old one was; either may be missing."""
        before = self._places(old) if old is not None else []
        after = self._places(new) if new is not None else []
        runs = self._runs
        for trait, position in before:
            if (trait, position) not in after:
                rest = runs[trait].remove(position)
                runs = runs.set(trait, rest) if rest else runs.delete(trait)
        for trait, position in after:
            if (trait, position) not in before:
                runs = runs.set(trait, runs.get(trait, _EMPTY).add(position))
        self._runs = runs
        self._replace_unique(old, new)

    def _places(self, entry: Entry) -> list[tuple[Trait, Position]]:
        """In the runs of which traits an entry is, and at which position."""
        position = self._position(entry)
        return [(trait, position) for trait in self._traits(entry)]

    def _replace_unique(self, old: Entry | None, new: Entry | None) -> None:
        before = self._unique_slot(old) if old is not None else None
        after = self._unique_slot(new) if new is not None else None
        if before == after:
            return
        if (
            before is not None
            and old is not None
            and self._unique.get(before) == old[self.rule.key]
        ):
            self._unique = self._unique.delete(before)
        if after is not None and new is not None:
            self._unique = self._unique.set(after, new[self.rule.key])
