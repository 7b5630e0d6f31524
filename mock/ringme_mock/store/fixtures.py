"""Fixtures: the initial state in YAML files, checked against the document.

A folder has one YAML file per collection, with its name, and the recorded items in `files`. Keys
of a file, of which only `entries` is required:

    entries:    the entries, each a mapping of names to values
    defaults:   values of entries that do not have their own
    next_id:    for collections with counted keys: the lowest key of a new entry, so that the key
                of a deleted entry is never reused
    gone:       keys of deleted entries that other entries still name, as calls name a number
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from ringme_mock.json_bytes import DEEPEST_STATE, read_json
from ringme_mock.store.collection import Collection, Entry, Key, Taken
from ringme_mock.store.fixture_references import SCALARS, check_references, label
from ringme_mock.store.made_files import MOST_BYTES, is_makeable
from ringme_mock.store.store import Store
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.document import parse_yaml
from ringme_spec.errors import ConfigError, raise_all, read_each, unknown_key

FILES_FOLDER = "files"
ENTRIES = "entries"
DEFAULTS = "defaults"
NEXT_ID = "next_id"
GONE = "gone"
# Aliases of YAML can expand a few lines to billions of values.
_MAX_VALUES = 10_000
_MAX_KEY = 2**63 - 1
# Number of duplicates that are reported; each takes another pass over all entries.
_MOST_TAKEN = 20


@dataclass(frozen=True)
class Source:
    """Content of a fixture file; `where` names it in messages."""

    where: str
    content: Any


def load_store(contract: Contract, *folders: Path) -> Store:
    """Load the entries of folders; a file replaces one of the same name in an earlier folder.

    Raises ConfigError with file, entry and field for an entry that breaks its schema, a duplicate
    key or unique value, and a reference to a missing entry.
    """
    found: dict[str, Path] = {}
    files: dict[str, bytes] = {}

    def find(folder: Path) -> None:
        if not folder.exists():
            raise ConfigError(f"{folder}: folder not found")
        if not folder.is_dir():
            raise ConfigError(f"{folder}: is a file, not a folder with fixtures")
        paths = sorted(folder.glob("*.y*ml"))
        check_names(contract, [path.name for path in paths], str(folder))
        found.update({path.stem: path for path in paths})
        files.update(_read_files(folder / FILES_FOLDER))

    read_each(folders, find)
    contents = read_each(found.values(), _read)
    sources = {
        name: Source(str(path), content)
        for (name, path), content in zip(found.items(), contents, strict=True)
    }
    store = build_store(contract, sources, files)
    for collection in store.collections.values():
        collection.origin = ""
    return store


def build_store(
    contract: Contract, sources: Mapping[str, Source], files: Mapping[str, bytes]
) -> Store:
    """Make a store from sources by collection. Raises ConfigError."""
    store = Store.empty(contract, files)
    rules = [rule for name, rule in contract.collections.items() if name in sources]
    read_each(rules, lambda rule: _fill(contract, store, rule, sources[rule.name]))
    gone = {name: _gone(source) for name, source in sources.items()}
    read_each(rules, lambda rule: check_references(store, rule, gone, sources[rule.name].where))
    _check_users(contract, store, sources)
    return store


def check_names(contract: Contract, names: list[str], where: str) -> None:
    """Raise ConfigError for files that belong to no collection, or if there is no file."""
    known = sorted(f"{name}.yaml" for name in stored_names(contract))
    raise_all(
        f"{where}/{name}: no collection {name.rpartition('.')[0]}; known files: {', '.join(known)}"
        for name in names
        if name not in known
    )
    if not names:
        raise ConfigError(f"{where}: contains none of the files {', '.join(known)}")


def stored_names(contract: Contract) -> list[str]:
    return [name for name, rule in contract.collections.items() if rule.is_stored]


def parse_fixture(content: bytes, where: str) -> Any:
    """Read a fixture file as JSON or YAML. Raises as `parse_yaml` does."""
    try:
        # Exports are JSON, which is parsed a hundred times as fast.
        return read_json(content, DEEPEST_STATE)
    except ValueError:
        return parse_yaml(content, where)


def _read(path: Path) -> Any:
    try:
        return parse_fixture(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _read_files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _fill(contract: Contract, store: Store, rule: CollectionRule, source: Source) -> None:
    validator = contract.schemas.compile(rule.stored)
    known = frozenset(rule.properties)

    def read(numbered: tuple[int, Any]) -> Entry:
        number, entry = numbered
        if not isinstance(entry, dict):
            where = f"{source.where}: entry {number}"
            raise ConfigError(f"{where}: must be a mapping of names to values")
        if not known.issuperset(entry):
            where = _entry_label(source, rule, number, entry)
            raise_all(
                f"{where}: {unknown_key(str(name), rule.properties, 'field')}"
                for name in entry
                if name not in known
            )
        for name, value in entry.items():
            if type(value) not in SCALARS:
                _check_parts(value, f"{_entry_label(source, rule, number, entry)}: {name}")
        if not validator.is_valid(entry):
            where = _entry_label(source, rule, number, entry)
            raise_all(f"{where}: {field}: {why}" for field, why in validator.problems(entry))
        whole = {name: entry.get(name, rule.defaults.get(name)) for name in rule.properties}
        _check_content(store, source, rule, number, whole)
        return whole

    full = read_each(enumerate(_entries(source), start=1), read)
    _reserve(store[rule.name], source)
    _insert(store, source, rule, full)


def _insert(store: Store, source: Source, rule: CollectionRule, entries: list[Entry]) -> None:
    """Add the entries. Raises ConfigError for those whose key or unique value is taken."""
    left = list(enumerate(entries, start=1))
    problems: list[str] = []
    while len(problems) < _MOST_TAKEN:
        try:
            store[rule.name].insert_many(entry for _, entry in left)
            break
        except Taken as taken:
            number, entry = left.pop(taken.place)
            where = _entry_label(source, rule, number, entry)
            problems.append(f"{where}: {taken}: another entry has {entry[str(taken)]}, too")
    raise_all(problems)


def _entries(source: Source) -> Iterator[Any]:
    content = source.content
    if not isinstance(content, dict) or not isinstance(content.get(ENTRIES), list):
        raise ConfigError(f"{source.where}: must have a list under `{ENTRIES}`")
    known = (ENTRIES, DEFAULTS, NEXT_ID, GONE)
    raise_all(
        f"{source.where}: {unknown_key(str(name), known)}" for name in content if name not in known
    )
    defaults = content.get(DEFAULTS) or {}
    if not isinstance(defaults, dict):
        raise ConfigError(f"{source.where}: `{DEFAULTS}` must be a mapping of names to values")
    for entry in content[ENTRIES]:
        yield {**defaults, **entry} if defaults and isinstance(entry, dict) else entry


def _entry_label(source: Source, rule: CollectionRule, number: int, entry: Entry) -> str:
    return f"{source.where}: entry {number} ({label(rule, entry)})"


def _check_parts(value: Any, where: str) -> None:
    """Raise ConfigError for values that JSON does not have, and for recursive or huge ones."""
    for count, part in enumerate(_parts(value)):
        if count == _MAX_VALUES:
            raise ConfigError(
                f"{where}: contains more than {_MAX_VALUES} values, or contains itself"
            )
        named = not isinstance(part, dict) or all(isinstance(name, str) for name in part)
        finite = not isinstance(part, float) or isfinite(part)
        if type(part) not in (*SCALARS, float, dict, list) or not named or not finite:
            raise ConfigError(f"{where}: contains a value that JSON does not support")


def _parts(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _check_content(
    store: Store, source: Source, rule: CollectionRule, number: int, entry: Entry
) -> None:
    """Raise ConfigError for an item whose size is not that of its file (rule media-file)."""
    content = rule.content
    if content is None:
        return
    name, size = entry[content.file], entry[content.size]
    if name in store.files and size == len(store.files[name]):
        return
    if name is None and is_makeable(content) and size <= MOST_BYTES:
        return
    where = _entry_label(source, rule, number, entry)
    if name is None and is_makeable(content):
        raise ConfigError(f"{where}: {content.size}: must be at most {MOST_BYTES} without a file")
    if name is None:
        raise ConfigError(f"{where}: {content.file}: is missing")
    if name not in store.files:
        raise ConfigError(f"{where}: {content.file}: there is no file {FILES_FOLDER}/{name}")
    size = len(store.files[name])
    raise ConfigError(f"{where}: {content.size}: must be {size}, as long as {name} is")


def _reserve(collection: Collection, source: Source) -> None:
    """Reserve the keys that were used before (rule group-create)."""
    rule = collection.rule
    next_id = source.content.get(NEXT_ID, 1)
    if NEXT_ID in source.content and not rule.sequence:
        raise ConfigError(
            f"{source.where}: {NEXT_ID}: the keys of {rule.name} are not sequential numbers"
        )
    if type(next_id) is not int or not 1 <= next_id <= _MAX_KEY:
        raise ConfigError(
            f"{source.where}: {NEXT_ID}: must be a whole number, from 1 to {_MAX_KEY}"
        )
    last = max([next_id - 1, *(key for key in _gone(source) if isinstance(key, int))])
    if rule.sequence and last > 0:
        # A collection continues after the highest key that it ever held.
        collection.insert({**dict.fromkeys(rule.properties), rule.key: last})
        collection.delete(last)


def _gone(source: Source) -> frozenset[Key]:
    """Return the keys of deleted entries that other entries may still refer to."""
    keys = source.content.get(GONE, [])
    if not isinstance(keys, list) or not all(
        type(key) is str or (type(key) is int and key <= _MAX_KEY) for key in keys
    ):
        raise ConfigError(f"{source.where}: {GONE}: must be a list of keys")
    return frozenset(keys)


def _check_users(contract: Contract, store: Store, sources: Mapping[str, Source]) -> None:
    """Raise ConfigError for users without the key of the entry that their type confines them to."""
    rule = contract.collections["user"]
    raise_all(
        f"{sources[rule.name].where}: {label(rule, user)}: {prop}: is missing for {user['type']}"
        for user in store[rule.name].entries()
        if user[prop := contract.user_types[user["type"]]] is None
    )
