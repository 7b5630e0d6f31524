"""A collection that is full takes no more from clients of the API, until something is deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ringme_mock import MockServer
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
    """A mock that has as many entries of a collection as there may be."""
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
                "message": f"{name}: there are {most}, 1 more cannot be added, as {most} may be;"
                " delete some, or start the mock with a higher --max-entries"
            },
        )
    assert len(full.server.app.state.store[name]) == most


@pytest.mark.parametrize("full", ["extension_group"], indirect=True)
def test_what_is_deleted_makes_room(full: Control) -> None:
    headers = full.token()
    path = f"{API}/client/@me/extension_group"
    groups = full.http.get(f"{path}/", headers=headers).json()
    assert full.http.delete(f"{path}/{groups[0]['id']}", headers=headers).status_code == 204
    full.make_group(headers, "In its place")
    answer = full.http.post(f"{path}/", json={"name": "One more"}, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("full", ["extension_group"], indirect=True)
def test_a_refused_entry_uses_no_key(full: Control) -> None:
    headers = full.token()
    path = f"{API}/client/@me/extension_group"
    state = full.server.app.state
    key = state.store["extension_group"].copy().new_key()
    full.http.post(f"{path}/", json={"name": "One more"}, headers=headers)
    state.max_entries += 1
    assert full.make_group(headers, "Room again") == key
