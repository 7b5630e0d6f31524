"""Quotas of the entries and files that requests may add, per session and for all together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ringme_mock.errors import invalid
from ringme_mock.store.collection import LONG_TEXT, Collection
from ringme_mock.store.store import Store

if TYPE_CHECKING:
    from ringme_mock.http.sessions import Session
    from ringme_mock.store.state import State


# Besides those of the fixtures, which sessions share.
MOST_TOGETHER = 1_000_000
MOST_FILE_BYTES_TOGETHER = 512 * 1024 * 1024
_MB = 1024 * 1024
# Number of full collections that always fit.
_FULL_COLLECTIONS = 4

# The fixtures of a session, and its stores: the current one and its snapshots.
Holding = tuple[Store, list[Store]]
# Default quota of each collection of a session.
MOST_ENTRIES = 250_000
MOST_SNAPSHOTS = 100
# Quota of all snapshots of a session together, in full collections.
_SNAPSHOT_COLLECTIONS = 10
MOST_FILE_BYTES = 256 * 1024 * 1024
_MORE = "start the mock with a higher --max-entries"


class EntryBudget:
    """Quota of all sessions together; entries are counted again when it seems used up."""

    def __init__(self, max_entries: int, holdings: Callable[[], Iterable[Holding]]) -> None:
        self.most = max(MOST_TOGETHER, _FULL_COLLECTIONS * max_entries)
        self._holdings = holdings
        self._left = 0

    def count_again(self) -> None:
        """Count the entries again before the next one is added."""
        self._left = 0

    def take(self, what: str, more: int) -> None:
        """Raise the 400 if so many more entries would exceed the quota; `what` names them."""
        if more > self._left:
            held = sum(own_entries(stores, seed) for seed, stores in self._holdings())
            self._left = self.most - held
            if more > self._left:
                raise invalid(
                    f"{what}: all sessions together have {held} entries besides the fixtures,"
                    f" {more} more would exceed the limit of {self.most}; reset a session, end one"
                    " with DELETE /__mock__/sessions/NAME, or start the mock with a higher"
                    " --max-entries"
                )
        self._left -= more

    def check_files(self, what: str, store: Store, replaced: Store) -> None:
        """Raise the 400 if the files of a store that replaces another exceed the quota."""
        holdings = list(self._holdings())
        fixtures = [seed for seed, _ in holdings]
        others = [one for _, stores in holdings for one in stores if one is not replaced]
        held, more = own_bytes(others, fixtures), own_bytes([store], [*others, *fixtures])
        if held + more > MOST_FILE_BYTES_TOGETHER:
            raise invalid(
                f"{what}: has {more / _MB:.1f} MB of files, all sessions together have"
                f" {held / _MB:.1f} MB besides the fixtures, the limit is"
                f" {MOST_FILE_BYTES_TOGETHER // _MB} MB; leave files out, or end a session with"
                " DELETE /__mock__/sessions/NAME"
            )


def own_entries(stores: Iterable[Store], fixtures: Store) -> int:
    """Count the entries of stores that are shared neither with the fixtures nor among them."""
    return sum(one.written_since(fixtures[name]) for name, one in unshared(stores, fixtures))


def unshared(stores: Iterable[Store], fixtures: Store) -> Iterator[tuple[str, Collection]]:
    """Find the collections that are shared neither with the fixtures nor among the stores."""
    known = {id(one.by_key) for one in fixtures.collections.values()}
    for store in stores:
        for name, one in store.collections.items():
            if id(one.by_key) not in known:
                known.add(id(one.by_key))
                yield name, one


def own_bytes(stores: Iterable[Store], others: Iterable[Store]) -> int:
    """Sum up the file sizes of stores; shared files count once, those of `others` not at all."""
    known = {id(store.files) for store in others}
    count = 0
    for store in stores:
        if id(store.files) not in known:
            known.add(id(store.files))
            count += sum(map(len, store.files.values()))
    return count


def check_quota(state: State, name: str, more: int = 1, overweight: int = 0) -> None:
    """Raise the 400 if so many more entries would exceed the quota of a collection.

    `overweight` is the number of additional entries that long texts count for.
    """
    more += overweight
    if more > 0 and state.store.collections[name].weight + more > state.max_entries:
        collection = state.store[name]
        raise invalid(
            f"{name}: there are {collection.weight}, {more} more would exceed the limit of"
            f" {state.max_entries}{_long(collection, overweight > 0)}; delete some, or {_MORE}"
        )
    if more > 0 and state.budget is not None:
        state.budget.take(name, more)


def check_import(session: Session, store: Store) -> None:
    """Raise the 400 for a store with more entries, or more bytes of files, than the quotas allow.

    As many entries as the fixtures have are always allowed, so that an export can be imported.
    """
    state = session.state
    for name, collection in store.collections.items():
        most = max(state.max_entries, state.seed[name].weight)
        if collection.weight > most:
            raise invalid(
                f"{name}: has {collection.weight} entries, the limit is {most}{_long(collection)};"
                f" leave some out, or {_MORE}"
            )
    if state.budget is not None:
        state.budget.take("state", own_entries([store], state.seed))
    kept = own_bytes([one.store for one in session.snapshots.values()], [state.seed, store])
    size = own_bytes([store], [state.seed])
    if kept + size > MOST_FILE_BYTES:
        raise invalid(
            f"state: has {size / _MB:.1f} MB of files, snapshots keep {kept / _MB:.1f} MB,"
            f" the limit is {MOST_FILE_BYTES // _MB} MB;"
            " delete a snapshot with DELETE /__mock__/snapshots/NAME, or leave files out"
        )
    if state.budget is not None:
        state.budget.check_files("state", store, state.store)


def check_snapshot(session: Session, name: str) -> None:
    """Raise the 400 if a snapshot of the state under this name would exceed the quotas."""
    others = [one.store for other, one in session.snapshots.items() if other != name]
    if len(others) >= MOST_SNAPSHOTS:
        raise invalid(
            f"name: there are {len(others)} snapshots, the limit is {MOST_SNAPSHOTS};"
            " delete one with DELETE /__mock__/snapshots/NAME"
        )
    state = session.state
    most = _SNAPSHOT_COLLECTIONS * state.max_entries
    kept = _own_entries(others, state.seed)
    total = _own_entries([*others, state.store], state.seed)
    if total > most:
        raise invalid(
            f"name: the other snapshots keep {kept} entries, this one would keep {total - kept}"
            f" more, the limit is {most};"
            f" delete one with DELETE /__mock__/snapshots/NAME, or {_MORE}"
        )


def _long(collection: Collection, is_long: bool = False) -> str:
    """Explain the weight of long texts, if a number of entries could surprise."""
    if is_long or collection.weight > len(collection):
        return f" ({LONG_TEXT} characters of a text count as one)"
    return ""


def _own_entries(stores: Iterable[Store], fixtures: Store) -> int:
    """Count the entries of stores that are shared neither with the fixtures nor among them.

    A collection shares all of its entries or none: after a write it counts in full.
    """
    return sum(one.weight for _, one in unshared(stores, fixtures))
