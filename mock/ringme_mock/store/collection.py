"""Collection of entries by key and by unique value, and its sorted positions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from ringme_mock.store.cycle_search import cycle_search_paused
from ringme_mock.store.index import Index, Position
from ringme_spec.collections import CollectionRule

Entry = dict[str, Any]
Key = Any
# An owner's key (None without an owner), and a value that is unique for that owner.
Slot = tuple[Any, Any]

_KEY_OF_POSITION = itemgetter(-1)
# Number of characters of a text that count as another entry.
LONG_TEXT = 1024


class Taken(Exception):
    """Refusal of a key or unique value; its text is the property, `place` the entry's index."""

    def __init__(self, prop: str, place: int = 0) -> None:
        super().__init__(prop)
        self.place = place


class Collection:
    """Entries by key and by unique value, in the order of the document, also per indexed value.

    Entries are immutable: an update replaces them, so that a reader keeps what it has read.

    `copy` takes the same time for any number of entries. The copy shares everything with its
    original until one of them is written to. The first write copies the dicts, and the first write
    to each sorted list copies that list; later writes are in place.
    """

    def __init__(self, rule: CollectionRule) -> None:
        self.rule = rule
        self._entries: dict[Key, Entry] = {}
        self._unique: dict[Slot, Key] = {}
        self._indexed = (*rule.indexed, *rule.grouped)
        self._index = Index(rule)
        # Sum of `overweight`.
        self._long = 0
        # The integer key of the next entry that comes without one.
        self.next_key = 1
        # Number of writes, including those before it was copied.
        self.written = 0
        # Name of the fixtures that it was copied from.
        self.origin: str | None = None
        # Set while a copy may share the dicts and the index, which must not be changed then.
        self._shared = False

    def copy(self) -> Collection:
        """Copy the collection in O(1); the copy continues with the same keys."""
        self._shared = True
        other = Collection.__new__(Collection)
        other.__dict__.update(self.__dict__)
        return other

    def adopt(self, copy: Collection) -> None:
        """Take over the content of a copy, in O(1)."""
        self.__dict__.update(copy.copy().__dict__)

    def with_entries(self, entries: Iterable[Entry]) -> Collection:
        """Make a collection of other entries that never reuses a key of this one."""
        other = Collection(self.rule)
        other.next_key = self.next_key
        other.insert_many(entries)
        return other

    @property
    def by_key(self) -> Mapping[Key, Entry]:
        """Entries by key, in no order. Copies return the same object until one is written to."""
        return self._entries

    def written_since(self, other: Collection) -> int:
        """Count the writes since the fixtures `other`; all writes if it does not stem from these.

        Each replacement of an entry counts, but the result never exceeds `weight`.
        """
        written = self.written
        if self.origin == other.origin:
            written -= other.written
        return min(written, self.weight)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def weight(self) -> int:
        """Number of entries, with LONG_TEXT characters of a text counted as another entry."""
        return len(self._entries) + self._long

    def overweight(self, entry: Entry) -> int:
        """Count the additional entries that the long texts of an entry stand for."""
        count = 0
        for name in self.rule.texts:
            count += len(entry.get(name) or "") // LONG_TEXT
        return count

    def get(self, key: Key) -> Entry | None:
        return self._entries.get(key)

    def by_unique(self, value: Any, owner: Key | None = None) -> Entry | None:
        """Find the entry with this unique value, of one owner if values are unique per owner."""
        return self._entries.get(self._unique.get((owner, value)))

    def entries(self) -> Iterator[Entry]:
        """Iterate over all entries in order; later writes do not affect the iteration."""
        return iter(sorted(self._entries.values(), key=self._index.sorted_by))

    def positions(self, prop: str | None = None, value: Any = None) -> Sequence[Position]:
        """Return the sorted positions of all entries, or of those whose indexed `prop` has `value`.

        A position is a tuple of the values that lists are sorted by, then the key. The result is no
        copy and the next write may change it, so copy it before you write.
        """
        if prop is None:
            return self._index.all(self._entries.values())
        if prop not in self._indexed:
            raise KeyError(f"{self.rule.name} is not indexed by {prop}")
        return self._index.of(prop, value, self._entries.values())

    def at(self, positions: Iterable[Position]) -> Iterator[Entry]:
        return map(self._entries.__getitem__, map(_KEY_OF_POSITION, positions))

    def new_key(self) -> int:
        """Take the next integer key; no key is given twice (rule group-create)."""
        self.next_key += 1
        return self.next_key - 1

    def skip_keys(self, key: int) -> None:
        """Give no integer key below this one from now on."""
        self.next_key = max(self.next_key, key)

    def insert(self, entry: Entry) -> None:
        """Add an entry. If its key or unique value exists, raises Taken and changes nothing."""
        key = entry[self.rule.key]
        if key in self._entries:
            raise Taken(self.rule.key)
        self.check_unique(entry)
        self._add(entry)
        if self.rule.sequence:
            self.next_key = max(self.next_key, key + 1)

    def insert_new(self, entry: Entry) -> None:
        """Add an entry under the next key. Raises Taken, which leaves the key free."""
        if self.rule.unique and self._unique_slot(entry) in self._unique:
            raise Taken(self._unique_property)
        entry[self.rule.key] = self.next_key
        self.next_key += 1
        self._add(entry)

    @cycle_search_paused()
    def insert_many(self, entries: Iterable[Entry]) -> None:
        """Add all entries, or none: raises Taken for the first that `insert` would refuse.

        It is faster than `insert` for many entries. For a few it is slower, as it passes over the
        sorted lists.
        """
        by_key: dict[Key, Entry] = {}
        unique: dict[Slot, Key] = {}
        for place, entry in enumerate(entries):
            key, slot = entry[self.rule.key], self._unique_slot(entry)
            if key in by_key or key in self._entries:
                raise Taken(self.rule.key, place)
            if slot is not None:
                if slot in unique or slot in self._unique:
                    raise Taken(self._unique_property, place)
                unique[slot] = key
            by_key[key] = entry
        if self._shared:
            self.unshare()
        # First, as it raises TypeError for entries that cannot be sorted.
        self._index.add_all(by_key.values())
        self._entries.update(by_key)
        self._unique.update(unique)
        overweight = sum(map(self.overweight, by_key.values()))
        self._long += overweight
        self.written += len(by_key) + overweight
        if self.rule.sequence:
            self.next_key = max(self.next_key, max(by_key, default=0) + 1)

    def update(self, key: Key, changes: Entry) -> Entry:
        """Replace an entry by one with these changes, and return the new one.

        If its unique value exists, raises Taken and changes nothing.
        """
        old = self._entries[key]
        new = {**old, **changes}
        self.check_unique(new)
        if self._shared:
            self.unshare()
        self._index.replace(old, new)
        self._replace_unique(old, new)
        overweight = self.overweight(new)
        self._long += overweight - self.overweight(old)
        self.written += 1 + overweight
        self._entries[key] = new
        return new

    def delete(self, key: Key) -> None:
        """Remove an entry; its key is not reused."""
        old = self._entries[key]
        if self._shared:
            self.unshare()
        self._index.remove(old)
        self._replace_unique(old, None)
        self._long -= self.overweight(old)
        del self._entries[key]

    def check_unique(self, entry: Entry) -> None:
        """Raise Taken if an entry with another key has the same unique value."""
        slot, key = self._unique_slot(entry), entry[self.rule.key]
        if slot is not None and self._unique.get(slot, key) != key:
            raise Taken(self._unique_property)

    def _add(self, entry: Entry) -> None:
        """Add an entry whose key and unique value are known to be free."""
        if self._shared:
            self.unshare()
        self._index.add(entry)
        if self.rule.unique:
            self._replace_unique(None, entry)
        overweight = self.overweight(entry)
        self._long += overweight
        self.written += 1 + overweight
        self._entries[entry[self.rule.key]] = entry

    def unshare(self) -> None:
        """Copy everything that a copy of the collection may share."""
        self._entries = self._entries.copy()
        self._unique = self._unique.copy()
        self._index = self._index.copy()
        self._shared = False

    @property
    def _unique_property(self) -> str:
        return self.rule.unique.property if self.rule.unique else self.rule.key

    def _unique_slot(self, entry: Entry) -> Slot | None:
        unique = self.rule.unique
        if unique is None:
            return None
        owner = self.rule.owner_property(unique.within) if unique.within else None
        return (entry[owner] if owner else None, entry[unique.property])

    def _replace_unique(self, old: Entry | None, new: Entry | None) -> None:
        before = self._unique_slot(old) if old is not None else None
        after = self._unique_slot(new) if new is not None else None
        if before == after:
            return
        if before is not None:
            self._unique.pop(before, None)
        if after is not None and new is not None:
            self._unique[after] = new[self.rule.key]
