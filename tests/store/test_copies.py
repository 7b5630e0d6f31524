"""Copies of a store share its data, and no write to one is visible in another."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ringme_mock.store.collection import LONG_TEXT, Entry, Taken
from ringme_mock.store.store import Store
from store.entries import CLIENT, GROUP, empty_store, group_store, number

KEYS = st.integers(1, 40)
GROUPS = st.sampled_from([None, 1, 2])
TEXTS = st.sampled_from([None, "", "x" * (LONG_TEXT - 1), "x" * LONG_TEXT, "x" * (3 * LONG_TEXT)])


@dataclass
class ModelledStore:
    """Store, and the numbers that it should contain, by key."""

    store: Store
    numbers: dict[int, Entry] = field(default_factory=dict)
    next_key: int = 1
    sorts_all: bool = False


class StoreCopies(RuleBasedStateMachine):
    """Writes to stores that are copies of each other; each is compared with a simple model."""

    stores = Bundle("stores")

    def __init__(self) -> None:
        super().__init__()
        self.all: list[ModelledStore] = []

    @initialize(target=stores)
    def begin(self) -> ModelledStore:
        return self._known(ModelledStore(empty_store()))

    @rule(target=stores, one=stores)
    def copy(self, one: ModelledStore) -> ModelledStore:
        copy = ModelledStore(one.store.copy(), dict(one.numbers), one.next_key, one.sorts_all)
        return self._known(copy)

    @rule(one=stores, key=KEYS, name=KEYS.map(str), group=GROUPS, text=TEXTS)
    def insert(
        self, one: ModelledStore, key: int, name: str, group: int | None, text: str | None
    ) -> None:
        self._insert(one, [{**number(key, name, group), "extra_params": text}], many=False)

    @rule(one=stores, keys=st.lists(KEYS, max_size=30, unique=True), group=GROUPS, text=TEXTS)
    def insert_many(
        self, one: ModelledStore, keys: list[int], group: int | None, text: str | None
    ) -> None:
        new = [{**number(key, str(key), group), "extra_params": text} for key in keys]
        self._insert(one, new, many=True)

    @rule(one=stores, key=KEYS, name=KEYS.map(str), group=GROUPS, text=TEXTS)
    def update(
        self, one: ModelledStore, key: int, name: str, group: int | None, text: str | None
    ) -> None:
        if key not in one.numbers:
            return
        changes = {"name": name, "extension_group_id": group, "extra_params": text}
        others = [other["name"] for other in one.numbers.values() if other["id"] != key]
        try:
            one.store["extension"].update(key, changes)
        except Taken:
            assert name in others
        else:
            assert name not in others
            one.numbers[key] = {**one.numbers[key], **changes}

    @rule(one=stores, key=KEYS)
    def delete(self, one: ModelledStore, key: int) -> None:
        if one.numbers.pop(key, None):
            one.store.delete("extension", key)

    @rule(one=stores)
    def read_all_in_order(self, one: ModelledStore) -> None:
        """Read all entries in order; from now on, the store maintains this order."""
        self._check_all(one)
        one.sorts_all = True

    @rule(one=stores, more=KEYS.map(str))
    def insert_new(self, one: ModelledStore, more: str) -> None:
        entry = {**number(0, more), "extra_params": None}
        if more in [other["name"] for other in one.numbers.values()]:
            with pytest.raises(Taken, match="name"):
                one.store["extension"].insert_new(entry)
            return
        one.store["extension"].insert_new(entry)
        one.numbers[one.next_key] = {**entry, "id": one.next_key}
        one.next_key += 1

    @rule(one=stores, other=stores)
    def adopt(self, one: ModelledStore, other: ModelledStore) -> None:
        one.store["extension"].adopt(other.store["extension"])
        one.numbers, one.next_key = dict(other.numbers), other.next_key

    @rule(one=stores)
    def reserve_key(self, one: ModelledStore) -> None:
        assert one.store["extension"].new_key() == one.next_key
        one.next_key += 1

    @invariant()
    def stores_equal_their_models(self) -> None:
        for one in self.all:
            numbers = one.store["extension"]
            expected = sorted(one.numbers.values(), key=lambda entry: entry["id"])
            assert list(numbers.entries()) == expected
            assert len(numbers) == len(expected)
            texts = [entry["extra_params"] or "" for entry in expected]
            assert numbers.weight == len(expected) + sum(len(text) // LONG_TEXT for text in texts)
            for prop, values in (("client_id", (CLIENT,)), ("extension_group_id", (None, 1, 2))):
                for value in values:
                    mine = [entry for entry in expected if entry[prop] == value]
                    assert list(numbers.at(numbers.positions(prop, value))) == mine
            for entry in expected:
                assert numbers.by_unique(entry["name"], CLIENT) == entry
            assert len(numbers._unique) == len(expected)
            assert numbers.next_key == one.next_key
            if one.sorts_all:
                self._check_all(one)

    def _check_all(self, one: ModelledStore) -> None:
        numbers = one.store["extension"]
        expected = sorted(one.numbers.values(), key=lambda entry: entry["id"])
        assert list(numbers.at(numbers.positions())) == expected

    def _known(self, one: ModelledStore) -> ModelledStore:
        self.all.append(one)
        return one

    def _insert(self, one: ModelledStore, entries: list[Entry], many: bool) -> None:
        collection = one.store["extension"]
        expected = unique_conflict(list(one.numbers.values()), entries)
        if expected is not None:
            with pytest.raises(Taken) as taken:
                collection.insert_many(entries) if many else collection.insert(entries[0])
            assert (str(taken.value), taken.value.place) == expected
            return
        collection.insert_many(entries) if many else collection.insert(entries[0])
        one.numbers.update({entry["id"]: entry for entry in entries})
        one.next_key = max([one.next_key, *(entry["id"] + 1 for entry in entries)])


def unique_conflict(there: list[Entry], entries: list[Entry]) -> tuple[str, int] | None:
    """Return the first property whose value is taken, and the position of its entry."""
    for place, entry in enumerate(entries):
        for prop in ("id", "name"):
            if entry[prop] in [other[prop] for other in there]:
                return prop, place
    return None


def test_writes_to_a_copy_do_not_affect_other_copies() -> None:
    run_state_machine_as_test(
        StoreCopies, settings=settings(max_examples=40, stateful_step_count=30, deadline=None)
    )


def test_copy_shares_the_data_of_the_original() -> None:
    store = group_store([place % 4 for place in range(4_000)])
    copy = store.copy()
    assert copy is not store
    for name, collection in store.collections.items():
        other = copy[name]
        assert other is not collection
        assert other._entries is collection._entries
        assert other._index is collection._index
        assert other._unique is collection._unique
    assert copy.files is store.files


def test_references_to_a_deleted_entry_are_set_to_null() -> None:
    store = group_store([])
    store["extension_group"].insert({"id": GROUP, "name": "Sales", "client_id": CLIENT})
    # After its first write, a collection is written in place, even during iteration.
    store["extension"].update(30, {"extension_group_id": None})
    store["extension"].update(30, {"extension_group_id": GROUP})
    store.delete("extension_group", GROUP)
    assert [one["extension_group_id"] for one in store["extension"].entries()] == [None] * 4
