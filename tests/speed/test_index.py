"""A page costs what it holds, not what the collection holds: what is touched is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
OTHER = 13
# Both ends of a range are found by halves: log2 of the number of records.
ENDS = 2 * RECORDS.bit_length()


def record(place: int) -> Entry:
    """A record with just what the store sorts and finds by, one every five minutes."""
    number = NUMBERS[place % len(NUMBERS)]
    return {
        "record_uuid": f"{number}-{place:032X}",
        "init_time_gmt": str(FIRST + place * STEP),
        "client_owner_id": CLIENT,
        "extension_id": number,
    }


@pytest.fixture(scope="module")
def store() -> Store:
    """A client with 100,000 records on a hundred numbers, five of them in a group."""
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


class Touched:
    """Number of entries that were looked up, and of positions that were read in sorted lists."""

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
        """Copy a sorted list so that each position which is read of it counts."""
        touched = self

        class Counted(list[Position]):
            def __getitem__(self, index: Any) -> Any:
                found = super().__getitem__(index)
                touched.positions += len(found) if isinstance(index, slice) else 1
                return found

            def __iter__(self) -> Iterator[Position]:
                touched.positions += len(self)
                return super().__iter__()

        return Counted(positions)


@pytest.fixture
def touched(store: Store, monkeypatch: pytest.MonkeyPatch) -> Touched:
    """Counts from here on, whichever way the store goes about it."""
    assert len(store["record"]) == RECORDS + 1
    counts = Touched()
    monkeypatch.setattr(Collection, "get", counts.lookup(Collection.get))
    monkeypatch.setattr(Collection, "at", counts.lookups(Collection.at))
    index = store["record"]._index
    lists = {trait: counts.counted(positions) for trait, positions in index.lists.items()}
    monkeypatch.setattr(index, "lists", lists)
    return counts


def uuids(entries: Iterator[Entry]) -> list[str]:
    return [entry["record_uuid"] for entry in entries]


def expected(places: Iterator[int] | range) -> list[str]:
    return [record(place)["record_uuid"] for place in places]


def places_of_the_group(descending: bool) -> list[int]:
    places = [place for place in range(RECORDS) if NUMBERS[place % len(NUMBERS)] in MEMBERS]
    return places[::-1] if descending else places


@pytest.mark.parametrize("page", [1, 2, RECORDS // PAGE // 2, RECORDS // PAGE])
@pytest.mark.parametrize("descending", [False, True])
def test_any_page_of_a_client_touches_what_it_holds(
    store: Store, touched: Touched, page: int, descending: bool
) -> None:
    query = Query(descending=descending, offset=(page - 1) * PAGE, limit=PAGE)
    found = uuids(store.find("record", query, ("client", CLIENT)))
    places = range(RECORDS)[::-1] if descending else range(RECORDS)
    assert found == expected(places[query.offset : query.offset + PAGE])
    assert touched.entries == PAGE
    assert touched.positions <= PAGE + 1


@pytest.mark.parametrize("offset", [RECORDS, RECORDS + PAGE, RECORDS * RECORDS])
def test_a_page_past_the_end_touches_nothing(store: Store, touched: Touched, offset: int) -> None:
    query = Query(descending=True, offset=offset, limit=PAGE)
    assert list(store.find("record", query, ("client", CLIENT))) == []
    assert (touched.entries, touched.positions) == (0, 0)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("page", [1, 3])
def test_a_page_of_one_day_touches_what_it_holds(
    store: Store, touched: Touched, page: int, descending: bool
) -> None:
    start, end = "2016-06-01 00:00:00", "2016-06-01 23:59:59"
    query = Query(start, end, descending, offset=(page - 1) * PAGE, limit=PAGE)
    found = uuids(store.find("record", query, ("client", CLIENT)))
    first = int((datetime(2016, 6, 1) - FIRST) / STEP)
    day = range(first, first + 24 * 12)
    places = day[::-1] if descending else day
    assert found == expected(places[query.offset : query.offset + PAGE])
    assert touched.entries == PAGE
    assert touched.positions <= PAGE + ENDS


def test_a_whole_day_touches_the_day(store: Store, touched: Touched) -> None:
    query = Query("2016-06-01 00:00:00", "2016-06-01 23:59:59")
    assert len(list(store.find("record", query, ("client", CLIENT)))) == 24 * 12
    assert touched.entries == 24 * 12
    assert touched.positions <= 24 * 12 + ENDS


def test_a_day_without_records_touches_no_entry(store: Store, touched: Touched) -> None:
    query = Query("2015-06-01 00:00:00", "2015-06-01 23:59:59", descending=True, limit=PAGE)
    assert list(store.find("record", query, ("client", CLIENT))) == []
    assert touched.entries == 0
    assert touched.positions <= ENDS


@pytest.mark.parametrize("descending", [False, True])
def test_a_page_of_a_number_touches_what_it_holds(
    store: Store, touched: Touched, descending: bool
) -> None:
    query = Query(descending=descending, offset=400, limit=PAGE)
    assert len(list(store.find("record", query, ("extension", NUMBERS[0])))) == PAGE
    assert touched.entries == PAGE
    assert touched.positions <= PAGE + 1


@pytest.mark.parametrize("descending", [False, True])
def test_the_first_page_of_a_group_touches_no_more_than_a_page_of_each_number(
    store: Store, touched: Touched, descending: bool
) -> None:
    query = Query(descending=descending, limit=PAGE)
    found = uuids(store.find("record", query, ("extension_group", GROUP)))
    assert found == expected(iter(places_of_the_group(descending)[:PAGE]))
    assert touched.entries <= PAGE + len(MEMBERS)
    assert touched.positions <= PAGE * len(MEMBERS)


@pytest.mark.parametrize("page", [2, 100, 200, 250])
@pytest.mark.parametrize("descending", [False, True])
def test_a_page_of_a_group_touches_a_few_more_and_not_what_lies_before_it(
    store: Store, touched: Touched, page: int, descending: bool
) -> None:
    query = Query(descending=descending, offset=(page - 1) * PAGE, limit=PAGE)
    found = uuids(store.find("record", query, ("extension_group", GROUP)))
    places = places_of_the_group(descending)[query.offset : query.offset + PAGE]
    assert found == expected(iter(places))
    assert touched.entries == PAGE
    assert touched.positions <= 200


@pytest.mark.parametrize("descending", [False, True])
def test_a_page_of_one_day_of_a_group_touches_what_the_day_holds(
    store: Store, touched: Touched, descending: bool
) -> None:
    # Two days have 576 records, and five numbers of a hundred some thirty of those.
    query = Query("2016-06-01 00:00:00", "2016-06-02 23:59:59", descending, offset=4, limit=PAGE)
    found = uuids(store.find("record", query, ("extension_group", GROUP)))
    first = int((datetime(2016, 6, 1) - FIRST) / STEP)
    days = range(first, first + 2 * 24 * 12)
    places = [place for place in places_of_the_group(descending) if place in days]
    assert found == expected(iter(places[4 : 4 + PAGE]))
    assert touched.entries <= 4 + PAGE + len(MEMBERS)
    # Each number has its own ends of the range.
    assert touched.positions <= len(days) // 20 + len(MEMBERS) * ENDS


def test_a_group_without_numbers_touches_nothing(store: Store, touched: Touched) -> None:
    query = Query(descending=True, limit=PAGE)
    assert list(store.find("record", query, ("extension_group", 8))) == []
    assert (touched.entries, touched.positions) == (0, 0)


def test_one_record_is_found_by_its_key_alone(store: Store, touched: Touched) -> None:
    assert store["record"].get(record(RECORDS // 2)["record_uuid"]) is not None
    assert (touched.entries, touched.positions) == (1, 0)
