"""Export and import of a store as fixture files: a folder, a zip archive, or JSON.

An import restores entries, files, and the keys that must not be reused.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from ringme_mock.store.collection import Collection, Entry
from ringme_mock.store.fixtures import (
    ENTRIES,
    FILES_FOLDER,
    GONE,
    NEXT_ID,
    Source,
    build_store,
    check_names,
    parse_fixture,
    stored_names,
)
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError

MAX_MEMBERS = 10_000
MAX_UNPACKED = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
# The earliest time in zip archives; fixed, so that the same state gives the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
# Characters that JSON allows unescaped, but YAML does not, or reads as line breaks.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# Errors of decompression that zipfile lets through.
_UNREADABLE = (
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def export_state(contract: Contract, store: Store) -> dict[str, dict[str, Any]]:
    """Return the content of the fixture file of each collection, by name."""
    beside = _key_state(store)
    return {
        name: {**beside[name], ENTRIES: _plain_entries(contract, collection)}
        for name, collection in store.collections.items()
        if collection.rule.is_stored
    }


def export_json(contract: Contract, store: Store) -> bytes:
    return orjson.dumps(export_state(contract, store))


def export_archive(contract: Contract, store: Store) -> bytes:
    """Make a zip archive of a folder for `--fixtures`; the same state gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _members(contract, store):
            archive.writestr(_member(name), content)
    return buffer.getvalue()


