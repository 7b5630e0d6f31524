"""Behaviour of numbers that the contract leaves open."""

from __future__ import annotations

import pytest

from support.operations import accepted
from support.server import Api, RunningMock

EXTENSIONS = "/client/12/extension/"


@pytest.mark.parametrize("name", ["000*302", "302"])
def test_update_with_the_current_name_is_not_a_rename(admin: Api, name: str) -> None:
    was = admin.read(f"{EXTENSIONS}31")
    response = accepted(admin.put(f"{EXTENSIONS}31", {"name": name, "label": "Other"}))
    assert response == {**was, "label": "Other"}
    assert admin.read(f"{EXTENSIONS}31") == response


def test_deleting_a_number_deletes_its_users(mock: RunningMock, admin: Api) -> None:
    phone, neighbour = mock.as_user("petrov-phone"), mock.as_user("sidorov-phone")
    accepted(admin.delete(f"{EXTENSIONS}30"), 204)
    assert phone.get("/user/").status_code == 401
    accepted(neighbour.get("/user/"))
