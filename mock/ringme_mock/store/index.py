"""Sorted index of a collection, for each value of each indexed property."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from ringme_spec.collections import CollectionRule

Entry: TypeAlias = Mapping[str, Any]
# The values that entries are sorted by, then the key.
Position: TypeAlias = tuple[Any, ...]
# An indexed property and one of its values; None stands for all entries.
Trait: TypeAlias = "tuple[str, Any] | None"


class _Top:
    """Value that sorts after every other, for bounds that include all positions with a prefix."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


TOP = _Top()


class Index:
    """Sorted lists of positions, one for each trait that an entry has.

    `sorted_by` gives the position of an entry. A write raises TypeError for an entry that cannot be
    compared with the others, and then changes nothing.
    """

    def __init__(self, rule: CollectionRule) -> None:
        self._name = rule.name
        self._indexed = rule.indexed
        # Indexed on first use, which is rare.
        self._later = rule.grouped
        self.sorted_by: Callable[[Entry], Position]
        self.sorted_by = itemgetter(*(rule.order or (rule.key,)), rule.key)
        # The list of all entries is made on first use, which is rare.
        self.lists: dict[Trait, list[Position]] = {}
        # Traits whose list is not shared, so that it can be changed in place.
        self._own: set[Trait] = set()

    def copy(self) -> Index:
        """Copy the index; each list is shared until one of the two writes to it."""
        other = Index.__new__(Index)
        other.__dict__.update(self.__dict__)
        other.lists = self.lists.copy()
        self._own, other._own = set(), set()
        return other

    def all(self, entries: Iterable[Entry]) -> Sequence[Position]:
        """Return the positions of all entries; `entries` must be those in the index."""
        found = self.lists.get(None)
        if found is None:
            found = self.lists[None] = sorted(map(self.sorted_by, entries))
        return found

    def of(self, name: str, value: Any, entries: Iterable[Entry]) -> Sequence[Position]:
        """Return the positions of the entries with this value; `entries` as for `all`."""
        if name in self._later:
            self._index_now(name, entries)
        return self.lists.get((name, value), ())

    def _index_now(self, name: str, entries: Iterable[Entry]) -> None:
        added: defaultdict[Trait, list[Position]] = defaultdict(list)
        for entry in entries:
            added[name, entry[name]].append(self.sorted_by(entry))
        for positions in added.values():
            positions.sort()
        self.lists.update(added)
        self._own.update(added)
        self._later = tuple(one for one in self._later if one != name)
        self._indexed = (*self._indexed, name)

    def add(self, entry: Entry) -> None:
        position = self.sorted_by(entry)
        for trait, place in self._places(entry, position):
            self._writable(trait).insert(place, position)

    def add_all(self, entries: Iterable[Entry]) -> None:
        """Add many entries at once, in time linear in the lists that they are in."""
        added: defaultdict[Trait, list[Position]] = defaultdict(list)
        for entry in entries:
            position = self.sorted_by(entry)
            for trait in self._traits(entry):
                added[trait].append(position)
        longer = {
            trait: sorted([*self.lists.get(trait, ()), *positions])
            for trait, positions in added.items()
        }
        self.lists.update(longer)
        self._own.update(longer)

    def remove(self, entry: Entry) -> None:
        position = self.sorted_by(entry)
        for trait, place in self._places(entry, position):
            self._drop(trait, place)

    def replace(self, old: Entry, new: Entry) -> None:
        before, after = self.sorted_by(old), self.sorted_by(new)
        if before == after and all(old[name] == new[name] for name in self._indexed):
            return
        gone, come = self._places(old, before), self._places(new, after)
        for (left, place), (joined, _) in zip(gone, come, strict=True):
            if left != joined or before != after:
                self._drop(left, place)
                insort(self._writable(joined), after)

    def _places(self, entry: Entry, position: Position) -> list[tuple[Trait, int]]:
        """List the traits of an entry, each with the place of a position in its list."""
        places = []
        for trait in self._traits(entry):
            positions = self.lists.get(trait, ())
            # Most entries are added in order.
            is_last = not positions or positions[-1] < position
            place = len(positions) if is_last else bisect_left(positions, position)
            places.append((trait, place))
        return places

    def _traits(self, entry: Entry) -> list[Trait]:
        traits: list[Trait] = [(name, entry[name]) for name in self._indexed]
        if None in self.lists:
            traits.append(None)
        return traits

    def _writable(self, trait: Trait) -> list[Position]:
        if trait not in self._own:
            self.lists[trait] = list(self.lists.get(trait, ()))
            self._own.add(trait)
        return self.lists[trait]

    def _drop(self, trait: Trait, place: int) -> None:
        positions = self._writable(trait)
        del positions[place]
        if not positions:
            del self.lists[trait]
            self._own.discard(trait)
