"""New items of a number: given values are kept, others are generated, and the result is valid."""

from __future__ import annotations

import copy
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generate.seeded_state import (
    CONTRACT,
    FAX_NUMBER,
    GROUP,
    NUMBER,
    SEED,
    Values,
    entries,
    fresh_state,
    moment,
    problems,
)
from ringme_mock.errors import ApiError
from ringme_mock.generate import arrive
from ringme_mock.store.collection import Entry
from ringme_mock.store.made_files import file_of
from ringme_mock.store.state import State
from ringme_mock.store.store import Query, Store
from ringme_spec.contract import Contract

COLLECTIONS = ["record", "leg", "voicemail", "fax", "reg_status_log"]
CALLS = ["record", "voicemail"]
NUMBERS = [entry["id"] for entry in SEED["extension"].entries()]


def make(
    collection: str, values: Values | None = None, state: State | None = None, seed: int = 1
) -> Entry:
    """Return a new item of the number that most tests use."""
    return arrive(state or fresh_state(), CONTRACT, collection, NUMBER, values or {}, Random(seed))


def error_of(collection: str, values: Values, number: Any = NUMBER) -> tuple[int, str]:
    """Return the status and message of an error; assert that nothing has changed."""
    state = fresh_state()
    with pytest.raises(ApiError) as caught:
        arrive(state, CONTRACT, collection, number, values, Random(1))
    assert entries(state) == entries(fresh_state())
    assert state.store[collection].new_key() == fresh_state().store[collection].new_key()
    return caught.value.status, caught.value.message


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("number", NUMBERS)
def test_generated_item_of_any_number_is_valid(collection: str, number: int) -> None:
    state = fresh_state()
    for seed in range(20):
        entry = arrive(state, CONTRACT, collection, number, {}, Random(seed))
        assert problems(collection, entry) == []
        assert state.store[collection].get(entry[CONTRACT.collections[collection].key]) == entry


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_generated_item_is_listed_for_its_number_group_and_client(collection: str) -> None:
    state = fresh_state()
    entry = make(collection, state=state)
    for owner in (("extension", NUMBER), ("extension_group", GROUP), ("client", 12)):
        newest = next(state.store.find(collection, Query(descending=True), owner))
        assert newest == entry


@pytest.mark.parametrize(
    ("collection", "prop"), [("record", "extension_group_owner_id"), ("fax", "extension_group_id")]
)
def test_owner_group_of_an_item_is_the_current_group_of_its_number(
    collection: str, prop: str
) -> None:
    state = fresh_state()
    before = make(collection, state=state)
    state.store["extension"].update(NUMBER, {"extension_group_id": 3})
    between = make(collection, state=state, seed=2)
    state.store["extension"].update(NUMBER, {"extension_group_id": None})
    after = make(collection, state=state, seed=3)
    assert [entry[prop] for entry in (before, between, after)] == [GROUP, 3, None]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_item_without_a_given_time_ends_now(collection: str) -> None:
    rule = CONTRACT.collections[collection].range
    assert rule is not None
    end = "hangup_time_gmt" if collection in [*CALLS, "leg"] else rule.property
    for seed in range(20):
        assert make(collection, seed=seed)[end] == "2026-03-18 10:20:30"


@pytest.mark.parametrize("collection", CALLS)
def test_call_that_ends_now_started_its_duration_earlier(collection: str) -> None:
    call = make(collection, {"duration": 3600})
    assert call["start_time_gmt"] == "2026-03-18 09:20:30"
    assert moment(call["init_time_gmt"]) < moment(call["start_time_gmt"])


@pytest.mark.parametrize(("given", "flow"), [("from", "in"), ("to", "out")])
def test_given_caller_or_called_party_determines_the_direction(given: str, flow: str) -> None:
    assert make("record", {given: "79990001234"})["flow"] == flow


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2016-04-15 14:02:11", "2016-04-15 14:02:11"),
        ("2016-4-5 4:02:01", "2016-04-05 04:02:01"),
        ("2016-04-15 14:02:11.4", "2016-04-15 14:02:11.40"),
        ("2016-04-15T14:02:11.409Z", "2016-04-15 14:02:11.40"),
        ("2016-04-15T17:02:11+03:00", "2016-04-15 14:02:11"),
        ("2016-04-15T14:02:11", "2016-04-15 14:02:11"),
        ("2016-02-29 00:00:00", "2016-02-29 00:00:00"),
    ],
)
def test_item_has_the_given_time(at: str, text: str) -> None:
    assert make("record", {"at": at})["init_time_gmt"] == text


