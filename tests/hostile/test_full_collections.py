"""Full collections: creation through the API is refused until an entry is deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ringme_mock import MockServer
from ringme_mock.store.collection import LONG_TEXT
from support.control import API, Control

USER = {
    "name": "New", "login": "new-user", "password": "secret-1", "email": "new@example.org",
    "extension_group_id": 5,
}  # fmt: skip
CREATED = {
    "extension_group": ("extension_group", {"name": "One more"}),
    "extension": ("extension", {"name": "777"}),
    "user": ("user/extension_group", USER),
}


@pytest.fixture
def full(request: pytest.FixtureRequest) -> Iterator[Control]:
    """Return a mock with as many entries of a collection as the limit allows."""
    with MockServer(seed=1) as server, Control(server) as control:
        state = server.app.state
        state.max_entries = len(state.store[request.param])
        yield control


@pytest.mark.parametrize(("full", "name"), [(name, name) for name in CREATED], indirect=["full"])
def test_a_full_collection_takes_no_more_and_the_refusal_says_what_to_do(
    full: Control, name: str
) -> None:
    path, body = CREATED[name]
    headers = full.token()
    most = full.server.app.state.max_entries
    for _ in range(2):
        answer = full.http.post(f"{API}/client/@me/{path}/", json=body, headers=headers)
        assert (answer.status_code, answer.json()) == (
            400,
            {
                "message": f"{name}: there are {most}, 1 more would exceed the limit of {most};"
                " delete some, or start the mock with a higher --max-entries"
            },
        )
    assert len(full.server.app.state.store[name]) == most


TEXT = "x" * LONG_TEXT
GROUPS = f"{API}/client/@me/extension_group"


@pytest.mark.parametrize("full", ["extension_group"], indirect=True)
def test_a_long_text_counts_for_as_many_entries_as_it_weighs(full: Control) -> None:
    headers = full.token()
    state = full.server.app.state
    there = state.max_entries
    state.max_entries += 3
    wide = {"name": "Wide", "extra_params": TEXT * 3}
    answer = full.http.post(f"{GROUPS}/", json=wide, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        f"extension_group: there are {there}, 4 more would exceed the limit of {there + 3}"
        " (1024 characters of a text count as one);"
        " delete some, or start the mock with a higher --max-entries"
    )
    wide["extra_params"] = TEXT * 2
    made = full.http.post(f"{GROUPS}/", json=wide, headers=headers)
    assert made.status_code == 201
    answer = full.http.post(f"{GROUPS}/", json={"name": "One more"}, headers=headers)
    assert answer.status_code == 400
    assert f"there are {there + 3}, 1 more would" in answer.json()["message"]
    assert full.http.delete(f"{GROUPS}/{made.json()['id']}", headers=headers).status_code == 204
    for number in range(3):
        full.make_group(headers, f"In its place {number}")


@pytest.mark.parametrize("full", ["extension_group"], indirect=True)
def test_a_change_to_a_longer_text_needs_room_and_any_other_does_not(full: Control) -> None:
    headers = full.token()
    full.server.app.state.max_entries += 1
    group = f"{GROUPS}/{full.http.get(f'{GROUPS}/', headers=headers).json()[0]['id']}"

    def change(text: str) -> int:
        answer = full.http.put(group, json={"extra_params": text}, headers=headers)
        now = full.http.get(group, headers=headers).json()["extra_params"]
        assert (now == text) == (answer.status_code == 200)
        return answer.status_code

    assert change(TEXT * 2) == 400
    assert change(TEXT) == 200
    assert change(TEXT + "y") == 200
    assert change(TEXT * 2) == 400
    full.server.app.state.max_entries = 0
    assert change(TEXT) == 200
    assert change("short") == 200


@pytest.mark.parametrize("full", ["extension_group"], indirect=True)
def test_long_texts_count_in_snapshots_and_imports_too(full: Control) -> None:
    headers = full.token()
    state = full.server.app.state
    most = state.max_entries
    state.max_entries += 10
    wide = {"name": "Wide", "extra_params": TEXT * 9}
    assert full.http.post(f"{GROUPS}/", json=wide, headers=headers).status_code == 201
    exported = full.http.get("/__mock__/state").json()
    assert full.http.put("/__mock__/state", json=exported).status_code == 204
    state.max_entries = 1
    for answer in (
        full.http.put("/__mock__/state", json=exported),
        full.http.put("/__mock__/snapshots/wide"),
    ):
        assert answer.status_code == 400
    refused = full.http.put("/__mock__/state", json=exported).json()["message"]
    assert refused.startswith(
        f"extension_group: has {most + 10} entries, the limit is {most} (1024 "
    )
