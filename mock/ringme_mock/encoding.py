"""Entries as the API writes them, made once for each entry."""

from __future__ import annotations

from typing import Any

from ringme_mock.collection import Entry, Key
from ringme_mock.contract import Operation
from ringme_mock.remembered import Remembered
from ringme_mock.replies import json_bytes

# Some hundred bytes each.
_LIMIT = 50_000


class Encoder:
    """Writes the entries of one collection with the properties that an answer shows, in order.

    An entry is never changed in place, so what was written for it stays true as long as it is
    the same object.
    """

    def __init__(self, key: str, properties: tuple[str, ...]) -> None:
        self._key = key
        self._properties = properties
        self._written: Remembered[Key, tuple[Entry, bytes]] = Remembered(_LIMIT)

    def show(self, entry: Entry) -> dict[str, Any]:
        """The part of an entry that the document puts into the answer."""
        return {name: entry.get(name) for name in self._properties}

    def one(self, entry: Entry) -> bytes:
        """The JSON of an entry."""
        key = entry[self._key]
        known = self._written.get(key)
        if known is not None and known[0] is entry:
            return known[1]
        return self._written.keep(key, (entry, json_bytes(self.show(entry))))[1]

    def many(self, entries: list[Entry]) -> bytes:
        """The JSON of a list of entries."""
        key, written = self._key, self._written
        parts = []
        for entry in entries:
            known = written.get(entry[key])
            parts.append(known[1] if known is not None and known[0] is entry else self.one(entry))
        return b"[" + b", ".join(parts) + b"]"


class Encoders:
    """One encoder for all operations that show the same."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[str, ...]], Encoder] = {}

    def of(self, operation: Operation) -> Encoder:
        """The encoder for the answers of an operation."""
        rule = operation.collection
        name = rule.name, operation.answer
        if name not in self._found:
            self._found[name] = Encoder(rule.key, operation.answer)
        return self._found[name]
