"""Limits of what requests can add to a session; each refusal says how to go on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from generate.seeded_state import BULK
from ringme_mock.control import journal_api
from ringme_mock.faults import fault_book as book_module
from ringme_mock.store import quotas as quotas_module
from ringme_mock.store.state import State
from support.control import Control

MEGABYTE = 1024 * 1024
# The limit in these tests is so many entries above those of the fixtures.
SPARE = 5
ARRIVALS = {
    "calls": ("record", 31),
    "voicemail": ("voicemail", 31),
    "faxes": ("fax", 40),
    "registrations": ("reg_status_log", 31),
}
ZIPPED = {"Content-Type": "application/zip"}


@pytest.fixture
def control(control: Control) -> Iterator[Control]:
    """Return the control interface; the limit on entries is reset afterwards."""
    yield control
    state_of(control).max_entries = quotas_module.MOST_ENTRIES


def state_of(control: Control) -> State:
    return control.server.app.state


def limit_collection(control: Control, collection: str, spare: int = SPARE) -> int:
    """Limit a collection to so many entries more than the fixtures have; return the limit."""
    state = state_of(control)
    state.max_entries = len(state.seed[collection]) + spare
    return state.max_entries


def size(control: Control, collection: str) -> int:
    return len(state_of(control).store[collection])


def test_fixtures_may_exceed_the_entry_limit(control: Control) -> None:
    limit_collection(control, "record", spare=-10)
    control.done("POST", "reset")
    assert len(control.done("GET", "state")["record"]["entries"]) == size(control, "record")
    assert control.refused("POST", "calls", {"extension": 31}).startswith("400 record: there are ")


@pytest.mark.parametrize("kind", ARRIVALS)
def test_simulated_item_over_the_entry_limit_is_refused(control: Control, kind: str) -> None:
    collection, number = ARRIVALS[kind]
    most = limit_collection(control, collection, spare=2)
    for _ in range(2):
        control.done("POST", kind, {"extension": number})
    message = control.refused("POST", kind, {"extension": number})
    assert message == (
        f"400 {collection}: there are {most}, 1 more would exceed the limit of {most};"
        " delete some, or start the mock with a higher --max-entries"
    )
    assert size(control, collection) == most


@pytest.mark.parametrize("kind", BULK)
def test_bulk_over_the_entry_limit_is_refused(control: Control, kind: str) -> None:
    most = limit_collection(control, BULK[kind])
    message = control.refused("POST", "bulk", {"client": 12, kind: SPARE + 1})
    assert f"{SPARE + 1} more would exceed the limit of {most};" in message
    assert size(control, BULK[kind]) == most - SPARE
    control.done("POST", "bulk", {"client": 12, kind: SPARE})
    assert size(control, BULK[kind]) == most


def test_import_over_the_entry_limit_is_refused(control: Control) -> None:
    control.done("POST", "bulk", {"client": 12, "records": 20})
    exported = control.done("GET", "state")
    archive = control.request("GET", "state", params={"format": "zip"}).content
    control.done("POST", "reset")
    before = control.done("GET", "state")
    most = limit_collection(control, "record")
    for arguments in ({"body": exported}, {"content": archive, "headers": ZIPPED}):
        message = control.refused("PUT", "state", **arguments)
        assert message == (
            f"400 record: has {most - SPARE + 20} entries, the limit is {most};"
            " leave some out, or start the mock with a higher --max-entries"
        )
    assert control.done("GET", "state") == before


def test_files_of_a_session_and_its_snapshots_share_a_limit(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas_module, "MOST_FILE_BYTES", 3 * MEGABYTE)
    archive = archive_with_megabyte(control)
    for name in ("one", "two"):
        control.done("PUT", "state", content=archive, headers=ZIPPED)
        control.done("PUT", f"snapshots/{name}")
    message = control.refused("PUT", "state", content=archive, headers=ZIPPED)
    assert " MB, the limit is 3 MB;" in message
    assert "DELETE /__mock__/snapshots/NAME" in message
    control.done("DELETE", "snapshots/one")
    control.done("PUT", "state", content=archive, headers=ZIPPED)


def test_files_of_all_sessions_share_a_limit(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas_module, "MOST_FILE_BYTES_TOGETHER", 2 * MEGABYTE)
    archive = archive_with_megabyte(control)
    first, second = control.session("first"), control.session("second")
    for one in (first, first):
        one.done("PUT", "state", content=archive, headers=ZIPPED)
    message = second.refused("PUT", "state", content=archive, headers=ZIPPED)
    assert (
        " MB besides the fixtures, the limit is 2 MB; leave files out, or end a session" in message
    )
    control.done("DELETE", "sessions/first")
    second.done("PUT", "state", content=archive, headers=ZIPPED)


def archive_with_megabyte(control: Control) -> bytes:
    """Return an export with an additional file that no entry refers to."""
    buffer = io.BytesIO(control.request("GET", "state", params={"format": "zip"}).content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as added:
        added.writestr("files/long.bin", bytes(MEGABYTE))
    return buffer.getvalue()


def test_entries_kept_by_snapshots_are_limited(control: Control) -> None:
    most = limit_collection(control, "record")
    each = most - SPARE + 1
    room = 10 * most // each
    for number in range(room + 1):
        control.done("POST", "reset")
        control.done("POST", "calls", {"extension": 31})
        if number < room:
            control.done("PUT", f"snapshots/n{number}")
    message = control.refused("PUT", "snapshots/over")
    assert message == (
        f"400 name: the other snapshots keep {room * each} entries, this one would keep {each}"
        f" more, the limit is {10 * most}; delete one with DELETE /__mock__/snapshots/NAME,"
        " or start the mock with a higher --max-entries"
    )
    # A snapshot that replaces another one needs no more room.
    control.done("PUT", "snapshots/n0")


def test_entries_shared_by_snapshots_count_once(control: Control) -> None:
    limit_collection(control, "record")
    control.done("POST", "calls", {"extension": 31})
    for number in range(100):
        control.done("PUT", f"snapshots/n{number}")
    message = control.refused("PUT", "snapshots/n100")
    assert message == (
        "400 name: there are 100 snapshots, the limit is 100;"
        " delete one with DELETE /__mock__/snapshots/NAME"
    )


def test_number_of_faults_is_limited(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_module, "MOST_FAULTS", 3)
    fault = {"match": {"path": "/nowhere"}, "connection": "drop"}
    ids = [control.done("POST", "faults", fault)["id"] for _ in range(3)]
    assert control.refused("POST", "faults", fault) == (
        "400 faults: there are 3, the limit is 3; delete some with DELETE /__mock__/faults/ID,"
        " or all with DELETE /__mock__/faults"
    )
    control.done("DELETE", f"faults/{ids[0]}")
    control.done("POST", "faults", fault)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 503, "body": "x" * 70_000},
        {"status": 503, "headers": {"X-Long": "x" * 70_000}},
    ],
    ids=["body", "headers"],
)
def test_fault_size_is_limited(control: Control, answer: dict[str, Any]) -> None:
    message = control.refused("POST", "faults", {"answer": answer})
    assert message.startswith("400 fault: has 70")
    assert message.endswith(
        "bytes as JSON, the limit is 65536; shorten answer.body or answer.headers"
    )
    assert control.done("GET", "faults") == []


def test_total_size_of_the_faults_of_a_session_is_limited(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "LONGEST_BOOK", 1000)
    fault = {"answer": {"status": 503, "body": "x" * 400}}
    ids = [control.done("POST", "faults", fault)["id"] for _ in range(2)]
    assert " more would exceed the limit of 1000; delete some with" in control.refused(
        "POST", "faults", fault
    )
    control.done("DELETE", f"faults/{ids[0]}")
    control.done("POST", "faults", fault)


def test_path_pattern_length_is_limited(control: Control) -> None:
    pattern = "*" * 501
    fault = {"match": {"path": pattern}, "connection": "drop"}
    for message in (
        control.refused("POST", "faults", fault),
        control.refused("POST", "journal/count", {"path": pattern}),
        control.refused("GET", "journal", params={"path": pattern}),
    ):
        assert "must have at most 500 characters" in message


@pytest.mark.parametrize("seconds", [10**12, 10**18])
def test_token_lifetime_is_limited(control: Control, seconds: int) -> None:
    message = control.refused("POST", "tokens", {"login": "client-admin", "seconds": seconds})
    assert message == "400 seconds: must be at most 3153600000"


def test_error_for_an_unknown_login_lists_some_known_ones(control: Control) -> None:
    users = state_of(control).store["user"]
    first = next(iter(users.entries()))
    users.insert_many(
        {**first, "id": 10_000 + number, "login": f"more-{number}"} for number in range(100)
    )
    message = control.refused("POST", "tokens", {"login": "nobody"})
    assert message.startswith("404 No such user or role: nobody; known: ")
    assert message.endswith(", ...")
    assert len(message) < 1000


def test_number_of_open_journal_streams_is_limited(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_api, "MOST_STREAMS", 1)
    with httpx.stream("GET", f"{control.server.url}/__mock__/journal/stream") as stream:
        # The stream is closed with its iterator.
        texts = stream.iter_text()
        assert next(texts) == ": open\n\n"
        assert control.refused("GET", "journal/stream") == (
            "400 stream: there are 1 open in this session, the limit is 1; close one"
        )
        # Other sessions have a limit of their own.
        other = {"X-Mock-Session": "other"}
        with control.http.stream("GET", "/__mock__/journal/stream", headers=other) as more:
            assert more.status_code == 200


def test_closed_journal_stream_does_not_count_for_the_limit(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_api, "MOST_STREAMS", 1)
    session = control.server.app.sessions.default
    for _ in range(3):
        with httpx.stream("GET", f"{control.server.url}/__mock__/journal/stream") as stream:
            assert stream.status_code == 200
        for _ in range(200):
            if session.streams == 0:
                break
            control.done("GET", "health")
        assert session.streams == 0
