"""Image of a store: how it differs from others, which whoever reads it has, too."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ringme_mock.store.collection import Changes, Entry, Key
from ringme_mock.store.store import Store

# Entries that are written together.
_AT_ONCE = 500


def write_store(store: Store, earlier: Sequence[Store]) -> Iterator[Any]:
    """Write a store as JSON values, for `read_store` with the same `earlier` ones.

    The first value counts writes and tells which of them it shares its collections and files with,
    which matters for quotas alone; the same entries are the same further values, however they came
    to be so.
    """
    base = earlier[-1]
    counts: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    entries: list[list[Entry]] = []
    for name, collection in store.collections.items():
        shared = _first(one[name].shares_entries(collection) for one in earlier)
        counts[name] = [collection.written, collection.origin, shared]
        changes = collection.changes_since(base[name])
        if changes != Changes([], [], base[name].next_key):
            entries.append(changes.entries)
            changed[name] = [len(changes.entries), *changes[1:]]
    yield [counts, _first(one.files is store.files for one in earlier)]
    files = None if store.files == base.files else sorted(store.files)
    yield {"collections": changed, "files": files}
    for found in entries:
        for start in range(0, len(found), _AT_ONCE):
            yield found[start : start + _AT_ONCE]
    for name in files or ():
        yield b64encode(store.files[name]).decode("ascii")


def read_store(values: Iterator[Any], earlier: Sequence[Store]) -> Store:
    base = earlier[-1]
    counts, files_shared = next(values)
    head = next(values)
    collections = {}
    for name, (written, origin, shared) in counts.items():
        changes = _read_changes(
            values, *head["collections"].get(name, (0, [], base[name].next_key))
        )
        if shared is None:
            found = base[name].with_changes(changes)
            if found.shares_entries(base[name]):
                found.unshare()
        else:
            found = earlier[shared][name].with_changes(Changes([], [], changes.next_key))
        found.set_written(written, origin)
        collections[name] = found
    files = dict(base.files)
    if head["files"] is not None:
        files = {name: b64decode(next(values)) for name in head["files"]}
    return Store(collections, files if files_shared is None else earlier[files_shared].files)


def _read_changes(values: Iterator[Any], count: int, gone: list[Key], next_key: int) -> Changes:
    entries: list[Entry] = []
    while len(entries) < count:
        entries += next(values)
    return Changes(entries, gone, next_key)


def _first(values: Iterable[bool]) -> int | None:
    """Return the place of the first value that is true."""
    return next((place for place, one in enumerate(values) if one), None)
