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
from ringme_mock.store.made_files import MOST_BYTES, is_makeable
from ringme_mock.store.store import Store
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.document import parse_yaml
from ringme_spec.errors import ConfigError

FILES_FOLDER = "files"
ENTRIES = "entries"
DEFAULTS = "defaults"
NEXT_ID = "next_id"
GONE = "gone"
# Aliases of YAML can expand a few lines to billions of values.
_MAX_VALUES = 10_000
_MAX_KEY = 2**63 - 1
_SCALARS = frozenset([str, int, bool, type(None)])


@dataclass(frozen=True)
class Source:
    """Content of a fixture file; `where` names it in messages."""

    where: str
    content: Any


def load_store(contract: Contract, *folders: Path) -> Store:
    """Load the entries of folders; a file replaces one of the same name in an earlier folder.

    Raises ConfigError, which names file, entry and field, for an entry that breaks its schema, a
    duplicate key or unique value, and a reference to a missing entry.
    """
    found: dict[str, Path] = {}
    files: dict[str, bytes] = {}
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"{folder}: is not a folder with fixtures")
        paths = sorted(folder.glob("*.y*ml"))
        check_names(contract, [path.name for path in paths], str(folder))
        found.update({path.stem: path for path in paths})
        files.update(_read_files(folder / FILES_FOLDER))
    sources = {name: Source(str(path), _read(path)) for name, path in found.items()}
    return build_store(contract, sources, files)


def build_store(
    contract: Contract, sources: Mapping[str, Source], files: Mapping[str, bytes]
) -> Store:
    """Make a store from sources by collection. Raises ConfigError."""
    store = Store.empty(contract, files)
    rules = [rule for name, rule in contract.collections.items() if name in sources]
    for rule in rules:
        _fill(contract, store, rule, sources[rule.name])
    gone = {name: _gone(source) for name, source in sources.items()}
    for rule in rules:
        _check_references(store, rule, gone, sources[rule.name].where)
    _check_users(contract, store, sources)
    return store


def check_names(contract: Contract, names: list[str], where: str) -> None:
    """Raise ConfigError for a file of no collection, or if there is no file."""
    known = {f"{name}.yaml" for name in stored_names(contract)}
    for name in names:
        if name not in known:
            files = ", ".join(sorted(known))
            stem = name.rpartition(".")[0]
            raise ConfigError(f"{where}/{name}: no collection {stem}; known files: {files}")
    if not names:
        raise ConfigError(f"{where}: holds none of the files {', '.join(sorted(known))}")


def stored_names(contract: Contract) -> list[str]:
    """List the collections that have a fixture file."""
    return [name for name, rule in contract.collections.items() if rule.is_stored]


def parse_fixture(content: bytes, where: str) -> Any:
    """Read a fixture file as `parse_yaml` does."""
    try:
        # Exports are JSON, which is read a hundred times as fast.
        return read_json(content, DEEPEST_STATE)
    except ValueError:
        return parse_yaml(content, where)


def label(rule: CollectionRule, entry: Entry) -> str:
    key = entry.get(rule.key, "missing")
    return f"{rule.key} {str(key)[:100] if type(key) in _SCALARS else '?'}"


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
    full: list[Entry] = []
    for number, entry in enumerate(_entries(source), start=1):
        if not isinstance(entry, dict):
            where = f"{source.where}: entry {number}"
            raise ConfigError(f"{where}: must be a mapping of names to values")
        for name, value in entry.items():
            if name not in known:
                where = _place(source, rule, number, entry)
                raise ConfigError(f"{where}: {str(name)[:100]}: is not a known field")
            if type(value) not in _SCALARS:
                _check_parts(value, f"{_place(source, rule, number, entry)}: {name}")
        if not validator.is_valid(entry):
            field, reason = next(validator.problems(entry))
            raise ConfigError(f"{_place(source, rule, number, entry)}: {field}: {reason}")
        whole = {name: entry.get(name, rule.defaults.get(name)) for name in rule.properties}
        _check_content(store, source, rule, number, whole)
        full.append(whole)
    _reserve(store[rule.name], source)
    try:
        store[rule.name].insert_many(full)
    except Taken as taken:
        entry = full[taken.place]
        where = _place(source, rule, taken.place + 1, entry)
        raise ConfigError(f"{where}: {taken}: another entry has {entry[str(taken)]}, too") from None


