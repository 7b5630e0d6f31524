"""Image of a store: how it differs from another one, which whoever reads it has, too."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from ringme_mock.store.collection import Changes, Entry
from ringme_mock.store.store import Store

# Entries that are written together.
_AT_ONCE = 500


def write_store(store: Store, base: Store, fixtures: Store) -> Iterator[Any]:
    """Write a store as JSON values, for `read_store` with the same two others.

    The first value counts writes, which matters for quotas alone; the same entries are the same
    further values, however they came to be so.
    """
    counts: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    entries: list[list[Entry]] = []
    for name, collection in store.collections.items():
        counts[name] = [collection.written, collection.derives_from(fixtures[name])]
        changes = collection.changes_since(base[name])
        if changes != Changes([], [], base[name].next_key):
            entries.append(changes.entries)
            changed[name] = [len(changes.entries), *changes[1:]]
    yield counts
    files = None if store.files == base.files else sorted(store.files)
    yield {"collections": changed, "files": files}
    for found in entries:
        for start in range(0, len(found), _AT_ONCE):
            yield found[start : start + _AT_ONCE]
    for name in files or ():
        yield b64encode(store.files[name]).decode("ascii")


def read_store(values: Iterator[Any], base: Store, fixtures: Store) -> Store:
    counts, head = next(values), next(values)
    collections = {name: collection.copy() for name, collection in base.collections.items()}
    for name, (count, gone, next_key) in head["collections"].items():
        entries: list[Entry] = []
        while len(entries) < count:
            entries += next(values)
        collections[name] = base[name].with_changes(Changes(entries, gone, next_key))
    for name, (written, derives) in counts.items():
        collections[name].set_written(written, fixtures[name] if derives else None)
    files = base.files
    if head["files"] is not None:
        files = {name: b64decode(next(values)) for name in head["files"]}
    return Store(collections, files)
