"""Removal of entries that a run created, after each check and at the end of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from typing import TYPE_CHECKING

from ringme_contract.entries.made_entries import EntryList, Item, Listed, bears_prefix, digests
from ringme_contract.entries.write_guard import WriteGuard
from ringme_contract.http.no_response import Unreachable
from ringme_contract.verdict import Failure, NotReached
from ringme_spec.collections import CollectionRule

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

# Statuses of a DELETE after which an entry is gone. It may have been gone before.
REMOVED = (200, 204, 404)
# After this many requests without a response, no more are sent.
_GONE = 3
# A run creates fewer entries. If a list has more new ones, they are not looked at one by one.
_MOST_NEW = 1000
_KEYS = 5
_LINES = 20


class Removal:
    """Removes the entries of a context: those that responses named, then those that a search finds.

    Nothing is deleted that existed before the run, or that cannot be identified as the run's own.
    """

    def __init__(self, kit: CheckContext, guard: WriteGuard) -> None:
        self._kit = kit
        self._guard = guard
        self._record = kit.record

    def after_check(self) -> None:
        gone = set(self._record.deleted)
        listed = {one: self._read(one) for one in self._guard.to_search}
        by_key = {place: _by_key(entries) for place, entries in listed.items()}
        for one in reversed(self._guard.made):
            if one.key is not None:
                self._remove(one.rule, one.key, {each: by_key.get(each) for each in one.lists})
        for place, entries in listed.items():
            self._search(place, entries, gone)

    def at_end(self) -> list[str]:
        """Removes further entries with the prefix of the run. Returns a line for each problem."""
        record, lists = self._record, self._guard.lists
        if not record.before:
            return []
        gone = set(record.deleted)
        found = {one: self._search(one, self._read(one), gone) for one in lists}
        if len(record.deleted) > len(gone):
            gone = set(record.deleted)
            found = {one: self._search(one, self._read(one), gone) for one in lists}
        there = {one: digests(listed) for one, listed in found.items() if listed is not None}
        lines = [*self._left(there), *self._changed(there)]
        return lines[:_LINES] + ([f"and {len(lines) - _LINES} more"] if lines[_LINES:] else [])

    @property
    def _is_silent(self) -> bool:
        return self._kit.transport.unreachable >= _GONE

    def _read(self, place: EntryList) -> list[Listed] | None:
        return None if self._is_silent else place.read(self._kit)

    def _search(
        self, place: EntryList, listed: list[Listed] | None, gone: Set[tuple[str, str]]
    ) -> list[Listed] | None:
        """Removes the entries of the run in a list. Returns the list, None if it cannot be read.

        `gone` are entries that had been deleted before the list was read.
        """
        rule, guard, record = place.rule, self._guard, self._record
        by_key = {place: _by_key(listed)}
        new = [one for one in listed or () if not record.was_there(rule, one[0])]
        if len(new) > _MOST_NEW:
            record.left[rule.name, ""] = (
                "not searched: the list grew by more entries than a run creates"
            )
            return listed
        for key, entry in new:
            known, own = (rule.name, key or ""), bears_prefix(self._kit, entry)
            if key is None:
                if own:
                    record.left[known] = "cannot be deleted without an id"
            elif known in gone:
                record.left[known] = "still there although DELETE succeeded"
            elif known in record.deleted:
                # Deleted after the list was read, perhaps by another check.
                continue
            elif own or any(one.has_its_name(entry) for one in guard.made_in(rule)):
                self._remove(rule, key, by_key, is_found=True)
            elif any(one.rule is rule and one.is_like(entry) for one in guard.made):
                record.left[known] = (
                    "perhaps created by a POST of the run whose response did not show it"
                )
        return listed

    def _remove(
        self,
        rule: CollectionRule,
        key: str,
        places: Mapping[EntryList, dict[str | None, Item] | None],
        is_found: bool = False,
    ) -> None:
        """Deletes an entry that is identified as the run's own, and records a failure.

        The entry is read alone only if none of the lists shows it.
        """
        known, guard, left = (rule.name, key), self._guard, self._record.left
        for place, listed in places.items():
            if self._is_silent:
                left[known] = "not removed, because the target does not respond"
                return
            entry = listed.get(key) if listed else None
            if entry is None and listed is not None and known in guard.removed:
                continue
            status: int | None = 200
            if entry is None:
                status, entry = place.read_entry(self._kit, key)
            if status == 404 or (status == 403 and place is not next(iter(places))):
                # The first place is its own client; the other one may have no access at all.
                continue
            if entry is None:
                left[known] = f"not removed, because reading it got {_told(status)}"
            elif guard.is_own(rule, key, entry):
                guard.confirmed.add(known)
                self._delete(known, place)
            elif is_found or not self._record.was_there(rule, key):
                left[known] = "not removed, because they contain values that the run did not send"
            return
        left.pop(known, None)

    def _delete(self, known: tuple[str, str], where: EntryList) -> None:
        path, status = where.path(self._kit, "delete", known[1]), None
        if path is None:
            self._record.left[known] = "not removed, because the document has no DELETE for it"
            return
        with suppress(Failure, NotReached, Unreachable):
            status = self._kit.caller(where.reader).delete(path).status_code
        if status in REMOVED:
            self._record.deleted.add(known)
            self._record.left.pop(known, None)
        else:
            self._record.left[known] = f"not removed, because DELETE got {_told(status)}"

    def _left(self, there: dict[EntryList, dict[str, int]]) -> Iterator[str]:
        kinds: dict[tuple[str, str], list[str]] = {}
        for (name, key), reason in self._record.left.items():
            lists = [one for one in self._guard.lists if one.rule.name == name]
            read = [there[one] for one in lists if one in there]
            if len(read) == len(lists) > 0 and key and not any(key in one for one in read):
                continue
            if not any(key in (self._record.before.get(one) or ()) for one in lists):
                kinds.setdefault((name, reason), []).append(key)
        for (name, reason), keys in kinds.items():
            # Without a key the reason is about all of them.
            told = f"{len(keys)} {name} {reason}: {_some(keys)}"
            yield told if any(keys) else f"{name} {reason}"
        for one in self._guard.lists:
            if one not in there:
                yield f"{one.rule.name} of {one.reader} cannot be listed, so more may be left"

    def _changed(self, there: dict[EntryList, dict[str, int]]) -> Iterator[str]:
        """Lines about entries from before the run that have changed."""
        for one, now in there.items():
            before = self._record.before.get(one) or {}
            gone = [key for key in before if key not in now]
            other = [key for key in now if key in before and now[key] != before[key]]
            for what, keys in (("gone", gone), ("changed", other)):
                if keys:
                    yield (
                        f"{len(keys)} {one.rule.name} from before the run {what} since,"
                        f" by the run or by others: {_some(keys)}"
                    )


def _by_key(listed: list[Listed] | None) -> dict[str | None, Item] | None:
    """The entries by key, the first one for each; None for a list that cannot be read."""
    return None if listed is None else dict(reversed(listed))


def _told(status: int | None) -> str:
    return "no response" if status is None else f"the status {status}"


def _some(keys: list[str]) -> str:
    more = f" and {len(keys) - _KEYS} more" if len(keys) > _KEYS else ""
    return ", ".join(one[:40] or "?" for one in keys[:_KEYS]) + more
