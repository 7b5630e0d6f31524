"""Entries that nobody can create: changed where the target permits it, and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringme_contract.entries.made_entries import CLIENTS, EntryList
from ringme_spec.collections import CollectionRule

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext


class BorrowedEntries:
    """Those that one check changes.

    The run knows each as it was before the first check changed it: another one beside may have
    changed it meanwhile.
    """

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._record = kit.record
        self._known: set[tuple[str, str]] = set()

    def forget(self) -> None:
        self._known.clear()

    def problem_of(self, rule: CollectionRule, key: str) -> str | None:
        """Has an entry put back after the check; the reason against changing it, if any."""
        if not self._kit.target.change_existing_entries:
            return f"{rule.name} {key} is the target's own (change_existing_entries)"
        with self._record.lock:
            if (rule.name, key) not in self._known:
                self._known.add((rule.name, key))
                for reader in CLIENTS:
                    if reader in self._kit.target.identities:
                        self._borrow(EntryList(rule, reader), key)
        return None

    def _borrow(self, where: EntryList, key: str) -> None:
        known, borrowed = (where, key), self._record.borrowed
        if known not in borrowed:
            borrowed[known] = where.read_entry(self._kit, key)[1]
        if borrowed[known] is not None:
            self._kit.undo(lambda: self._put_back(where, key))

    def _put_back(self, where: EntryList, key: str) -> list[str]:
        """Has an entry as it was; returns what was not, which checks beside may have changed."""
        before = self._record.borrowed[where, key] or {}
        now = where.read_entry(self._kit, key)[1] or {}
        wrong = {name: value for name, value in before.items() if now.get(name, ...) != value}
        path = where.path(self._kit, "update", key)
        if wrong and path is not None:
            self._kit.caller(where.reader).put(path, wrong)
        return list(wrong)

    def put_all_back(self) -> list[str]:
        """Has all that the run has borrowed as it was. Returns lines on what is not."""
        lines = []
        for where, key in self._record.borrowed:
            self._known.add((where.rule.name, key))
            if self._put_back(where, key) and (wrong := self._put_back(where, key)):
                lines.append(f"{where.rule.name} {key} is not as it was: {', '.join(wrong)}")
        return lines
