"""Wholes: collections whose entries partly live in other collections, and entries made of those."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias
from urllib.parse import quote

from ringme_mock.store.collection import Collection, Entry, Key
from ringme_spec.collections import CollectionRule
from ringme_spec.gathered import Gathered, Pick, Seconds, Source

# Entries in order, each with the first value of its position.
Walk: TypeAlias = Iterator[tuple[Any, Entry]]


class Wholes:
    """Entries of collections that have parts; `files` is the URL below which their files are."""

    def __init__(self, collections: Mapping[str, Collection], files: str = "") -> None:
        self._collections = collections
        self._files = files

    def merge(
        self, rule: CollectionRule, walks: Iterable[Walk], descending: bool
    ) -> Iterator[Entry]:
        """Merge the entries of a whole in its order, lazily."""
        first, order = itemgetter(0), itemgetter(*rule.order, rule.order[0])
        merged = heapq.merge(*walks, key=first, reverse=descending)
        for _, alike in groupby(merged, key=first):
            entries = [entry for _, entry in alike]
            if len(entries) > 1:
                entries.sort(key=order, reverse=descending)
            yield from entries

    def shown(self, rule: CollectionRule, part: CollectionRule) -> Callable[[Entry], Entry]:
        """Return a function that turns an entry of a part into one of the whole."""
        if part is rule or part.part_of is None:
            return lambda entry: entry
        of = part.part_of
        names = [name for name in rule.properties if of.shown or name not in of.own]
        hidden = dict.fromkeys(rule.properties)

        def whole(entry: Entry) -> Entry:
            found = hidden | {name: entry.get(name) for name in names}
            if of.url:
                found[of.url] = f"{self._files}{part.name}/{quote(str(entry[part.key]))}"
            return found

        return whole

    def sharing(self, rule: CollectionRule, key: Key) -> list[Entry]:
        """List the entries of a whole that share a key, in order."""
        found: list[Entry] = []
        for name in (rule.name, *rule.parts):
            collection = self._collections[name]
            entries = collection.at(list(collection.positions(rule.grouped[0], key)))
            found += map(self.shown(rule, collection.rule), entries)
        return sorted(found, key=itemgetter(*rule.order, rule.order[0]))

    def _count(self, rule: CollectionRule, key: Key) -> int:
        names = (rule.name, *rule.parts)
        return sum(len(self._collections[one].positions(rule.grouped[0], key)) for one in names)

    def gathered(self, rule: CollectionRule, key: Key) -> Entry | None:
        """Make the entry for a key from those that share it; None if there are none."""
        if rule.gathered is None:
            return None
        entries = self.sharing(self._collections[rule.gathered.of].rule, key)
        return gather(rule, rule.gathered, _with_same_owners(rule, entries)) if entries else None

    def gather_all(
        self, rule: CollectionRule, gathered: Gathered, walk: Iterable[Entry]
    ) -> Iterator[Entry]:
        """Make one entry of all that share a key, in place of the first of them in the walk.

        The walk is in order. Entries outside of it that share the key are included.
        """
        source = self._collections[gathered.of].rule
        place, last = itemgetter(*source.order, source.order[0]), None
        for entry in walk:
            key = entry[gathered.by]
            # The usual case: no other entry shares the key.
            alone = self._count(source, key) == 1
            entries = (
                [entry] if alone else _with_same_owners(rule, self.sharing(source, key), entry)
            )
            if key != last and place(entries[0]) == place(entry):
                last = key
                yield gather(rule, gathered, entries)


def _with_same_owners(
    rule: CollectionRule, entries: list[Entry], like: Entry | None = None
) -> list[Entry]:
    """Keep the entries with the same owners as `like`, as no owner may see another's."""
    like = like or entries[0]
    owners = [link.property for link in rule.within.values() if link.property]
    return [one for one in entries if all(one[name] == like[name] for name in owners)]


def gather(rule: CollectionRule, gathered: Gathered, entries: Sequence[Entry]) -> Entry:
    """Make one entry of others, which are in order."""
    first = entries[0]
    picked = {name: _pick(one, entries) for name, one in gathered.picks.items()}
    made = {name: first.get(name) for name in rule.properties}
    made[gathered.list] = list(entries)
    lengths = {}
    for name, value in gathered.values.items():
        if isinstance(value, Seconds):
            lengths[name] = value
        else:
            made[name] = _value(name, value, picked)
    for name, length in lengths.items():
        made[name] = _seconds(made[length.since], made[length.until], length.otherwise)
    return made


def _pick(rule: Pick, entries: Sequence[Entry]) -> Entry | None:
    found = [
        one
        for one in entries
        if all(one[name] in values for name, values in rule.where.items())
        and (rule.by is None or one[rule.by] is not None)
    ]
    if rule.by is not None:
        found.sort(key=itemgetter(rule.by))
    if not found:
        return None
    return found[-1 if rule.take == "last" else 0]


def _value(name: str, sources: tuple[Source, ...], picked: Mapping[str, Entry | None]) -> Any:
    for source in sources:
        entry = picked[source.pick]
        if entry is None:
            continue
        if source.value is not None:
            return source.value
        value = entry[source.property or name]
        return source.words.get(value, value) if source.words else value
    return None


def _seconds(since: str | None, until: str | None, otherwise: int | None) -> int | None:
    if since is None or until is None:
        return otherwise
    length = _second(until) - _second(since)
    return max(0, int(length.total_seconds()))


def _second(text: str) -> datetime:
    return datetime.fromisoformat(text.partition(".")[0])
