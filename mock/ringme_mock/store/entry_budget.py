"""Bounds of the entries and files that the sessions of a mock hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ringme_mock.errors import invalid
from ringme_mock.store.collection import Collection
from ringme_mock.store.store import Store

# Beside those of the fixtures, which sessions share.
MOST_TOGETHER = 1_000_000
MOST_FILE_BYTES_TOGETHER = 512 * 1024 * 1024
_MB = 1024 * 1024
# Full collections that there is room for at least.
_FULL_COLLECTIONS = 4

# The fixtures of a session, and the stores that it keeps: its own and its snapshots.
Holding = tuple[Store, list[Store]]


class EntryBudget:
    """Room for the entries of all sessions; entries are counted again when it seems used up."""

    def __init__(self, max_entries: int, holdings: Callable[[], Iterable[Holding]]) -> None:
        self.most = max(MOST_TOGETHER, _FULL_COLLECTIONS * max_entries)
        self._holdings = holdings
        self._left = 0

    def count_again(self) -> None:
        """Count the entries again before any more are added."""
        self._left = 0

    def take(self, what: str, more: int) -> None:
        """Raise the 400 if so many more entries would exceed the bound; `what` names them."""
        if more > self._left:
            held = sum(own_entries(stores, seed) for seed, stores in self._holdings())
            self._left = self.most - held
            if more > self._left:
                raise invalid(
                    f"{what}: all sessions together have {held} entries beside the fixtures,"
                    f" {more} more would exceed the limit of {self.most}; reset a session, end one"
                    " with DELETE /__mock__/sessions/NAME, or start the mock with a higher"
                    " --max-entries"
                )
        self._left -= more

    def check_files(self, what: str, store: Store, replaced: Store) -> None:
        """Raise the 400 if the files of a store, in the place of another, exceed the bound."""
        holdings = list(self._holdings())
        fixtures = [seed for seed, _ in holdings]
        others = [one for _, stores in holdings for one in stores if one is not replaced]
        held, more = own_bytes(others, fixtures), own_bytes([store], [*others, *fixtures])
        if held + more > MOST_FILE_BYTES_TOGETHER:
            raise invalid(
                f"{what}: has {more / _MB:.1f} MB of files, all sessions together have"
                f" {held / _MB:.1f} MB beside the fixtures, the limit is"
                f" {MOST_FILE_BYTES_TOGETHER // _MB} MB; leave files out, or end a session with"
                " DELETE /__mock__/sessions/NAME"
            )


def own_entries(stores: Iterable[Store], fixtures: Store) -> int:
    """Count the entries of stores that they share neither with the fixtures nor with each other."""
    return sum(one.written_since(fixtures[name]) for name, one in unshared(stores, fixtures))


def unshared(stores: Iterable[Store], fixtures: Store) -> Iterator[tuple[str, Collection]]:
    """Find the collections that share their entries neither with the fixtures nor each other."""
    known = {one.entries_id for one in fixtures.collections.values()}
    for store in stores:
        for name, one in store.collections.items():
            if one.entries_id not in known:
                known.add(one.entries_id)
                yield name, one


def own_bytes(stores: Iterable[Store], others: Iterable[Store]) -> int:
    """Add up the bytes of files of stores: shared ones once, and those of `others` not at all."""
    known = {id(store.files) for store in others}
    count = 0
    for store in stores:
        if id(store.files) not in known:
            known.add(id(store.files))
            count += sum(map(len, store.files.values()))
    return count