@pytest.mark.parametrize("collection", CALLS)
@pytest.mark.parametrize("seed", range(30))
def test_hangup_time_is_start_time_plus_duration(collection: str, seed: int) -> None:
    call = make(collection, seed=seed)
    start, end = moment(call["start_time_gmt"]), moment(call["hangup_time_gmt"])
    assert end - start == timedelta(seconds=call["duration"])
    assert moment(call["init_time_gmt"]) <= start


@pytest.mark.parametrize("collection", ["record", "voicemail", "fax"])
def test_generated_file_has_the_documented_type_and_size(collection: str) -> None:
    content = CONTRACT.collections[collection].content
    assert content is not None
    state, kind = fresh_state(), b"%PDF" if collection == "fax" else b"\xff\xe3"
    for seed in range(20):
        entry = make(collection, state=state, seed=seed)
        file = file_of(state.store, content, entry)
        assert file.startswith(kind)
        assert entry[content.size] == len(file)


def test_given_file_sets_the_size() -> None:
    record = make("record", {"file": "tone.mp3"})
    assert record["record_file_size"] == len(SEED.files["tone.mp3"])


@pytest.mark.parametrize(
    ("flow", "caller", "called"),
    [("in", "79990007777", "000*320"), ("out", "000*320", "79990007777")],
)
def test_call_has_the_given_parties(flow: str, caller: str, called: str) -> None:
    other = {"in": "from", "out": "to"}[flow]
    call = make("record", {"flow": flow, other: "79990007777"})
    assert (call["from_username"], call["dest_number"]) == (caller, called)
    stamp = f"{moment(call['init_time_gmt']):%Y-%m-%d_%H-%M-%S}"
    assert call["file_name"].startswith(f"{stamp}_")


def test_call_has_the_name_and_type_of_its_number() -> None:
    call = make("record")
    number = SEED["extension"].get(NUMBER)
    assert number is not None
    assert call["extension_name"] == f"{number['name']}@{number['domain']}"
    assert call["extension_type"] == number["type"]
    assert call["record_uuid"].startswith(f"{NUMBER}-")


@pytest.mark.parametrize(
    ("result", "cause", "ended_by"),
    [
        ("busy", "USER_BUSY", {"callee_refuse"}),
        ("not answered", "NO_ANSWER", {"caller_cancel", "internal_cancel"}),
        ("answered elsewhere", "LOSE_RACE", {"internal_cancel"}),
        ("failed", "NORMAL_TEMPORARY_FAILURE", {"internal_cancel"}),
        ("rejected", "CALL_REJECTED", {"callee_refuse"}),
        ("answered", "NORMAL_CLEARING", {"caller_bye", "callee_bye"}),
        ("voicemail", "NORMAL_CLEARING", {"caller_bye"}),
    ],
)
def test_hangup_cause_matches_the_result(result: str, cause: str, ended_by: set[str]) -> None:
    for seed in range(20):
        call = make("record", {"result": result}, seed=seed)
        assert call["hangup_cause"] == cause
        assert call["hangup_disposition"] in ended_by
        assert (call["record_uuid"] is not None) == (result in ("answered", "voicemail"))


def test_unanswered_call_is_in_the_history_without_a_record() -> None:
    state = fresh_state()
    records = list(state.store["record"].entries())
    call = make("record", {"result": "busy", "from": "79990001234"}, state=state)
    shown = (call["start_time_gmt"], call["duration"], call["record_uuid"])
    assert shown == (None, 0, None)
    assert list(state.store["record"].entries()) == records
    newest = next(state.store.find("call", Query(descending=True), ("client", 12)))
    assert (newest["call_uuid"], newest["result"]) == (call["call_uuid"], "busy")


