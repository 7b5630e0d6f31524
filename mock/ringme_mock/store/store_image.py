"""Image of a store: its differences from other stores, which the reader must have, too."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from ringme_mock.store.collection import Collection, Entry, Key
from ringme_mock.store.store import Store

# Number of entries in a value.
_AT_ONCE = 500
# Rebuilding a collection is faster than removing more than one entry in so many.
_MOST_REMOVED = 20


class Changes(NamedTuple):
    """Entries that a collection adds to or replaces in another, keys it lacks, and its next key."""

    entries: list[Entry]
    gone: list[Key]
    next_key: int


def write_store(store: Store, earlier: Sequence[Store]) -> Iterator[Any]:
    """Write a store as JSON values, for `read_store` with the same `earlier` stores.

    The first value has the number of writes, and the `earlier` stores that collections and files
    are shared with; it matters only for quotas. The other values depend on the entries alone, not
    on their history.
    """
    base = earlier[-1]
    counts: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    entries: list[list[Entry]] = []
    for name, collection in store.collections.items():
        shared = _first(one[name].by_key is collection.by_key for one in earlier)
        counts[name] = [collection.written, collection.origin, shared]
        changes = changes_since(base[name], collection)
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
            found = with_changes(base[name], changes)
            if found.by_key is base[name].by_key:
                found.unshare()
        else:
            found = earlier[shared][name].copy()
            found.next_key = changes.next_key
        found.written, found.origin = written, origin
        collections[name] = found
    files = dict(base.files)
    if head["files"] is not None:
        files = {name: b64decode(next(values)) for name in head["files"]}
    return Store(collections, files if files_shared is None else earlier[files_shared].files)


def changes_since(base: Collection, collection: Collection) -> Changes:
    """Return the changes from `base` to a collection, which do not depend on its history."""
    known, entries, changed, gone = base.by_key, collection.by_key, [], []
    if entries is not known:
        for key, entry in entries.items():
            before = known.get(key)
            if before is not entry and before != entry:
                changed.append(entry)
        gone = [key for key in known if key not in entries]
    changed.sort(key=itemgetter(base.rule.key))
    return Changes(changed, sorted(gone), collection.next_key)


def with_changes(base: Collection, changes: Changes) -> Collection:
    """Apply the result of `changes_since` to a copy of `base`."""
    other, entries = base.copy(), base.by_key
    left = {entry[base.rule.key] for entry in changes.entries} & entries.keys()
    left.update(changes.gone)
    if len(left) * _MOST_REMOVED > len(entries):
        other = Collection(base.rule)
        kept = (one for key, one in entries.items() if key not in left)
        other.insert_many([*kept, *changes.entries])
    else:
        for key in left:
            other.delete(key)
        if changes.entries:
            other.insert_many(changes.entries)
    other.next_key = changes.next_key
    return other


def _read_changes(values: Iterator[Any], count: int, gone: list[Key], next_key: int) -> Changes:
    entries: list[Entry] = []
    while len(entries) < count:
        entries += next(values)
    return Changes(entries, gone, next_key)


def _first(values: Iterable[bool]) -> int | None:
    return next((place for place, one in enumerate(values) if one), None)
