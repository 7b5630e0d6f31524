"""The entries of one collection, sorted and indexed. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

from immutables import Map

from ringme_mock.store import collector
from ringme_mock.store.index import Index, Position
from ringme_mock.store.sorted_run import SortedRun
from ringme_spec.collections import CollectionRule

Entry = dict[str, Any]
Key = Any

# Of a position.
_KEY = itemgetter(-1)
# So many characters of a text weigh as much as an entry.
LONG_TEXT = 4096


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
    the old one keeps what it was. A copy shares with this collection whatever neither has changed
    since: what entries are kept in is made unchangeable for that, and until then written in place.
    """

    def __init__(self, rule: CollectionRule) -> None:
        self.rule = rule
        # Each a `Map` while it is shared, and else a `MapMutation`.
        self._entries: Any = Map()
        self._unique: Any = Map()
        self._index = Index(rule)
        self._long = 0
        self._next_key = 1
        self._shared = True

    def copy(self) -> Collection:
        """A collection of its own with the same entries, which will give the same keys.

        Costs the same whatever is in it.
        """
        self._seal()
        other = Collection.__new__(Collection)
        other.__dict__.update(self.__dict__)
        other._index = self._index.copy()
        return other

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def weight(self) -> int:
        """How many entries it has, one with long texts counted for as many as it weighs."""
        return len(self._entries) + self._long

    def overweight(self, entry: Entry) -> int:
        """What an entry weighs more than one does."""
        more = 0
        for name in self.rule.texts:
            text = entry.get(name)
            if text is not None:
                more += len(text) // LONG_TEXT
        return more

    def get(self, key: Key) -> Entry | None:
        """The entry with this key, or None."""
        entry: Entry | None = self._entries.get(key)
        return entry

    def by_unique(self, value: Any, owner: Key | None = None) -> Entry | None:
        """The entry with this value of the unique property, within an owner if it is so."""
        return self.get(self._unique.get((owner, value)))

    def entries(self) -> Iterator[Entry]:
        """All entries in order."""
        return iter(sorted(self._values(), key=self._index.sorted_by))

    def positions(self, prop: str | None = None, value: Any = None) -> SortedRun:
        """The sorted positions of all entries, or of those whose indexed `prop` has `value`.

        A position is the tuple of the values that lists are sorted by, and the key behind them.
        What is written later does not show in it.
        """
        if prop is not None:
            return self._index.find(prop, value)
        return self._index.all(self._values)

    def at(self, positions: Iterable[Position]) -> Iterator[Entry]:
        """The entries at these positions."""
        return map(self._entries.__getitem__, map(_KEY, positions))

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
        self._add(entry)
        if self.rule.sequence:
            self._next_key = max(self._next_key, key + 1)

    def insert_new(self, entry: Entry) -> None:
        """Takes a new entry and gives it the next key.

        Raises Taken if another one has its unique value, and then keeps the key for the next.
        """
        if self.rule.unique is not None and self._unique_slot(entry) in self._unique:
            raise Taken(self._unique_property)
        entry[self.rule.key] = self.new_key()
        self._add(entry)

    @collector.paused()
    def insert_many(self, entries: Iterable[Entry]) -> None:
        """Takes new entries at once, quicker than one by one.

        Raises Taken for the first that `insert` would not take, and then takes none of them.
        """
        for _ in self.insert_in_steps(entries):
            pass

    def insert_in_steps(self, entries: Iterable[Entry]) -> Iterator[None]:
        """Does what `insert_many` does in many short steps, a yield after each.

        What others write until the last one would be lost: this is for a copy of one's own.
        """
        self._seal()
        # Others than its own, which stay as they are until all is well.
        by_key, unique = self._entries.mutate(), self._unique.mutate()
        new, long = [], 0
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
            long += self.overweight(entry)
            yield
        self._index = yield from self._index.with_all(new)
        self._entries, self._unique = by_key.finish(), unique.finish()
        self._long += long
        if self.rule.sequence:
            last = max((entry[self.rule.key] for entry in new), default=0)
            self._next_key = max(self._next_key, last + 1)

    def shares_entries(self, other: Collection) -> bool:
        """Whether nobody wrote to either since one was copied from the other."""
        return self._entries is other._entries

    def adopt(self, copy: Collection) -> None:
        """Becomes what was made of a copy of it, whoever holds it."""
        copy._seal()
        self.__dict__.update(copy.__dict__)

    def _values(self) -> Iterable[Entry]:
        # What is written in place does not show its values.
        self._seal()
        values: Iterable[Entry] = self._entries.values()
        return values

    def _seal(self) -> None:
        """Makes all of it such that it can be shared."""
        if not self._shared:
            self._entries = self._entries.finish()
            self._unique = self._unique.finish()
            self._shared = True

    def _unseal(self) -> None:
        """Makes all of it such that it can be written in place, but for what others have, too."""
        self._entries = self._entries.mutate()
        self._unique = self._unique.mutate()
        self._shared = False

    def _add(self, entry: Entry) -> None:
        """Takes an entry whose key and unique value nobody has."""
        if self._shared:
            self._unseal()
        self._index.add(entry)
        self._long += self.overweight(entry)
        key = entry[self.rule.key]
        if self.rule.unique is not None:
            self._unique[self._unique_slot(entry)] = key
        self._entries[key] = entry

    def update(self, key: Key, changes: Entry) -> Entry:
        """Changes an entry and gives the new one. Raises Taken, and then changes nothing."""
        old = self._entries[key]
        new = {**old, **changes}
        self.check_unique(new)
        self._replace(old, new)
        self._entries[key] = new
        return new

    def delete(self, key: Key) -> None:
        """Drops an entry; its key is not given again."""
        self._replace(self._entries[key], None)
        del self._entries[key]

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

    def _replace(self, old: Entry, new: Entry | None) -> None:
        """Has a new entry, or none, found where the old one was."""
        if self._shared:
            self._unseal()
        self._index.replace(old, new)
        self._long += (self.overweight(new) if new is not None else 0) - self.overweight(old)
        self._replace_unique(old, new)

    def _replace_unique(self, old: Entry, new: Entry | None) -> None:
        before = self._unique_slot(old)
        after = self._unique_slot(new) if new is not None else None
        if before == after:
            return
        if before is not None and self._unique.get(before) == old[self.rule.key]:
            del self._unique[before]
        if after is not None and new is not None:
            self._unique[after] = new[self.rule.key]
