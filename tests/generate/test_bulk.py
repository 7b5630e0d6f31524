"""Bulk creation: requested counts, valid entries, realistic distribution, reproducible by seed."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generate.seeded_state import (
    BULK,
    CLIENT,
    CONTRACT,
    NOW,
    SEED,
    bulk_now,
    entries,
    fresh_state,
    moment,
    problems,
)
from ringme_mock.errors import ApiError
from ringme_mock.store.archive import export_archive, import_archive
from ringme_mock.store.collection import Entry
from ringme_mock.store.state import State
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract

COUNTS = {
    "groups": 12,
    "extensions": 150,
    "records": 3000,
    "unanswered": 600,
    "voicemail": 200,
    "faxes": 100,
    "registrations": 300,
}
OTHER_CLIENT, EMPTY_CLIENT = 13, 15


def bulk(state: State, counts: dict[str, Any], seed: int = 7, client: Any = CLIENT) -> Any:
    return bulk_now(state, CONTRACT, client, counts, Random(seed))


@pytest.fixture(scope="module")
def state() -> State:
    """Return a state with all kinds of entries created in bulk. Tests must not change it."""
    state = fresh_state()
    assert bulk(state, COUNTS) == {BULK[name]: count for name, count in COUNTS.items()}
    return state


def added(state: State, collection: str) -> list[Entry]:
    """Return the entries that are not in the fixtures."""
    key = CONTRACT.collections[collection].key
    return [
        one for one in state.store[collection].entries() if SEED[collection].get(one[key]) is None
    ]


@pytest.mark.parametrize("name", COUNTS)
def test_bulk_creates_the_requested_counts_of_valid_entries(state: State, name: str) -> None:
    found = added(state, BULK[name])
    assert len(found) == COUNTS[name]
    for entry in found:
        assert problems(BULK[name], entry) == []


def test_only_answered_calls_have_a_record(state: State) -> None:
    assert {one["result"] for one in added(state, "record")} == {"answered", "voicemail"}
    unanswered = [one for one in added(state, "leg") if one["record_uuid"] is None]
    assert {one["result"] for one in unanswered} >= {"busy", "not answered", "rejected", "failed"}
    assert not {one["result"] for one in unanswered} & {"answered"}


def test_same_seed_and_state_give_the_same_entries(state: State) -> None:
    again = fresh_state()
    bulk(again, COUNTS)
    assert entries(again) == entries(state)
    other = fresh_state()
    bulk(other, COUNTS, seed=8)
    assert entries(other) != entries(state)


def test_repeated_bulk_with_the_same_seed_adds_distinct_entries() -> None:
    state = fresh_state()
    for _ in range(2):
        bulk(state, {"extensions": 5, "records": 50, "faxes": 50, "voicemail": 50})
    assert len(added(state, "record")) == len(added(state, "fax")) == 100
    assert len({entry["name"] for entry in added(state, "extension")}) == 10


def test_new_numbers_are_the_lowest_free_ones_of_the_client() -> None:
    state = fresh_state()
    bulk(state, {"extensions": 250})
    names = [entry["name"] for entry in added(state, "extension")]
    taken = {entry["name"] for entry in SEED["extension"].entries()}
    free = [f"000*{number}" for number in range(100, 1000) if f"000*{number}" not in taken]
    assert names == free[:250]


def test_more_numbers_than_are_free_are_refused() -> None:
    own = sum(1 for one in SEED["extension"].entries() if one["client_id"] == CLIENT)
    assert error_of({"groups": 3, "extensions": 1001}) == (
        400,
        f"extensions: {1000 - own} numbers of client 12 are free, not 1001",
    )


def test_new_numbers_are_spread_over_all_new_groups(state: State) -> None:
    groups = {group["id"] for group in added(state, "extension_group")}
    sizes = Counter(number["extension_group_id"] for number in added(state, "extension"))
    assert groups <= sizes.keys()
    assert sizes.keys() <= {*groups, None}
    assert max(sizes[group] for group in groups) > 2 * min(sizes[group] for group in groups)
    assert sizes[None] < 30


def test_without_new_groups_numbers_join_existing_groups_of_the_client() -> None:
    state = fresh_state()
    bulk(state, {"extensions": 60})
    own = {one["id"] for one in SEED["extension_group"].entries() if one["client_id"] == CLIENT}
    assert {number["extension_group_id"] for number in added(state, "extension")} <= {*own, None}


def test_generated_numbers_have_realistic_types_statuses_and_labels(state: State) -> None:
    numbers = added(state, "extension")
    phones = [one for one in numbers if one["type"] == "phone"]
    assert len(phones) > len(numbers) / 2
    assert {one["type"] for one in numbers} == {"phone", "queue", "ivr", "fax"}
    assert {one["status"] for one in numbers} == {"active", "blocked"}
    labels = [one["label"] for one in phones if one["label"]]
    assert len(set(labels)) > 30
    assert any(label.isascii() for label in labels)
    assert any(not label.isascii() for label in labels)
    assert all(one["caller_id_name"].isascii() for one in phones)
    assert all(one["domain"] == "sip.ringme.ru" for one in numbers)


def test_items_start_within_three_months_and_end_before_now(state: State) -> None:
    now = NOW.replace(tzinfo=None)
    for name in ("record", "voicemail", "fax", "reg_status_log"):
        rule = CONTRACT.collections[name].range
        assert rule is not None
        moments = sorted(moment(entry[rule.property]) for entry in added(state, name))
        assert now - timedelta(days=91) < moments[0] < now - timedelta(days=80)
        assert now - timedelta(days=5) < moments[-1] <= now
    for name in ("record", "voicemail"):
        assert max(moment(entry["hangup_time_gmt"]) for entry in added(state, name)) <= now


def test_recordings_need_no_fixture_files(state: State) -> None:
    for name in ("record", "voicemail"):
        entries = list(added(state, name))
        assert {entry["file"] for entry in entries} == {None}
        lengths = [entry["record_file_size"] / 1000 - entry["duration"] for entry in entries]
        assert max(map(abs, lengths)) <= 0.072


def test_calls_follow_working_hours_and_weekdays(state: State) -> None:
    moments = [moment(entry["init_time_gmt"]) for entry in added(state, "record")]
    hours = Counter(one.hour for one in moments)
    assert sum(hours[hour] for hour in range(6, 15)) > 0.8 * len(moments)
    assert all(hours[hour] < hours[8] / 5 for hour in (0, 1, 2, 22, 23))
    days = Counter(one.weekday() for one in moments)
    assert max(days[5], days[6]) < min(days[day] for day in range(5)) / 2
    fractions = sum(1 for entry in added(state, "record") if "." in entry["init_time_gmt"])
    assert 0.4 < fractions / len(moments) < 0.6


def test_calls_are_unevenly_distributed_over_numbers_of_fitting_types(state: State) -> None:
    calls = Counter(entry["extension_id"] for entry in added(state, "record"))
    assert len(calls) > 100
    assert calls.most_common(1)[0][1] > 4 * len(added(state, "record")) / len(calls)
    kinds = {entry["extension_type"] for entry in added(state, "record")}
    assert kinds == {"phone", "queue", "ivr"}
    for fax in added(state, "fax"):
        number = state.store["extension"].get(fax["extension_id"])
        assert number is not None
        assert number["type"] == "fax"


def test_items_belong_to_the_group_of_their_number(state: State) -> None:
    for call in added(state, "record"):
        number = state.store["extension"].get(call["extension_id"])
        assert number is not None
        assert call["extension_group_owner_id"] == number["extension_group_id"]


def test_bulk_registration_events_alternate_between_on_and_off(state: State) -> None:
    by_number: dict[int, list[str]] = {one["id"]: [] for one in added(state, "extension")}
    for entry in state.store["reg_status_log"].entries():
        if entry["extension_id"] in by_number:
            by_number[entry["extension_id"]].append(entry["status"])
    assert sum(len(turns) > 1 for turns in by_number.values()) > 50
    for turns in by_number.values():
        assert turns == (["on", "off"] * len(turns))[: len(turns)]


def test_items_without_new_numbers_use_existing_numbers() -> None:
    state = fresh_state()
    assert bulk(state, {"records": 40}, client=OTHER_CLIENT) == {"record": 40}
    own = {one["id"] for one in SEED["extension"].entries() if one["client_id"] == OTHER_CLIENT}
    assert {entry["extension_id"] for entry in added(state, "record")} <= own


def error_of(counts: dict[str, Any], client: Any = CLIENT) -> tuple[int, str]:
    """Return the status and message of an error; assert that nothing has changed."""
    state = fresh_state()
    state.store.delete("extension", 55)
    before, keys = entries(state), next_keys(state.store)
    with pytest.raises(ApiError) as caught:
        bulk(state, counts, client=client)
    assert (entries(state), next_keys(state.store)) == (before, keys)
    return caught.value.status, caught.value.message


def next_keys(store: Store) -> list[int]:
    return [collection.copy().new_key() for collection in store.collections.values()]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"groups": -1}, "groups: must be a whole number from 0 to 10000"),
        ({"groups": 10_001}, "groups: must be a whole number from 0 to 10000"),
        ({"extensions": 2.5}, "extensions: must be a whole number from 0 to 100000"),
        ({"records": True}, "records: must be a whole number from 0 to 200000"),
        ({"faxes": "3"}, "faxes: must be a whole number from 0 to 200000"),
        (
            {"calls": 3},
            f"calls: is unknown; known: {', '.join(COUNTS)}",
        ),
    ],
)
def test_error_names_the_invalid_count(counts: dict[str, Any], message: str) -> None:
    assert error_of(counts) == (400, message)


@pytest.mark.parametrize("client", [99, None, "12", [12]])
def test_unknown_client_is_a_404(client: Any) -> None:
    assert error_of({"groups": 1}, client) == (404, "No such client")


def test_items_for_a_client_without_numbers_are_refused() -> None:
    assert error_of({"groups": 2, "records": 5}, EMPTY_CLIENT) == (
        400,
        "records: client 15 has no numbers to put them on",
    )


def test_bulk_is_refused_if_the_clock_is_too_early() -> None:
    state = fresh_state(datetime(1, 1, 5, tzinfo=UTC))
    with pytest.raises(ApiError, match="clock: ") as caught:
        bulk(state, {"records": 5})
    assert caught.value.status == 400


def contract_without(*collections: str) -> Contract:
    """Return the document without some collections, and without operations."""
    document = copy.deepcopy(CONTRACT.document)
    document["paths"] = {}
    document["x-user-types"] = {}
    kept = document["x-collections"]
    for name in collections:
        del kept[name]
    for node in kept.values():
        for what in ("within", "references"):
            links = node.get(what, {})
            node[what] = {
                name: one
                for name, one in links.items()
                if name not in collections
                and not (isinstance(one, dict) and one.get("collection") in collections)
            }
    return Contract(document)


def test_bulk_is_refused_for_a_document_without_groups() -> None:
    items = ("record", "voicemail", "fax", "reg_status_log", "did", "event", "phone_event")
    contract = contract_without("extension_group", "extension", "current_call", *items)
    state = State(contract, Store.empty(contract, {}))
    with pytest.raises(ApiError, match="has no extension_group of a client") as caught:
        bulk_now(state, contract, CLIENT, {"groups": 1}, Random(1))
    assert caught.value.status == 400


@settings(max_examples=25, deadline=None)
@given(
    counts=st.fixed_dictionaries({}, optional={name: st.integers(0, 30) for name in COUNTS}),
    seed=st.integers(0, 2**32),
    client=st.sampled_from([12, 13, 14, 15]),
    now=st.datetimes(datetime(1950, 1, 1), datetime(2990, 1, 1)),
)
def test_any_bulk_result_can_be_exported_and_imported(
    counts: dict[str, int], seed: int, client: int, now: datetime
) -> None:
    state = fresh_state(now.replace(tzinfo=UTC))
    made = bulk(state, counts, seed, client)
    assert made == {BULK[name]: count for name, count in counts.items() if count}
    again = import_archive(CONTRACT, export_archive(CONTRACT, state.store))
    assert next_keys(again) == next_keys(state.store)
    for name in BULK.values():
        assert list(again[name].entries()) == list(state.store[name].entries())