def _entries(source: Source) -> Iterator[Any]:
    content = source.content
    if not isinstance(content, dict) or not isinstance(content.get(ENTRIES), list):
        raise ConfigError(f"{source.where}: must have a list under `{ENTRIES}`")
    for name in content:
        if name not in (ENTRIES, DEFAULTS, NEXT_ID, GONE):
            raise ConfigError(
                f"{source.where}: unknown key {str(name)[:100]};"
                f" known keys: {ENTRIES}, {DEFAULTS}, {NEXT_ID}, {GONE}"
            )
    defaults = content.get(DEFAULTS) or {}
    if not isinstance(defaults, dict):
        raise ConfigError(f"{source.where}: `{DEFAULTS}` must be a mapping of names to values")
    for entry in content[ENTRIES]:
        yield {**defaults, **entry} if defaults and isinstance(entry, dict) else entry


def _place(source: Source, rule: CollectionRule, number: int, entry: Entry) -> str:
    return f"{source.where}: entry {number} ({label(rule, entry)})"


def _check_parts(value: Any, where: str) -> None:
    """Raise ConfigError for values that JSON does not have, and for recursive or huge ones."""
    for count, part in enumerate(_parts(value)):
        if count == _MAX_VALUES:
            raise ConfigError(f"{where}: holds more than {_MAX_VALUES} values, or itself")
        named = not isinstance(part, dict) or all(isinstance(name, str) for name in part)
        finite = not isinstance(part, float) or isfinite(part)
        if type(part) not in (*_SCALARS, float, dict, list) or not named or not finite:
            raise ConfigError(f"{where}: holds something that JSON does not have")


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
    where = _place(source, rule, number, entry)
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
        raise ConfigError(f"{source.where}: {NEXT_ID}: the keys of {rule.name} are not counted")
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
    """Return the keys of deleted entries that others may still name."""
    keys = source.content.get(GONE, [])
    if not isinstance(keys, list) or not all(
        type(key) is str or (type(key) is int and key <= _MAX_KEY) for key in keys
    ):
        raise ConfigError(f"{source.where}: {GONE}: must be a list of keys")
    return frozenset(keys)


def _check_users(contract: Contract, store: Store, sources: Mapping[str, Source]) -> None:
    """Raise ConfigError for a user without the key of what its type confines it to."""
    rule = contract.collections["user"]
    for user in store[rule.name].entries():
        prop = contract.user_types[user["type"]]
        if user[prop] is None:
            where = f"{sources[rule.name].where}: {label(rule, user)}"
            raise ConfigError(f"{where}: {prop}: is missing for {user['type']}")


def _check_references(
    store: Store, rule: CollectionRule, gone: Mapping[str, frozenset[Key]], where: str
) -> None:
    """Raise ConfigError for a key of no entry, or of an entry of another owner."""
    links = {prop: reference.collection for prop, reference in rule.references.items()}
    lasting = {
        link.property: owner
        for owner, link in rule.within.items()
        if link.property and link.property not in links
    }
    for prop, other in {**links, **lasting}.items():
        # Only what stays when the other entry is deleted can name one that is gone.
        excused = gone.get(other, frozenset()) if prop in lasting else frozenset()
        _check_reference(store, rule, (prop, other), excused, where)


def _check_reference(
    store: Store,
    rule: CollectionRule,
    link: tuple[str, str],
    excused: frozenset[Key],
    where: str,
) -> None:
    prop, other = link
    shared = {
        owner: mine.property
        for owner, mine in rule.within.items()
        if mine.property
        and owner in store[other].rule.within
        and owner != other
        and mine.property not in rule.references
    }
    seen = set()
    for entry in store[rule.name].entries():
        found = (entry[prop], *(entry[name] for name in shared.values()))
        if found in seen:
            continue
        seen.add(found)
        key = entry[prop]
        if key is None or (key in excused and store[other].get(key) is None):
            continue
        target = store[other].get(key)
        place = f"{where}: {label(rule, entry)}: {prop}"
        if target is None:
            raise ConfigError(f"{place}: there is no {other} {key}")
        for owner, name in shared.items():
            theirs = store.owner_key(other, target, owner)
            if entry[name] != theirs:
                raise ConfigError(
                    f"{place}: {other} {key} is of {owner} {theirs}, not of {entry[name]}"
                )
