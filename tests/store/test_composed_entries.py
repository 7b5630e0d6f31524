"""Collections with a part in another collection, and entries that are composed of others."""

from __future__ import annotations

from typing import Any

import pytest

from ringme_mock.store.collection import Entry
from ringme_mock.store.fixtures import load_store
from ringme_mock.store.store import Query, Store
from ringme_spec.contract import read_contract
from ringme_spec.paths import FIXTURES, SPEC

CONTRACT = read_contract(SPEC)
CLIENT = ("client", 12)
# A call of four legs, two of which have a record.
CALL = "F8E60015072707D6A6DBC98EDEB2E9BD"
RECORD = "31-E64234E74C0E29D8E8548F9F01C8341E"


@pytest.fixture
def store() -> Store:
    return load_store(CONTRACT, FIXTURES)


def find_all(store: Store, name: str, **query: Any) -> list[Entry]:
    return list(store.find(name, Query(**query), CLIENT))


def legs_of(store: Store, call: str = CALL) -> list[tuple[int, str | None]]:
    entry = store.get("call", call)
    assert entry is not None
    return [(one["extension_id"], one["record_uuid"]) for one in entry["cdr"]]


def test_collection_with_parts_lists_its_own_entries_and_those_of_its_parts(store: Store) -> None:
    legs = find_all(store, "leg")
    parts = [one for name in ("record", "voicemail") for one in find_all(store, name)]
    alone = [one for one in store["leg"].entries() if one["client_owner_id"] == 12]
    assert len(legs) == len(alone) + len(parts)
    order = [(one["init_time_gmt"], one["call_uuid"], one["extension_id"]) for one in legs]
    assert order == sorted(order)
    assert find_all(store, "leg", descending=True) == legs[::-1]


def test_deleted_record_leaves_no_leg_when_the_entry_limit_is_reached(store: Store) -> None:
    before = legs_of(store)
    store.most_left = store["leg"].weight
    store.delete("record", RECORD)
    assert legs_of(store) == [one for one in before if one[1] != RECORD]


def test_copy_does_not_see_later_writes_to_parts(store: Store) -> None:
    before = legs_of(store)
    copy = store.copy()
    store.delete("record", RECORD)
    assert legs_of(copy) == before
    after = legs_of(store)
    copy.delete("voicemail", next(iter(copy["voicemail"].entries()))["record_uuid"])
    assert legs_of(store) == after


def test_call_never_combines_legs_of_two_clients(store: Store) -> None:
    foreign = next(one for one in store["leg"].entries() if one["client_owner_id"] == 13)
    store["leg"].update(foreign["id"], {"call_uuid": CALL, "init_time_gmt": "2016-04-07 10:59:00"})
    for client, count in ((12, 4), (13, 1)):
        (call,) = (
            one for one in store.find("call", Query(), ("client", client))
            if one["call_uuid"] == CALL
        )  # fmt: skip
        assert {one["client_owner_id"] for one in call["cdr"]} == {client}
        assert len(call["cdr"]) == count
