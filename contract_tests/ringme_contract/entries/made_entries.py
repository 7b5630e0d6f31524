"""Entries that a run created, evidence that an entry is one of them, and entries from before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ringme_contract.entries.list_pages import all_pages
from ringme_contract.entries.operation_paths import fill
from ringme_contract.http.no_response import Unreachable
from ringme_contract.verdict import Failure, NotReached
from ringme_spec.collections import CollectionRule

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

# The identities whose clients a run creates entries in.
CLIENTS = ("client", "other_client")
Item = dict[str, Any]
# An entry of a list: its key (None if it is not valid) and the entry.
Listed = tuple[str | None, Item]
_KEY_LENGTH = 200


@dataclass(frozen=True)
class EntryList:
    """The entries of a collection that one client, or one of its owners, has."""

    rule: CollectionRule = field(hash=False)
    reader: str
    owners: tuple[tuple[str, str], ...] = ()

    def path(self, kit: CheckContext, action: str, key: object = None) -> str | None:
        keys: dict[str, object] = {name: quote(one, safe="") for name, one in self.owners}
        if key is not None:
            keys[self.rule.name] = quote(str(key), safe="")
        found = kit.path.within(self.rule.name, action, keys)
        return None if found is None else fill(found, keys)

    def read(self, kit: CheckContext) -> list[Listed] | None:
        """The entries; None if there is no list or it cannot be read."""
        path = self.path(kit, "list")
        operation = kit.templates.find("GET", path)[0] if path else None
        if path is None or operation is None:
            return None
        found = None
        with suppress(NotReached):
            found = all_pages(
                operation, lambda more: read_json(kit, self.reader, path, more)[1], {}
            )
        if not isinstance(found, list):
            return None
        return [(key_of(self.rule, one), one) for one in found if isinstance(one, dict)]

    def read_entry(self, kit: CheckContext, key: str) -> tuple[int | None, Item | None]:
        """Status and entry; None for a status without a response, and if there is no entry."""
        path = self.path(kit, "read", key)
        if path is None:
            listed = self.read(kit)
            entry = next((one for known, one in listed or () if known == key), None)
            return (None if listed is None else 404 if entry is None else 200), entry
        status, found = read_json(kit, self.reader, path)
        return status, found if isinstance(found, dict) else None


def read_json(
    kit: CheckContext, reader: str, path: str, query: Mapping[str, Any] | None = None
) -> tuple[int | None, Any]:
    """Status (None without a response) and JSON of a GET that is not part of the check."""
    exchanges = kit.transport.exchanges
    before = len(exchanges)
    try:
        arguments = {"params": query} if query else {}
        response = kit.caller(reader).request("GET", path, **arguments)
        return response.status_code, response.json() if response.status_code == 200 else None
    except (Failure, NotReached, Unreachable):
        return None, None
    except (ValueError, RecursionError):
        return 200, None
    finally:
        # Only requests of the check itself are evidence for its verdict.
        exchanges[before:] = [one for one in exchanges[before:] if one.problems]


def key_of(rule: CollectionRule, entry: object) -> str | None:
    """The key of an entry as text for a path; None if it is not valid."""
    key = entry.get(rule.key) if isinstance(entry, dict) else None
    if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 2**63:
        return str(key)
    return key if isinstance(key, str) and 0 < len(key) <= _KEY_LENGTH else None


def client_lists(kit: CheckContext) -> list[EntryList]:
    """The lists, for each client, of all entries that can be created for the client itself."""
    return [
        EntryList(rule, reader)
        for rule in kit.factory.collections
        if kit.path.find(rule.name, "list") and kit.path.find(rule.name, "create")
        for reader in CLIENTS
        if reader in kit.target.identities
    ]


@dataclass
class MadeEntry:
    """An entry that a POST may have created.

    `key` is from its response, `lists` are the lists that may show the entry, and `values` those
    sent for it, by property. `refused` means that the response was a refusal.
    """

    rule: CollectionRule
    key: str | None
    lists: tuple[EntryList, ...]
    values: dict[str, list[object]]
    refused: bool = False

    def add_change(self, body: Item) -> None:
        for name in self.values.keys() & body.keys():
            self.values[name].append(body[name])

    def is_like(self, entry: Item, names: Iterable[str] | None = None) -> bool:
        """True if the properties that were sent, or `names` of them, have the values sent.

        References are ignored: they change when the entry they refer to is deleted.
        """
        shown = self.values.keys() & entry.keys() - self.rule.references.keys()
        if names is not None:
            shown &= set(names)
        return bool(shown) and all(self._was_sent(name, entry[name]) for name in shown)

    def has_its_name(self, entry: Item) -> bool:
        """True if the unique property has the value that was sent."""
        return self.rule.unique is not None and self.is_like(entry, [self.rule.unique.property])

    def _was_sent(self, name: str, value: object) -> bool:
        numbering = self.rule.numbering
        values = [value]
        if numbering and name == numbering.property and isinstance(value, str):
            values.append(value.rpartition(numbering.separator)[2])
        sent = self.values[name]
        return any(type(one) is type(other) and one == other for one in values for other in sent)


class RunRecord:
    """State that the contexts of all checks of a run share.

    `before` has, by list and key, a digest of each entry before the first change, or None for a
    list that could not be read. `left` has, by collection and key, the reason why an entry of the
    run may still exist. `deleted` are entries whose DELETE succeeded.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.before: dict[EntryList, dict[str, int] | None] = {}
        self.left: dict[tuple[str, str], str] = {}
        self.deleted: set[tuple[str, str]] = set()
        # Entries that cannot be created, as they were before the first change; None if not found.
        self.borrowed: dict[tuple[EntryList, str], Item | None] = {}
        # The problem when an entry of the run was moved as a trial; empty if there was none.
        self.rehearsal: str | None = None

    def look(self, kit: CheckContext, lists: Iterable[EntryList]) -> None:
        """Records the existing entries once; to be called before each change."""
        with self.lock:
            for one in lists if not self.before else ():
                listed = one.read(kit)
                self.before[one] = None if listed is None else digests(listed)

    def was_there(self, rule: CollectionRule, key: str | None) -> bool:
        return any(key in (known or ()) for one, known in self.before.items() if one.rule is rule)


def bears_prefix(kit: CheckContext, entry: Item) -> bool:
    """True if a text of an entry begins with the prefix of this context."""
    begins = re.compile(rf"{re.escape(kit.run_id)}\b").match
    return any(isinstance(one, str) and begins(one) for one in entry.values())


def is_of_run(kit: CheckContext, entry: Item) -> bool:
    """True if a text of an entry contains the prefix of the run, of any check."""
    return any(isinstance(one, str) and kit.prefix in one for one in entry.values())


def digests(listed: Iterable[Listed]) -> dict[str, int]:
    """A hash for each entry, by key."""
    return {key: _digest(entry) for key, entry in listed if key is not None}


def _digest(entry: Item) -> int:
    try:
        return hash(repr(sorted(entry.items())))
    except RecursionError:
        return 0


def sent_object(arguments: Item) -> Item:
    """The JSON object in the arguments of a request; empty if there is none."""
    try:
        content = arguments.get("content") or b""
        # A list has the chunks of a body.
        whole = b"".join(content) if isinstance(content, list) else content
        found = arguments.get("json") or httpx.Response(200, content=whole).json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
