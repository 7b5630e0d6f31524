"""Where the entries of a collection lie: in its order, and by what their properties are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping
from operator import itemgetter
from typing import Any, TypeAlias

from immutables import Map

from ringme_mock.store.sorted_run import SortedRun
from ringme_spec.collections import CollectionRule

Entry: TypeAlias = Mapping[str, Any]
# The values that entries are sorted by, and the key behind them.
Position: TypeAlias = tuple[Any, ...]
# A property and one of its values.
Trait: TypeAlias = tuple[str, Any]

_EMPTY = SortedRun()


class Index:
    """The sorted positions of entries, by trait, and of all together.

    A copy shares with this index whatever neither has changed since: the runs are made
    unchangeable for that, and until then written in place. `sorted_by` gives the position of an
    entry.
    """

    def __init__(self, rule: CollectionRule) -> None:
        self._name = rule.name
        self._indexed = rule.indexed
        self.sorted_by: Callable[[Entry], Position]
        self.sorted_by = itemgetter(*(rule.order or (rule.key,)), rule.key)
        # A `Map` while it is shared, and else a `MapMutation`.
        self._runs: Any = Map()
        self._shared = True
        # Few ask for positions among all entries; they are kept from the first time on.
        self._all: SortedRun | None = None

    def copy(self) -> Index:
        """An index of its own with the same content. Costs the same whatever that is."""
        self._seal()
        other = Index.__new__(Index)
        other.__dict__.update(self.__dict__)
        return other

    def find(self, prop: str, value: Any) -> SortedRun:
        """The positions of the entries whose indexed `prop` has `value`."""
        run: SortedRun | None = self._runs.get((prop, value))
        if run is not None:
            return run
        if prop not in self._indexed:
            raise KeyError(f"{self._name} is not indexed by {prop}")
        return _EMPTY

    def all(self, entries: Callable[[], Iterable[Entry]]) -> SortedRun:
        """The positions of all entries; `entries` gives these where they were not asked for yet."""
        if self._all is None:
            self._all = SortedRun(sorted(map(self.sorted_by, entries())))
        return self._all

    def add(self, entry: Entry) -> None:
        """Takes an entry. Raises TypeError for one that cannot be compared with the others."""
        if self._shared:
            self._unseal()
        runs = self._runs
        position = self.sorted_by(entry)
        longer = {}
        # All before any is taken, as each may raise.
        for name in self._indexed:
            trait = name, entry[name]
            longer[trait] = runs.get(trait, _EMPTY).add(position)
        if self._all is not None:
            self._all = self._all.add(position)
        runs.update(longer)

    def with_all(self, entries: Iterable[Entry]) -> Generator[None, None, Index]:
        """An index with these entries too, made in many short steps, a yield after each."""
        positions: defaultdict[Trait, list[Position]] = defaultdict(list)
        every = []
        for entry in entries:
            position = self.sorted_by(entry)
            every.append(position)
            for name in self._indexed:
                positions[name, entry[name]].append(position)
            yield
        other = self.copy()
        other._unseal()
        for trait, new in positions.items():
            other._runs[trait] = other._runs.get(trait, _EMPTY).add_all(new)
            yield
        if other._all is not None:
            other._all = other._all.add_all(every)
        return other

    def replace(self, old: Entry, new: Entry | None) -> None:
        """Puts a new entry, or none, where the old one was."""
        if self._shared:
            self._unseal()
        before = self._places(old)
        after = self._places(new) if new is not None else []
        order = self._reordered(old, new)
        runs: dict[Trait, SortedRun] = {}
        for trait, position in before:
            if (trait, position) not in after:
                runs[trait] = self._runs[trait].remove(position)
        for trait, position in after:
            if (trait, position) not in before:
                run = runs[trait] if trait in runs else self._runs.get(trait, _EMPTY)
                runs[trait] = run.add(position)
        self._all = order
        self._put(runs)

    def _reordered(self, old: Entry, new: Entry | None) -> SortedRun | None:
        """The order of all with the new entry in it instead of the old one."""
        before = self.sorted_by(old)
        after = self.sorted_by(new) if new is not None else None
        if self._all is None or before == after:
            return self._all
        order = self._all.remove(before)
        return order if after is None else order.add(after)

    def _put(self, runs: dict[Trait, SortedRun]) -> None:
        """Puts runs into the place of those that there are; none stays empty."""
        for trait, run in runs.items():
            if run:
                self._runs[trait] = run
            else:
                del self._runs[trait]

    def _places(self, entry: Entry) -> list[tuple[Trait, Position]]:
        """In the runs of which traits an entry is, and at which position."""
        position = self.sorted_by(entry)
        return [((name, entry[name]), position) for name in self._indexed]

    def _seal(self) -> None:
        if not self._shared:
            self._runs = self._runs.finish()
            self._shared = True

    def _unseal(self) -> None:
        self._runs = self._runs.mutate()
        self._shared = False