def test_registration_events_alternate_between_on_and_off() -> None:
    state = fresh_state()
    before = next(state.store.find("reg_status_log", Query(descending=True), ("extension", NUMBER)))
    assert before["status"] == "off"
    made = [make("reg_status_log", state=state)["status"] for _ in range(4)]
    assert made == ["on", "off", "on", "off"]


def test_past_registration_event_follows_the_one_before_it() -> None:
    # On that day, the number registered at 05:20; it unregistered in May.
    assert make("reg_status_log", {"at": "2016-04-06 05:19:59"})["status"] == "on"
    assert make("reg_status_log", {"at": "2016-04-06 05:20:01"})["status"] == "off"


@pytest.mark.parametrize("collection", ["record", "voicemail", "fax"])
def test_same_seed_twice_gives_distinct_keys(collection: str) -> None:
    state = fresh_state()
    key = CONTRACT.collections[collection].key
    assert make(collection, state=state)[key] != make(collection, state=state)[key]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"at": "2016-02-30 10:00:00"}, ["at:", "YYYY-MM-DD HH:MM:SS"]),
        ({"at": "yesterday"}, ["at:"]),
        ({"at": ""}, ["at:"]),
        ({"at": 1460728931}, ["at:"]),
        ({"at": "0999-01-01 00:00:00"}, ["at:"]),
        ({"at": "3000-01-01 00:00:00"}, ["at:"]),
        ({"at": "0001-01-01T00:00:00+14:00"}, ["at:"]),
        ({"from": 79990001001}, ["from:", "text"]),
        ({"from": ""}, ["from:"]),
        ({"from": "7" * 101}, ["from:", "100"]),
        ({"duration": "long"}, ["duration:", "whole number"]),
        ({"duration": -1}, ["duration:", "at least 0"]),
        ({"duration": 10**12}, ["duration:", "1000"]),
        ({"duration": 10**12, "at": "2016-04-15 14:02:11"}, ["duration:", "9999"]),
        ({"duration": 10**30}, ["duration:"]),
        ({"result": "fine"}, ["result:", "busy, answered"]),
        ({"result": None}, ["result:"]),
        ({"flow": ["in"]}, ["flow:"]),
        ({"call_uuid": "short"}, ["call_uuid:"]),
        ({"record_uuid": "36-1"}, ["record_uuid:"]),
        ({"hangup_time_gmt": "2016-04-15 14:02:11"}, ["hangup_time_gmt:", "at and duration"]),
        ({"init_time_gmt": "2016-04-15 14:02:11"}, ["init_time_gmt:", "determined by at"]),
        ({"extension_id": 30}, ["extension_id:", "determined by extension"]),
        ({"client_owner_id": 13}, ["client_owner_id:", "determined by extension"]),
        ({"record_file_size": 5}, ["record_file_size:", "determined by file and duration"]),
        ({"file": "none.mp3"}, ["file:", "none.mp3", "tone.mp3"]),
        ({"file": 5}, ["file:"]),
        ({"colour": "red"}, ["colour:", "at, from, to", "duration"]),
        ({"x" * 5000: "red"}, ["x:", "duration"]),
    ],
)
def test_error_names_the_invalid_value(values: Values, words: list[str]) -> None:
    status, message = error_of("record", values)
    assert status == 400
    assert len(message) < 1000
    for word in words:
        assert word in message


def test_error_names_the_taken_key() -> None:
    taken = next(iter(SEED["record"].entries()))["record_uuid"]
    assert error_of("record", {"record_uuid": taken}) == (400, "record_uuid: is taken")


def test_id_that_the_mock_assigns_cannot_be_given() -> None:
    status, message = error_of("reg_status_log", {"id": 99})
    assert status == 400
    assert message.startswith("id: ")


@pytest.mark.parametrize("number", [999, "36", None, [36], {"id": 36}, 36.5])
def test_unknown_number_is_a_404(number: Any) -> None:
    assert error_of("record", {}, number) == (404, "No such extension")


