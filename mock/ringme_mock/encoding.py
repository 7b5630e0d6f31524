"""Entries as the API writes them, made once for each entry."""

from __future__ import annotations

from typing import Any

from ringme_mock.collection import Entry
from ringme_mock.contract import Operation
from ringme_mock.replies import json_text

# Some hundred bytes each.
_LIMIT = 20_000


class Encoder:
    """Writes the entries of one collection with the properties that an answer shows, in order.

    An entry is never changed in place, so what was written for it stays true as long as it is
    the same object; and it is kept, so that no other object can take its identity.
    """

    def __init__(self, properties: tuple[str, ...]) -> None:
        self._properties = properties
        names = [json_text(name).replace("%", "%%") for name in properties]
        self._form = "{" + ", ".join(f"{name}: %s" for name in names) + "}"
        self._written: dict[int, bytes] = {}
        self._entries: list[Entry] = []

    def show(self, entry: Entry) -> dict[str, Any]:
        """The part of an entry that the document puts into the answer."""
        return {name: entry.get(name) for name in self._properties}

    def one(self, entry: Entry) -> bytes:
        """The JSON of an entry."""
        return self._written.get(id(entry)) or self._write(entry)

    def many(self, entries: list[Entry]) -> bytes:
        """The JSON of a list of entries."""
        try:
            # Nearly always: a list is looked at more often than its entries change.
            parts = list(map(self._written.__getitem__, map(id, entries)))
        except KeyError:
            parts = [self.one(entry) for entry in entries]
        return b"[" + b", ".join(parts) + b"]"

    def _write(self, entry: Entry) -> bytes:
        if len(self._entries) >= _LIMIT:
            self._entries.clear()
            self._written.clear()
        values = tuple([json_text(entry.get(name)) for name in self._properties])
        written = (self._form % values).encode("utf-8")
        self._entries.append(entry)
        self._written[id(entry)] = written
        return written


class Encoders:
    """One encoder for all operations that show the same."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[str, ...]], Encoder] = {}

    def of(self, operation: Operation) -> Encoder:
        """The encoder for the answers of an operation."""
        name = operation.collection.name, operation.answer
        if name not in self._found:
            self._found[name] = Encoder(operation.answer)
        return self._found[name]