def write_folder(contract: Contract, store: Store, folder: Path) -> None:
    """Write a folder for `--fixtures`. Raises ConfigError if it exists and is not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder}: must be empty, or not exist yet")
    (folder / FILES_FOLDER).mkdir(parents=True, exist_ok=True)
    for name, content in _members(contract, store):
        (folder / name).write_bytes(content)


def import_entries(
    contract: Contract, data: Any, files: Mapping[str, bytes], current: Store | None = None
) -> Store:
    """Make a store from JSON: for each collection its entries, or the content of its fixture file.

    `files` are the bytes of recorded items. A list of entries does not say which keys must not be
    reused, so that comes from `current`, the store to be replaced. Raises ConfigError with
    collection, entry and field, as for fixture files.
    """
    if not isinstance(data, dict):
        raise ConfigError("state: must be an object of collections")
    beside = {} if current is None else _key_state(current)
    sources = {}
    for name, content in data.items():
        known_names = stored_names(contract)
        if name not in known_names:
            known = ", ".join(known_names)
            raise ConfigError(f"unknown collection {name[:100]}; known collections: {known}")
        if isinstance(content, list):
            content = {**beside.get(name, {}), ENTRIES: content}
        sources[name] = Source(name, content)
    return build_store(contract, sources, files)


def import_archive(contract: Contract, content: bytes) -> Store:
    """Make a store from a zip archive of a fixtures folder.

    Raises ConfigError for a broken, encrypted or too large archive, for unsafe names, and as for a
    folder.
    """
    members = dict(_unpack(content))
    prefix = f"{FILES_FOLDER}/"
    files = {
        name.removeprefix(prefix): found
        for name, found in members.items()
        if name.startswith(prefix)
    }
    names = sorted(name for name in members if "/" not in name and _is_yaml(name))
    if not names and any(_is_yaml(name) for name in members):
        raise ConfigError("archive: the fixture files must be at its top, not in a folder")
    check_names(contract, names, "archive")
    sources = {
        name.removesuffix(".yaml"): Source(name, parse_fixture(members[name], name))
        for name in names
    }
    return build_store(contract, sources, files)


def _key_state(store: Store) -> dict[str, dict[str, Any]]:
    """Return the keys that must not be reused, by collection, in the form of its fixture file."""
    gone = _gone(store)
    found: dict[str, dict[str, Any]] = {}
    for name, collection in store.collections.items():
        found[name] = {}
        if collection.rule.sequence:
            found[name][NEXT_ID] = collection.next_key
        if name in gone:
            found[name][GONE] = sorted(gone[name])
    return found


def _gone(store: Store) -> dict[str, set[Any]]:
    """Return the keys of deleted entries that other entries still refer to, by collection."""
    found: dict[str, set[Any]] = {}
    for collection in store.collections.values():
        rule = collection.rule
        for owner, link in rule.within.items():
            if link.property is None or link.property in rule.references:
                continue
            keys = {entry[link.property] for entry in collection.entries()} - {None}
            gone = {key for key in keys if store[owner].get(key) is None}
            if gone:
                found.setdefault(owner, set()).update(gone)
    return found


def _plain_entries(contract: Contract, collection: Collection) -> list[Entry]:
    """Return the entries without the null properties that their schema does not allow."""
    entries = list(collection.entries())
    null = {name for entry in entries for name, value in entry.items() if value is None}
    properties = contract.schemas.properties(collection.rule.stored)
    unsaid = {
        name for name in null if not contract.schemas.compile(properties[name]).is_valid(None)
    }
    if not unsaid:
        return entries
    return [
        {name: value for name, value in entry.items() if value is not None or name not in unsaid}
        for entry in entries
    ]


def _members(contract: Contract, store: Store) -> Iterator[tuple[str, bytes]]:
    """Yield names and bytes of the files of a fixtures folder."""
    for name, content in export_state(contract, store).items():
        yield f"{name}.yaml", write_fixture(content).encode("utf-8")
    for name, file in sorted(store.files.items()):
        yield f"{FILES_FOLDER}/{name}", file


def write_fixture(content: Mapping[str, Any]) -> str:
    """Write a fixture file as JSON that is also YAML, with one entry per line."""
    entries = b",\n".join(map(orjson.dumps, content[ENTRIES]))
    beside = {name: value for name, value in content.items() if name != ENTRIES}
    head = "".join(f'"{name}": {orjson.dumps(value).decode()},\n' for name, value in beside.items())
    text = f'{{{head}"{ENTRIES}": [\n{entries.decode()}\n]}}\n'
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _MOMENT)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o644 << 16
    return member


def _is_yaml(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _unpack(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive, in memory. Raises ConfigError for a broken one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # `is_dir` fails for a member without a name.
            members = [one for one in archive.infolist() if not one.filename.endswith("/")]
            _check_members(members)
            left = MAX_UNPACKED
            for member in members:
                found = _read_member(archive, member, left)
                left -= len(found)
                yield member.filename, found
    except zipfile.BadZipFile as error:
        raise ConfigError(f"archive: is not a valid zip archive: {error}") from None
    except _UNREADABLE:
        raise ConfigError("archive: is a zip archive that cannot be unpacked") from None


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise ConfigError(f"archive: has more than {MAX_MEMBERS} files")
    seen = set()
    for member in members:
        name = member.filename
        shown = name[:100]
        parts = name.split("/")
        if "" in parts or ".." in parts or "." in parts or "\\" in name or not name.isprintable():
            raise ConfigError(f"archive: {shown!r}: is not the name of a fixture file")
        if parts[0] == FILES_FOLDER and len(parts) > 2:
            raise ConfigError(f"archive: {shown}: {FILES_FOLDER}/ cannot contain folders")
        if name in seen:
            raise ConfigError(f"archive: duplicate file {shown}")
        if member.flag_bits & _ENCRYPTED:
            raise ConfigError(f"archive: {shown}: is encrypted")
        seen.add(name)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Read a file of at most `limit` bytes; the size that the archive claims is not trusted."""
    parts = []
    with archive.open(member) as stream:
        while part := stream.read(_CHUNK):
            limit -= len(part)
            if limit < 0:
                size = MAX_UNPACKED // (1024 * 1024)
                raise ConfigError(f"archive: contains more than {size} MB unpacked")
            parts.append(part)
    return b"".join(parts)