@pytest.mark.parametrize("collection", ["user", "extension_group", "client"])
def test_error_for_an_unsupported_collection_lists_the_supported_ones(collection: str) -> None:
    status, message = error_of(collection, {})
    assert (status, message) == (
        400,
        f"{collection}: cannot be simulated; possible: {', '.join(COLLECTIONS)}",
    )


@pytest.mark.parametrize("name", ["from", "to", "at"])
def test_null_party_or_time_equals_an_omitted_one(name: str) -> None:
    assert make("record", {name: None}) == make("record")


def document_with(change: str) -> Contract:
    """Return the document with a property of records that the templates do not know."""
    document = copy.deepcopy(CONTRACT.document)
    stored = document["x-collections"]["record"]["stored"]["allOf"][1]
    if change == "required":
        stored["required"] = ["colour"]
    stored["properties"]["colour"] = {"type": "string"}
    if change == "another media type":
        document["x-collections"]["record"]["content"]["media_type"] = "audio/x-wav"
    if change == "gone":
        del document["x-collections"]["record"]
        document["paths"] = {
            path: item for path, item in document["paths"].items() if "record" not in path
        }
    return Contract(document)


def test_additional_required_property_must_be_given() -> None:
    contract = document_with("required")
    state = State(contract, store_of_fixtures(contract))
    with pytest.raises(ApiError) as caught:
        arrive(state, contract, "record", NUMBER, {}, Random(1))
    assert (caught.value.status, caught.value.message) == (400, "colour: is missing")
    entry = arrive(state, contract, "record", NUMBER, {"colour": "red"}, Random(2))
    assert entry["colour"] == "red"


def test_collection_removed_from_the_document_cannot_be_simulated() -> None:
    contract = document_with("gone")
    state = State(contract, store_of_fixtures(contract))
    with pytest.raises(ApiError, match="voicemail, fax, reg_status_log") as caught:
        arrive(state, contract, "record", NUMBER, {}, Random(1))
    assert caught.value.status == 400


def store_of_fixtures(contract: Contract) -> Store:
    """Return clients, groups and numbers of the fixtures in a store of another document."""
    store = Store.empty(contract, SEED.files)
    for name in ("client", "extension_group", "extension"):
        store[name].insert_many(SEED[name].entries())
    return store


def test_file_of_an_unsupported_media_type_must_be_in_the_fixtures() -> None:
    contract = document_with("another media type")
    state = State(contract, store_of_fixtures(contract))
    with pytest.raises(ApiError, match=r"file: .*audio/x-wav") as caught:
        arrive(state, contract, "record", NUMBER, {}, Random(1))
    assert caught.value.status == 400
    state.store = Store(state.store.collections, {"note.txt": b"x", "mine.wav": b"123"})
    entry = arrive(state, contract, "record", NUMBER, {}, Random(1))
    assert (entry["file"], entry["record_file_size"]) == ("mine.wav", 3)


any_value = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.text(max_size=3), max_size=2),
    st.sampled_from(["in", "out", "answered", "on", "tone.mp3", "2016-04-15 14:02:11"]),
)
any_names = st.sampled_from(
    ["at", "from", "to", "nothing", *CONTRACT.collections["record"].properties]
)


@settings(max_examples=100, deadline=None)
@given(
    collection=st.sampled_from(COLLECTIONS),
    values=st.dictionaries(any_names, any_value, max_size=4),
    seed=st.integers(0, 2**32),
)
def test_any_given_values_create_a_valid_item_or_are_a_400(
    collection: str, values: Values, seed: int
) -> None:
    state = fresh_state()
    status, entry = 201, None
    try:
        entry = arrive(state, CONTRACT, collection, FAX_NUMBER, values, Random(seed))
    except ApiError as error:
        status = error.status
    if entry is None:
        assert status == 400
        assert entries(state)[collection] == list(SEED[collection].entries())
    else:
        assert problems(collection, entry) == []
        properties = CONTRACT.collections[collection].properties
        given_properties = {name: one for name, one in values.items() if name in properties}
        assert {name: entry[name] for name in given_properties} == given_properties
