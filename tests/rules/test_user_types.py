"""The users of the fixtures as they are told of themselves, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.server import RunningMock

# The answer of whoami in the order of its keys, where a user has nothing of its own.
WHOAMI = {
    "dealer_id": None,
    "admin": False,
    "extra_params": None,
    "access": "full",
    "extension_id": None,
    "client_id": None,
    "extension_group_id": None,
    "timezone": "Europe/Moscow",
    "login": "",
    "id": 0,
}


@pytest.mark.parametrize(
    ("login", "own"),
    [
        ("client-admin", {"id": 101, "client_id": 12}),
        (
            "sales-viewer",
            {
                "id": 105,
                "extension_group_id": 3,
                "access": "read_only",
                "timezone": "Asia/Yekaterinburg",
            },
        ),
        (
            "support-lead",
            {"id": 107, "extension_group_id": 5, "extra_params": '{"theme": "dark"}'},
        ),
        ("petrov-phone", {"id": 109, "extension_id": 30}),
        ("sidorov-phone", {"id": 110, "extension_id": 28, "access": "read_only"}),
    ],
)
def test_whoami_sets_just_the_owner_id_of_the_users_type(
    mock: RunningMock, login: str, own: dict[str, Any]
) -> None:
    response = mock.as_user(login).get("/user/")
    # As text, since the order of the keys counts.
    assert json.dumps(response.json()) == json.dumps({**WHOAMI, "login": login, **own})
