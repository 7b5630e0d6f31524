"""Guard: no request changes or deletes anything but entries of the run."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

import httpx

from ringme_contract.check import can_be_created
from ringme_contract.entries.lending import BorrowedEntries
from ringme_contract.entries.made_entries import (
    CLIENTS,
    EntryList,
    Item,
    MadeEntry,
    bears_prefix,
    client_lists,
    key_of,
    sent_object,
)
from ringme_contract.entries.request_values import is_nobodys, lenient_number
from ringme_contract.verdict import READ_ONLY, Failure, NotOffered, NotReached
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

_WRITES = ("POST", "PUT", "PATCH", "DELETE")


class WriteGuard:
    """Lets a check send only requests that cannot harm the target, and records what they may
    create.

    An id in a response proves nothing. Before an entry is changed it is read, and must have the
    prefix of the run or every value that was sent for it.
    """

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._record = kit.record
        self.may_delete_recorded_items = False
        self.made: list[MadeEntry] = []
        self.to_search: dict[EntryList, None] = {}
        # Entries of the target that are moved and restored: the property, and the entry as it was.
        self.lent: dict[tuple[str, str], tuple[str, Item]] = {}
        self.borrowed = BorrowedEntries(kit)
        self._hosts: set[tuple[str, str]] = set()
        self.confirmed: set[tuple[str, str]] = set()
        # Confirmed as entries of the check, and deleted by it.
        self.removed: set[tuple[str, str]] = set()
        self._given_up: set[tuple[str, str]] = set()

    def forget(self) -> None:
        self.made.clear()
        for known in (self.to_search, self.lent, self._hosts, self.confirmed, self.removed):
            known.clear()
        self.borrowed.forget()

    @cached_property
    def lists(self) -> list[EntryList]:
        return client_lists(self._kit)

    def give_up(self, collection: str, key: object) -> None:
        """Allows the check to delete an entry with recorded items, if the target permits that."""
        if self.may_delete_recorded_items:
            self._given_up.add((collection, str(key)))
            self.borrowed.release(collection, str(key))
            for one, known in self._record.before.items():
                if one.rule.name == collection and known:
                    known.pop(str(key), None)

    # --- before a request

    def allow(self, method: str, path: str, arguments: Item) -> None:
        """Raises Failure, NotReached or NotOffered if a request might harm the target."""
        operations, values = self._find(path)
        if method not in _WRITES or any(one.scopes is None for one in operations.values()):
            return
        if self._kit.target.read_only:
            raise NotOffered(READ_ONLY)
        self._record.look(self._kit, self.lists)
        if operations:
            problem = self._problem(method, next(iter(operations.values())), values, arguments)
        else:
            problem = self._problem_of_no_path(path) if method != "POST" else None
        if problem:
            text = f"{method} {path.partition('?')[0][:200]} is not sent: {problem}"
            raise Failure(text) if problem.startswith("the id") else NotReached(text)

    def _find(self, path: str) -> tuple[dict[str, Operation], dict[str, str]]:
        # An escaped slash does not separate segments.
        path = re.sub("%2[fF]", "%252F", path.partition("?")[0])
        return self._kit.templates.match(unquote(path))

    def _problem(
        self, method: str, operation: Operation, values: dict[str, str], arguments: Item
    ) -> str | None:
        """`operation` is any one with this path."""
        owners = operation.entry_parameters
        if any(is_nobodys(values[one.name], one) for one in owners):
            return None
        rule = operation.path_collections[-1] if owners else None
        if rule is not None and rule.content is not None:
            return self._problem_of_item(rule, values[owners[-1].name])
        if rule is not None and _ends_at_entry(operation):
            text = values[owners[-1].name]
            key = lenient_number(text) if owners[-1].kind == "integer" else text
            if method == "DELETE":
                self._confirm_below(rule)
            return self._problem_of_entry(method, rule, key, arguments)
        if method != "DELETE" or self.may_delete_recorded_items:
            return None
        # A deletion of a range, or a path without DELETE that a server might take for one.
        if rule is None or values[owners[-1].name] == owners[-1].me:
            return "it might delete entries that the run did not create"
        key = lenient_number(values[owners[-1].name])
        if (rule.name, key) in self._hosts:
            return f"{rule.name} {key} contains entries that the run did not create"
        return self._problem_of_key(rule, key)

    def _problem_of_no_path(self, path: str) -> str | None:
        """A lenient server may find an entry behind a path that is not in the document."""
        for part in unquote(path.partition("?")[0]).split("/"):
            if not re.match(r"[+-]?\d", part) or is_nobodys(part):
                continue
            key = lenient_number(part)
            if not self.may_delete_recorded_items and not any(
                self._is_confirmed(one.rule, key) for one in self.made if one.key == key
            ):
                return f"no entry with the key {key} is confirmed as created by the run"
        return None

    def _problem_of_item(self, rule: CollectionRule, text: str) -> str | None:
        """Recorded items cannot be created, so none may be deleted without permission."""
        may_be_one = lenient_number(text).isdecimal() or re.fullmatch(r"[\w.-]{8,80}", text)
        if self.may_delete_recorded_items or not may_be_one:
            return None
        return f"it may be one of {rule.name}, which must not be deleted"

    def _problem_of_entry(
        self, method: str, rule: CollectionRule, key: str, arguments: Item
    ) -> str | None:
        if (rule.name, key) in self._given_up:
            return None
        if (rule.name, key) in self.lent and method in ("PUT", "PATCH"):
            return self._problem_of_move(rule, key, sent_object(arguments))
        if not can_be_created(self._kit.contract, rule) and method in ("PUT", "PATCH"):
            return self.borrowed.problem_of(rule, key)
        return self._problem_of_key(rule, key)

    def _problem_of_move(self, rule: CollectionRule, key: str, body: Item) -> str | None:
        """A lent entry may be moved to no group, to a group of the run, or back."""
        name, entry = self.lent[rule.name, key]
        changes = {one: to for one, to in body.items() if entry.get(one, ...) != to}
        home = changes.pop(name, None)
        if changes:
            return f"{rule.name} {key} was not created by the run, so only its {name} may change"
        if home is None or is_nobodys(str(home)):
            return None
        group = self._kit.contract.collections[rule.references[name].collection]
        self._hosts.add((group.name, str(home)))
        return self._problem_of_key(group, str(home))

    def _problem_of_key(self, rule: CollectionRule, key: str) -> str | None:
        if self._is_confirmed(rule, key):
            return None
        if any(one.key == key and one.rule is rule for one in self.made):
            return f"the id {key} in the response to a POST is not that of the new {rule.name}"
        return f"{rule.name} {key} is not confirmed as created by the run"

    def _confirm_below(self, rule: CollectionRule) -> None:
        """Confirms entries that will be deleted along, as they cannot be read afterwards."""
        for one in self.made:
            rules = one.rule.references.values()
            along = any(each.collection == rule.name and each.gone == "delete" for each in rules)
            if not along and not any(
                name == rule.name for place in one.lists for name, _ in place.owners
            ):
                continue
            if one.key is None or one.refused or (one.rule.name, one.key) in self.removed:
                continue
            self._is_confirmed(one.rule, one.key)

    def _is_confirmed(self, rule: CollectionRule, key: str) -> bool:
        if (rule.name, key) not in self.confirmed and self._confirm(rule, key):
            self.confirmed.add((rule.name, key))
        return (rule.name, key) in self.confirmed

    def _confirm(self, rule: CollectionRule, key: str) -> bool:
        """Reads an entry: True if this context created it, even if it is deleted by now."""
        if self._record.was_there(rule, key):
            return False
        made = [one for one in self.made_in(rule) if one.key == key]
        for one in made[-1].lists if made else [one for one in self.lists if one.rule is rule]:
            status, entry = one.read_entry(self._kit, key)
            # Only one of the clients may have access to the owner.
            if status not in (403, 404):
                return entry is not None and self.is_own(rule, key, entry)
        return (rule.name, key) in self.removed

    def is_own(self, rule: CollectionRule, key: str, entry: Item) -> bool:
        """True if this context created an entry that was read."""
        if key_of(rule, entry) != key or self._record.was_there(rule, key):
            return False
        return bears_prefix(self._kit, entry) or any(
            one.is_like(entry) if one.key == key else one.has_its_name(entry)
            for one in self.made_in(rule)
        )

    def made_in(self, rule: CollectionRule) -> list[MadeEntry]:
        return [one for one in self.made if one.rule is rule and not one.refused]

    # --- after a request

    def note(
        self,
        identity: str,
        method: str,
        path: str,
        arguments: Item,
        response: httpx.Response | None,
    ) -> None:
        operations, values = self._find(path)
        if method == "POST" and all(one.scopes is not None for one in operations.values()):
            creation = operations.get("POST")
            if creation is None or creation.action != "create":
                self.to_search.update(dict.fromkeys(self.lists))
            else:
                self._note_creation(identity, creation, values, arguments, response)
        elif method != "GET" and operations:
            known = next(iter(operations.values()))
            if _ends_at_entry(known):
                key, rule = values[known.path_names[-1]], known.path_collections[-1]
                for one in self.made_in(rule):
                    if one.key == key:
                        one.add_change(sent_object(arguments))
                if method == "DELETE" and response is not None and response.is_success:
                    # Its id may be used again for another entry.
                    self.removed |= self.confirmed & {(rule.name, key)}
                    self.confirmed.discard((rule.name, key))

    def _note_creation(
        self,
        identity: str,
        creation: Operation,
        values: dict[str, str],
        arguments: Item,
        response: httpx.Response | None,
    ) -> None:
        rule, owners = creation.collection, creation.entry_parameters
        found = [one for one in self.lists if one.rule is rule]
        if all(one.me == values[one.name] for one in owners):
            found = [one for one in found if identity not in CLIENTS or one.reader == identity]
        elif not all(one.me for one in owners):
            keys = tuple((str(one.collection), values[one.name]) for one in owners if not one.me)
            # The identity that created it comes first; the other client may have no access.
            readers = sorted(
                (one for one in CLIENTS if one in self._kit.target.identities),
                key=lambda one: one != identity,
            )
            found = [EntryList(rule, one, keys) for one in readers]
        try:
            key = key_of(rule, response.json()) if response is not None else None
        except (ValueError, RecursionError):
            key = None
        refused = response is not None and response.is_client_error
        sent = sent_object(arguments)
        known = creation.sent.keys() & sent.keys()
        shown: dict[str, list[object]] = {name: [sent[name]] for name in known}
        self.made.append(MadeEntry(rule, key, tuple(found), shown, refused))
        if key is not None and not refused:
            # The id is used again, for another entry.
            self._record.deleted.discard((rule.name, key))
        self.to_search.update(dict.fromkeys(found))


def _ends_at_entry(operation: Operation) -> bool:
    last = operation.entry_parameters[-1:]
    at_its_key = bool(last) and operation.path.rstrip("/").endswith("{" + last[0].name + "}")
    return at_its_key or operation.is_part
