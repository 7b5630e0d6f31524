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
def full_mock(request: pytest.FixtureRequest) -> Iterator[Control]:
    """Return a mock with as many entries of a collection as the limit allows."""
    with MockServer(seed=1) as server, Control(server) as control:
        state = server.app.state
        state.max_entries = len(state.store[request.param])
        yield control


@pytest.mark.parametrize(
    ("full_mock", "name"), [(name, name) for name in CREATED], indirect=["full_mock"]
)
def test_creation_in_a_full_collection_is_refused_with_a_hint(
    full_mock: Control, name: str
) -> None:
    path, body = CREATED[name]
    headers = full_mock.token()
    most = full_mock.server.app.state.max_entries
    for _ in range(2):
        response = full_mock.http.post(f"{API}/client/@me/{path}/", json=body, headers=headers)
        assert (response.status_code, response.json()) == (
            400,
            {
                "message": f"{name}: there are {most}, 1 more would exceed the limit of {most};"
                " delete some, or start the mock with a higher --max-entries"
            },
        )
    assert len(full_mock.server.app.state.store[name]) == most


TEXT = "x" * LONG_TEXT
GROUPS = f"{API}/client/@me/extension_group"


@pytest.mark.parametrize("full_mock", ["extension_group"], indirect=True)
def test_long_text_counts_as_several_entries(full_mock: Control) -> None:
    headers = full_mock.token()
    state = full_mock.server.app.state
    there = state.max_entries
    state.max_entries += 3
    wide = {"name": "Wide", "extra_params": TEXT * 3}
    response = full_mock.http.post(f"{GROUPS}/", json=wide, headers=headers)
    assert response.status_code == 400
    assert response.json()["message"] == (
        f"extension_group: there are {there}, 4 more would exceed the limit of {there + 3}"
        " (1024 characters of a text count as one);"
        " delete some, or start the mock with a higher --max-entries"
    )
    wide["extra_params"] = TEXT * 2
    made = full_mock.http.post(f"{GROUPS}/", json=wide, headers=headers)
    assert made.status_code == 201
    response = full_mock.http.post(f"{GROUPS}/", json={"name": "One more"}, headers=headers)
    assert response.status_code == 400
    assert f"there are {there + 3}, 1 more would" in response.json()["message"]
    assert (
        full_mock.http.delete(f"{GROUPS}/{made.json()['id']}", headers=headers).status_code == 204
    )
    for number in range(3):
        full_mock.make_group(headers, f"In its place {number}")


@pytest.mark.parametrize("full_mock", ["extension_group"], indirect=True)
def test_full_collection_refuses_only_updates_to_longer_texts(full_mock: Control) -> None:
    headers = full_mock.token()
    full_mock.server.app.state.max_entries += 1
    group = f"{GROUPS}/{full_mock.http.get(f'{GROUPS}/', headers=headers).json()[0]['id']}"

    def change(text: str) -> int:
        response = full_mock.http.put(group, json={"extra_params": text}, headers=headers)
        now = full_mock.http.get(group, headers=headers).json()["extra_params"]
        assert (now == text) == (response.status_code == 200)
        return response.status_code

    assert change(TEXT * 2) == 400
    assert change(TEXT) == 200
    assert change(TEXT + "y") == 200
    assert change(TEXT * 2) == 400
    full_mock.server.app.state.max_entries = 0
    assert change(TEXT) == 200
    assert change("short") == 200


@pytest.mark.parametrize("full_mock", ["extension_group"], indirect=True)
def test_long_texts_count_in_snapshots_and_imports(full_mock: Control) -> None:
    headers = full_mock.token()
    state = full_mock.server.app.state
    most = state.max_entries
    state.max_entries += 10
    wide = {"name": "Wide", "extra_params": TEXT * 9}
    assert full_mock.http.post(f"{GROUPS}/", json=wide, headers=headers).status_code == 201
    exported = full_mock.http.get("/__mock__/state").json()
    assert full_mock.http.put("/__mock__/state", json=exported).status_code == 204
    state.max_entries = 1
    for response in (
        full_mock.http.put("/__mock__/state", json=exported),
        full_mock.http.put("/__mock__/snapshots/wide"),
    ):
        assert response.status_code == 400
    refused = full_mock.http.put("/__mock__/state", json=exported).json()["message"]
    assert refused.startswith(
        f"extension_group: has {most + 10} entries, the limit is {most} (1024 "
    )
