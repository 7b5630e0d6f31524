"""Reads the seed state from a folder and checks it against the document before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ringme_mock.collection import Entry, Taken
from ringme_mock.collection_rule import CollectionRule
from ringme_mock.contract import Contract
from ringme_mock.document import read_yaml
from ringme_mock.errors import StartError
from ringme_mock.store import Store

FILES_FOLDER = "files"


def load_store(contract: Contract, folder: Path) -> Store:
    """A store with the entries of `folder`: one YAML file a collection, and the folder `files`.

    Raises StartError, which names file, entry and field, for an entry that breaks its schema,
    a key or unique value that is there twice, and a reference to what is not there.
    """
    if not folder.is_dir():
        raise StartError(f"{folder}: is not a folder with fixtures")
    known = {f"{name}.yaml" for name in contract.collections}
    for path in sorted(folder.glob("*.y*ml")):
        if path.name not in known:
            files = ", ".join(sorted(known))
            raise StartError(f"{path}: the document has no collection {path.stem}, but {files}")
    if not any((folder / name).is_file() for name in known):
        raise StartError(f"{folder}: holds none of the files {', '.join(sorted(known))}")
    store = Store.empty(contract, _read_files(folder / FILES_FOLDER))
    for rule in contract.collections.values():
        path = folder / f"{rule.name}.yaml"
        if path.is_file():
            _load_collection(contract, store, rule, path)
    for rule in contract.collections.values():
        _check_references(store, rule, folder / f"{rule.name}.yaml")
    _check_users(contract, store, folder)
    return store


def _read_files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _load_collection(contract: Contract, store: Store, rule: CollectionRule, path: Path) -> None:
    validator = contract.schemas.compile(rule.stored)
    for number, entry in enumerate(_read_entries(path), start=1):
        where = f"{path}: entry {number}"
        if not isinstance(entry, dict):
            raise StartError(f"{where}: must be a mapping of names to values")
        for name in entry:
            if name not in rule.properties:
                raise StartError(f"{where} ({_label(rule, entry)}): {name}: is not a known field")
        for field, reason in validator.problems(entry):
            raise StartError(f"{where} ({_label(rule, entry)}): {field}: {reason}")
        full = {name: entry.get(name) for name in rule.properties}
        _check_content(store, rule, full, f"{where} ({_label(rule, entry)})")
        try:
            store[rule.name].insert(full)
        except Taken as taken:
            field = str(taken)
            raise StartError(
                f"{where} ({_label(rule, entry)}): {field}: another entry has {full[field]}, too"
            ) from None


def _read_entries(path: Path) -> list[Any]:
    content = read_yaml(path)
    if not isinstance(content, dict) or not isinstance(content.get("entries"), list):
        raise StartError(f"{path}: must have a list under `entries`")
    defaults = content.get("defaults") or {}
    if not isinstance(defaults, dict):
        raise StartError(f"{path}: `defaults` must be a mapping of names to values")
    return [
        {**defaults, **entry} if isinstance(entry, dict) else entry for entry in content["entries"]
    ]


def _label(rule: CollectionRule, entry: Entry) -> str:
    return f"{rule.key} {entry.get(rule.key, 'missing')}"


def _check_content(store: Store, rule: CollectionRule, entry: Entry, where: str) -> None:
    """A recorded item is as long as its file (rule media-file)."""
    if rule.content is None:
        return
    name = entry[rule.content.file]
    if name not in store.files:
        raise StartError(f"{where}: {rule.content.file}: there is no file {FILES_FOLDER}/{name}")
    size = len(store.files[name])
    if entry[rule.content.size] != size:
        raise StartError(f"{where}: {rule.content.size}: must be {size}, as long as {name} is")


def _check_users(contract: Contract, store: Store, folder: Path) -> None:
    """Each user has the key of what its type confines it to."""
    rule = contract.collections["user"]
    for user in store["user"].entries():
        prop = contract.user_types[user["type"]]
        if user[prop] is None:
            path = folder / f"{rule.name}.yaml"
            raise StartError(f"{path}: {_label(rule, user)}: {prop}: is missing for {user['type']}")


def _check_references(store: Store, rule: CollectionRule, path: Path) -> None:
    collection = store[rule.name]
    for entry in collection.entries():
        for prop, reference in rule.references.items():
            _check_reference(store, rule, entry, prop, reference.collection, path)
        for owner, link in rule.within.items():
            if link.property and link.property not in rule.references:
                _check_reference(store, rule, entry, link.property, owner, path)


def _check_reference(
    store: Store, rule: CollectionRule, entry: Entry, prop: str, other: str, path: Path
) -> None:
    key = entry[prop]
    if key is None:
        return
    where = f"{path}: {_label(rule, entry)}: {prop}"
    target = store[other].get(key)
    if target is None:
        raise StartError(f"{where}: there is no {other} {key}")
    for owner in store[other].rule.within:
        if owner in rule.within and owner != other and rule.within[owner].property:
            mine = store.owner_key(rule.name, entry, owner)
            theirs = store.owner_key(other, target, owner)
            if rule.within[owner].property not in rule.references and mine != theirs:
                raise StartError(f"{where}: {other} {key} is of {owner} {theirs}, not of {mine}")
