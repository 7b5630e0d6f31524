"""Entries as the API writes them, made once for each entry."""

from __future__ import annotations

from typing import Any

from ringme_mock.actions.response import json_text
from ringme_mock.store.collection import Entry
from ringme_spec.operations import Operation

# What is kept, in entries of some hundred bytes each, and in bytes where they are longer.
_MOST = 20_000
_MOST_BYTES = 16 * 1024 * 1024


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
        self._bytes = 0

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
        values = tuple([json_text(entry.get(name)) for name in self._properties])
        written = (self._form % values).encode("utf-8")
        self._bytes += len(written)
        if len(self._entries) >= _MOST or self._bytes > _MOST_BYTES:
            self._entries.clear()
            self._written.clear()
            self._bytes = len(written)
        self._entries.append(entry)
        self._written[id(entry)] = written
        return written


class Encoders:
    """One encoder for all operations that show the same."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[str, ...]], Encoder] = {}

    def of(self, operation: Operation) -> Encoder:
        """The encoder for the answers of an operation."""
        name = operation.collection.name, operation.response_properties
        if name not in self._found:
            self._found[name] = Encoder(operation.response_properties)
        return self._found[name]
