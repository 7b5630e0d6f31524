"""What is asked of a collection that it cannot do; `test_copies.py` holds what it does."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from ringme_mock.store.collection import Collection, Entry, Taken
from store.entries import empty_store, group_store, number, record


def content(collection: Collection) -> tuple[Any, ...]:
    return (
        list(collection.entries()),
        dict(collection._entries),
        dict(collection._unique),
        {trait: list(positions) for trait, positions in collection._index.lists.items()},
        collection.next_key,
        collection.weight,
    )


def numbers(*keys: int) -> list[Entry]:
    return [number(key, f"000*{key}", key % 3 or None) for key in keys]


@pytest.mark.parametrize(
    ("entries", "prop", "place"),
    [
        ([*numbers(5, 6), number(1, "000*9")], "id", 2),
        ([*numbers(5, 6), number(6, "000*9")], "id", 2),
        ([number(5, "000*1"), *numbers(6)], "name", 0),
        ([*numbers(5), number(6, "000*5")], "name", 1),
        ([number(1, "000*1")], "id", 0),
    ],
)
def test_a_value_that_is_taken_is_named_with_its_entry_and_nothing_changes(
    entries: list[Entry], prop: str, place: int
) -> None:
    collection = empty_store()["extension"]
    collection.insert_many(numbers(1, 2, 3))
    before = content(collection)
    with pytest.raises(Taken) as taken:
        collection.insert_many(entries)
    assert (str(taken.value), taken.value.place) == (prop, place)
    assert content(collection) == before


def test_entries_that_cannot_be_sorted_change_nothing() -> None:
    collection = empty_store()["extension"]
    collection.insert_many(numbers(1, 2))
    collection.positions()
    before = content(collection)
    with pytest.raises(TypeError):
        collection.insert_many([{**number(3, "000*3"), "id": "three"}])
    with pytest.raises(TypeError):
        collection.insert({**number(3, "000*3"), "id": "three"})
    assert content(collection) == before
    records = group_store([0, 1])["record"]
    before = content(records)
    with pytest.raises(TypeError):
        records.update(record(0, 30)["record_uuid"], {"init_time_gmt": 5, "extension_id": 31})
    assert content(records) == before


def test_a_property_without_an_index_is_refused() -> None:
    with pytest.raises(KeyError, match="extension is not indexed by label"):
        empty_store()["extension"].positions("label", "Petrov")


@pytest.mark.parametrize("on", [True, False])
def test_the_search_for_garbage_goes_on_after_a_load_as_before(on: bool) -> None:
    during = []

    def entries() -> Iterator[Entry]:
        during.append(gc.isenabled())
        yield from numbers(1, 2, 1)

    gc.enable() if on else gc.disable()
    try:
        with pytest.raises(Taken, match="id"):
            empty_store()["extension"].insert_many(entries())
        assert during == [False]
        assert gc.isenabled() == on
    finally:
        gc.enable()
