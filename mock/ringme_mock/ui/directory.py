"""Groups, their members, and numbers: as many as fit on a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ringme_mock.store.collection import Entry, Key
from ringme_mock.store.store import Store

GROUPS_SHOWN = 20
MEMBERS_SHOWN = 20
NUMBERS_SHOWN = 20
CHOICES_SHOWN = 100


# What the templates show of a number, a group, or both.
Shown = dict[str, Any]


class DirectoryReader:
    """Reads a store by the names of view.yaml. A search goes through all names."""

    def __init__(self, store: Store, view: dict[str, Any]) -> None:
        self._store = store
        self._view = view
        self._groups: str = view["groups"]
        self._numbers: str = view["numbers"]["collection"]
        self._group: str = view["numbers"]["group"]
        self._number: str = view["numbers"]["number"]
        self.items = [item for item in view["items"] if item["collection"] in store.collections]

    def read(self, wanted: str) -> Shown:
        """Read what fits `wanted`: a part of a name, a number, an id, or empty for all.

        `numbers` are those that were found, without a search those in no group, of which there are
        `loose`. `choices` are the numbers to choose from.
        """
        known = self._store.collections.keys()
        if self._groups not in known or self._numbers not in known:
            return {
                **dict.fromkeys(("groups", "numbers", "choices"), ()),
                **dict.fromkeys(("all_groups", "loose", "all_numbers"), 0),
            }
        groups, numbers = self._store[self._groups], self._store[self._numbers]
        loose = numbers.positions(self._group, None)
        found = list(islice(self._fitting(self._numbers, wanted), CHOICES_SHOWN))
        shown: Iterable[Entry] = found if wanted else numbers.at(loose)
        fitting = islice(self._fitting(self._groups, wanted), GROUPS_SHOWN)
        return {
            "groups": list(map(self._read_group, fitting)),
            "all_groups": len(groups),
            "numbers": list(map(self._read_number, islice(shown, NUMBERS_SHOWN))),
            "loose": len(loose),
            "all_numbers": len(numbers),
            "choices": list(map(self._read_number, found)),
        }

    def describe(self, key: Key) -> str:
        """Name a number for people, by its id if it does not exist."""
        entry = self._store[self._numbers].get(key)
        return self._called(entry) if entry else str(key)

    def title(self, collection: str, key: Key) -> str:
        """Name an entry, by its id if it has no name or does not exist."""
        if collection not in self._store.collections:
            return str(key)
        entry = self._store[collection].get(key)
        if entry is None:
            return str(key)
        names = self._view["titles"].get(collection, ())
        return next((str(entry[name]) for name in names if entry.get(name)), str(key))

    def _called(self, entry: Entry) -> str:
        title = self.title(self._numbers, entry[self._store[self._numbers].rule.key])
        number = str(entry[self._number])
        return number if title == number else f"{number} {title}"

    def _fitting(self, collection: str, wanted: str) -> Iterator[Entry]:
        kept = self._store[collection]
        entries = kept.at(kept.positions())
        if not wanted:
            return entries
        names = self._view["titles"].get(collection, ())
        key = self._store[collection].rule.key
        text = wanted.casefold()
        return (
            entry
            for entry in entries
            if str(entry[key]) == text
            or any(text in str(entry[name] or "").casefold() for name in names)
        )

    def _read_group(self, entry: Entry) -> Shown:
        key = entry[self._store[self._groups].rule.key]
        numbers = self._store[self._numbers]
        members = numbers.positions(self._group, key)
        first = numbers.at(islice(members, MEMBERS_SHOWN))
        return {
            "key": key,
            "title": self.title(self._groups, key),
            "client": self._client(self._groups, entry),
            "members": list(map(self._read_number, first)),
            "size": len(members),
        }

    def _read_number(self, entry: Entry) -> Shown:
        key = entry[self._store[self._numbers].rule.key]
        group = entry[self._group]
        return {
            "key": key,
            "title": self.title(self._numbers, key),
            "number": str(entry[self._number]),
            "kind": str(entry.get("type", "")),
            "status": str(entry.get("status", "")),
            "group": None if group is None else self.title(self._groups, group),
            "client": self._client(self._numbers, entry),
            "client_key": self._store.owner_key(self._numbers, entry, self._view["clients"]),
            # Of its items, by kind.
            "counts": [self._count(item["collection"], key) for item in self.items],
        }

    def _client(self, collection: str, entry: Entry) -> str:
        name = self._view["clients"]
        return self.title(name, self._store.owner_key(collection, entry, name))

    def _count(self, collection: str, key: Key) -> int:
        prop = self._store[collection].rule.owner_property(self._numbers)
        return len(self._store[collection].positions(prop, key)) if prop else 0
