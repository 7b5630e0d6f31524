"""Entries of the target that a check moves or changes, and restores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ringme_contract.entries.made_entries import CLIENTS, EntryList, key_of
from ringme_contract.verdict import NotReached
from ringme_spec.collections import CollectionRule

if TYPE_CHECKING:
    from ringme_contract.caller import Caller
    from ringme_contract.check_context import CheckContext

Item = dict[str, Any]


class Lending:
    """Moves numbers of the target between groups, and restores them after the check."""

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._roles = kit.roles

    def place(self, extension: int, group: int | None) -> httpx.Response:
        """Puts a number into a group, or takes it out; undone after the check."""
        self.lend(extension)
        path = self._kit.path(self._roles.numbers, extension)
        body = {self._roles.home: group}
        return self._kit.expect(self._kit.client.put(path, body), 200)

    def lend(self, extension: int, identity: str = "client") -> None:
        """Allows the check to move a number of the target; undone after the check."""
        caller, guard = self._kit.caller(identity), self._kit.guard
        rule = self._kit.contract.collections[self._roles.numbers]
        known = (rule.name, str(extension))
        path = self._kit.path(rule.name, extension)
        if known in guard.lent or known in guard.confirmed:
            return
        before: Item = self._kit.expect(caller.get(path), 200).json()
        if not guard.is_own(rule, known[1], before):
            self._rehearse()
            guard.lent[known] = (self._roles.home, before)
            self._kit.undo(lambda: self._put_back(caller, path, before))

    def _put_back(self, caller: Caller, path: str, before: Item) -> None:
        """Restores the group of a number; if that does not suffice, everything that differs."""
        wrong: list[str] = []
        for names in ((self._roles.home,), tuple(before), ()):
            response = caller.get(path)
            if response.status_code == 404 and self._kit.guard.may_delete_recorded_items:
                return
            after: Item = self._kit.expect(response, 200).json()
            wrong = [name for name in before if after.get(name, ...) != before[name]]
            if not wrong:
                return
            if names:
                changed = {name: before[name] for name in names if name in wrong}
                caller.put(path, changed)
        raise NotReached(f"{path} is not as it was before the run: {', '.join(wrong)}")

    def _rehearse(self) -> None:
        """Moves a number of the run as a trial, once. Raises NotReached if that fails."""
        record = self._kit.record
        with record.lock:
            if record.rehearsal is None:
                record.rehearsal = self._problem_of_moving()
            if record.rehearsal:
                raise NotReached(
                    f"existing numbers are not moved, because a trial failed: {record.rehearsal}"
                )

    def _problem_of_moving(self) -> str:
        caller = self._kit.client
        number, group = self._kit.new_extension(), self._kit.new_group()["id"]
        path, home = self._kit.path(self._roles.numbers, number["id"]), self._roles.home
        for step in ("into a group", "out of it", "into it again", "after its group was deleted"):
            if step.startswith("after"):
                caller.delete(self._kit.path(self._roles.groups, group))
            else:
                caller.put(path, {home: group if "into" in step else None})
            expected = {**number, home: group if "into" in step else None}
            response = caller.get(path)
            got = response.json() if response.status_code == 200 else {}
            wrong = [name for name in expected if got.get(name, ...) != expected[name]]
            if wrong:
                return f"a number that the run created has wrong values {step}: {wrong}"
        caller.delete(path)
        return ""


class BorrowedEntries:
    """Existing entries that a check changes.

    The run keeps each as it was before the first check changed it, since a concurrent check may
    have changed it already.
    """

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._record = kit.record
        self._known: set[tuple[str, str]] = set()

    def forget(self) -> None:
        self._known.clear()

    def problem_of(self, rule: CollectionRule, key: str) -> str | None:
        """Registers an entry to be restored. Returns a reason why it may not be changed."""
        if not self._kit.target.change_existing_entries:
            return (
                f"{rule.name} {key} was not created by the run (change_existing_entries is false)"
            )
        with self._record.lock:
            if (rule.name, key) not in self._known:
                self._known.add((rule.name, key))
                for reader in CLIENTS:
                    if reader in self._kit.target.identities:
                        self._borrow(EntryList(rule, reader), key)
        return None

    def _borrow(self, where: EntryList, key: str) -> None:
        """Registers an entry under its own key: a path may have another word for it."""
        borrowed = self._record.borrowed
        if (where, key) not in borrowed:
            entry = where.read_entry(self._kit, key)[1]
            key = key_of(where.rule, entry) or key
            borrowed.setdefault((where, key), entry)
        if borrowed[where, key] is not None:
            self._kit.undo(lambda: self._put_back(where, key))

    def _put_back(self, where: EntryList, key: str) -> list[str]:
        """Restores an entry. Returns the properties that differed."""
        before = self._record.borrowed[where, key] or {}
        now = where.read_entry(self._kit, key)[1] or {}
        wrong = {name: value for name, value in before.items() if now.get(name, ...) != value}
        path = where.path(self._kit, "update", key)
        if wrong and path is not None:
            self._kit.caller(where.reader).put(path, wrong)
        return list(wrong)

    def release(self, collection: str, key: str) -> None:
        """Expects nothing more of what refers to an entry that the check deletes for good."""
        for (where, _), before in self._record.borrowed.items():
            for name, one in where.rule.references.items():
                if before and one.collection == collection and str(before.get(name)) == key:
                    del before[name]

    def put_all_back(self) -> list[str]:
        """Restores all entries that the run changed. Returns a line for each that still differs."""
        lines = []
        for where, key in self._record.borrowed:
            self._known.add((where.rule.name, key))
            if self._put_back(where, key) and (wrong := self._put_back(where, key)):
                lines.append(f"{where.rule.name} {key} is not as it was: {', '.join(wrong)}")
        return lines
