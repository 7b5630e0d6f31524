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

    The same entries are the same values, however they came to be so.
    """
    changed: dict[str, Any] = {}
    entries: dict[str, list[Entry]] = {}
    for name, collection in store.collections.items():
        changes, derives = collection.changes_since(base[name]), _derives(store, name, fixtures)
        if changes != base[name].no_changes or derives != _derives(base, name, fixtures):
            entries[name] = changes.entries
            changed[name] = [len(changes.entries), *changes[1:], derives]
    files = None if store.files == base.files else sorted(store.files)
    yield {"collections": changed, "files": files}
    for found in entries.values():
        for start in range(0, len(found), _AT_ONCE):
            yield found[start : start + _AT_ONCE]
    for name in files or ():
        yield b64encode(store.files[name]).decode("ascii")


def read_store(values: Iterator[Any], base: Store, fixtures: Store) -> Store:
    head = next(values)
    collections = {name: collection.copy() for name, collection in base.collections.items()}
    for name, (count, gone, next_key, written, derives) in head["collections"].items():
        entries: list[Entry] = []
        while len(entries) < count:
            entries += next(values)
        changes = Changes(entries, gone, next_key, written)
        origin = fixtures[name] if derives else None
        collections[name] = base[name].with_changes(changes, origin)
    files = base.files
    if head["files"] is not None:
        files = {name: b64decode(next(values)) for name in head["files"]}
    return Store(collections, files)


def _derives(store: Store, name: str, fixtures: Store) -> bool:
    return store[name].derives_from(fixtures[name])
