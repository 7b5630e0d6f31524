"""The cost of a page depends on its size, not on the collection's: touched entries are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ringme_mock.store.collection import Collection, Entry
from ringme_mock.store.index import Position
from ringme_mock.store.store import Query, Store
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC

RECORDS = 100_000
PAGE = 20
CLIENT = 12
NUMBERS = range(100, 200)
GROUP, MEMBERS = 3, range(100, 105)
FIRST = datetime(2016, 1, 1)
STEP = timedelta(minutes=5)
START, END, BEFORE = "2016-06-01 00:00:00", "2016-06-01 23:59:59", "2015-06-01 00:00:00"
FIRST_OF_JUNE = int((datetime(2016, 6, 1) - FIRST) / STEP)
OTHER = 13
# Both ends of a range are found by binary search: log2 of the number of records.
ENDS = 2 * RECORDS.bit_length()


def record(place: int) -> Entry:
    """Return a record with only the properties that a store sorts and finds by."""
    number = NUMBERS[place % len(NUMBERS)]
    return {
        "record_uuid": f"{number}-{place:032X}",
        "init_time_gmt": str(FIRST + place * STEP),
        "client_owner_id": CLIENT,
        "extension_id": number,
    }


@pytest.fixture(scope="module")
def store() -> Store:
    """Return a client with 100,000 records of a hundred numbers, five of them in a group."""
    store = Store.empty(Contract(read_yaml(SPEC)), {})
    for number in NUMBERS:
        group = GROUP if number in MEMBERS else None
        name = f"000*{number}"
        extension = {"id": number, "name": name, "client_id": CLIENT, "extension_group_id": group}
        store["extension"].insert(extension)
    for place in range(RECORDS):
        store["record"].insert(record(place))
    other = {"record_uuid": "9-0", "client_owner_id": OTHER, "extension_id": 9}
    store["record"].insert({**other, "init_time_gmt": str(FIRST)})
    return store


class ReadCounter:
    """Counts of entries that were looked up, and of positions that were read in sorted lists."""

    def __init__(self) -> None:
        self.entries = 0
        self.positions = 0

    def lookup(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def counting(collection: Collection, *arguments: Any) -> Any:
            self.entries += 1
            return method(collection, *arguments)

        return counting

    def lookups(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any) -> Iterator[Any]:
            for entry in method(*arguments):
                self.entries += 1
                yield entry

        return counting

    def counted(self, positions: list[Position]) -> list[Position]:
        """Copy a sorted list; reading positions of the copy increases the count."""
        read_counter = self

        class Counted(list[Position]):
            def __getitem__(self, index: Any) -> Any:
                found = super().__getitem__(index)
                read_counter.positions += len(found) if isinstance(index, slice) else 1
                return found

            def __iter__(self) -> Iterator[Position]:
                read_counter.positions += len(self)
                return super().__iter__()

        return Counted(positions)


@pytest.fixture
def read_counter(store: Store, monkeypatch: pytest.MonkeyPatch) -> ReadCounter:
    """Count from here on; covers each way in which the store reads."""
    assert len(store["record"]) == RECORDS + 1
    counts = ReadCounter()
    monkeypatch.setattr(Collection, "get", counts.lookup(Collection.get))
    monkeypatch.setattr(Collection, "at", counts.lookups(Collection.at))
    index = store["record"]._index
    lists = {trait: counts.counted(positions) for trait, positions in index.lists.items()}
    monkeypatch.setattr(index, "lists", lists)
    return counts


@dataclass(frozen=True)
class Page:
    """Page of an owner's records: sorted places of all of them, and limits of the counts."""

    owner: tuple[str, int]
    places: Sequence[int]
    entries: int
    positions: int
    number: int = 1
    limit: int | None = PAGE
    descending: bool = False
    start: str | None = None
    end: str | None = None


def pages() -> Iterator[Any]:
    """Yield pages of clients, numbers and groups, with descriptive ids."""
    client, number, group = (
        ("client", CLIENT),
        ("extension", NUMBERS[0]),
        ("extension_group", GROUP),
    )
    every = range(RECORDS)
    of_group = [place for place in every if NUMBERS[place % len(NUMBERS)] in MEMBERS]
    day = range(FIRST_OF_JUNE, FIRST_OF_JUNE + 24 * 12)
    day_of_group = [place for place in of_group if place in day]
    # The ends of the range are searched for each number.
    of_day = len(day) // len(NUMBERS) * len(MEMBERS) + len(MEMBERS) * ENDS
    found = {
        **{
            f"page {one} of a client": Page(client, every, PAGE, PAGE + 1, one)
            for one in (1, 2, RECORDS // PAGE // 2, RECORDS // PAGE)
        },
        **{
            f"{one} pages past the end": Page(client, every, 0, 0, RECORDS // PAGE + one)
            for one in (1, 2, RECORDS * RECORDS)
        },
        "the first page of a day": Page(client, day, PAGE, PAGE + ENDS, start=START, end=END),
        "the third page of a day": Page(client, day, PAGE, PAGE + ENDS, 3, start=START, end=END),
        "a whole day": Page(
            client, day, len(day), len(day) + ENDS, limit=None, start=START, end=END
        ),
        "a day without records": Page(client, (), 0, ENDS, start=BEFORE, end=BEFORE),
        "a page of a number": Page(number, every[:: len(NUMBERS)], PAGE, PAGE + 1, 20),
        # At most a page of each number.
        "the first page of a group": Page(
            group, of_group, PAGE + len(MEMBERS), PAGE * len(MEMBERS)
        ),
        # A few more than the page holds, but not all that precede it.
        **{
            f"page {one} of a group": Page(group, of_group, PAGE, 200, one)
            for one in (2, 100, 200, 250)
        },
        "a day of a group": Page(
            group, day_of_group, PAGE + len(MEMBERS), of_day, start=START, end=END
        ),
        "a page of a group without numbers": Page(("extension_group", 8), (), 0, 0),
    }
    for name, one in found.items():
        yield pytest.param(one, id=name)
        yield pytest.param(replace(one, descending=True), id=f"{name}, descending")


@pytest.mark.parametrize("page", list(pages()))
def test_reading_a_page_touches_only_its_entries(
    store: Store, read_counter: ReadCounter, page: Page
) -> None:
    offset = (page.number - 1) * PAGE
    query = Query(page.start, page.end, page.descending, offset=offset, limit=page.limit)
    found = [entry["record_uuid"] for entry in store.find("record", query, page.owner)]
    places = (page.places[::-1] if page.descending else page.places)[offset:][: page.limit]
    assert found == [record(place)["record_uuid"] for place in places]
    assert read_counter.entries <= page.entries
    assert read_counter.positions <= page.positions


def test_record_is_found_by_key_with_one_lookup(store: Store, read_counter: ReadCounter) -> None:
    assert store["record"].get(record(RECORDS // 2)["record_uuid"]) is not None
    assert (read_counter.entries, read_counter.positions) == (1, 0)
