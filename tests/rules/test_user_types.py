"""What a user of each type reaches, and what it is told of itself (contract section 3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.operations import outcome
from support.server import Api, RunningMock

RANGE = {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-04-21 23:59:59"}
MEMBERS_OF_SALES = (31, 32, 33, 34, 39)
OTHERS_OF_CLIENT_12 = (28, 30, 35, 36, 37, 38, 40, 41, 42)
OF_OTHER_CLIENTS = (20, 21, 22, 23, 50, 55)
GROUPS_OF_CLIENT_12 = (3, 5, 8, 9)
GROUPS_OF_OTHER_CLIENTS = (4, 7, 11, 13)

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


def _reached(api: Api, kind: str, ids: tuple[int, ...], what: str = "fax") -> dict[int, Any]:
    return {one: outcome(api.get(f"/{kind}/{one}/{what}/")) for one in ids}


def _all(ids: tuple[int, ...], code: int, status: str | None = None) -> dict[int, Any]:
    return dict.fromkeys(ids, (code, status))


@pytest.mark.rule("user-types")
def test_a_client_user_reaches_all_groups_and_numbers_of_its_client(admin: Api) -> None:
    numbers = (*MEMBERS_OF_SALES, *OTHERS_OF_CLIENT_12)
    assert _reached(admin, "extension", numbers) == _all(numbers, 200)
    assert _reached(admin, "extension_group", GROUPS_OF_CLIENT_12) == _all(GROUPS_OF_CLIENT_12, 200)


@pytest.mark.rule("user-types", "error-access-denied")
def test_a_client_user_reaches_nothing_of_another_client(admin: Api) -> None:
    denied = (403, "access_denied")
    groups = GROUPS_OF_OTHER_CLIENTS
    assert _reached(admin, "extension", OF_OTHER_CLIENTS) == _all(OF_OTHER_CLIENTS, *denied)
    assert _reached(admin, "extension_group", groups, "extension") == _all(groups, *denied)
    assert _reached(admin, "client", (13, 14, 15)) == _all((13, 14, 15), *denied)


@pytest.mark.rule("user-types", "error-access-denied")
def test_a_group_user_reaches_the_members_of_its_group_and_no_other_number(
    mock: RunningMock,
) -> None:
    lead = mock.as_user("sales-lead")
    others = (*OTHERS_OF_CLIENT_12, *OF_OTHER_CLIENTS)
    assert _reached(lead, "extension", MEMBERS_OF_SALES) == _all(MEMBERS_OF_SALES, 200)
    assert _reached(lead, "extension", others) == _all(others, 403, "access_denied")


@pytest.mark.rule("user-types", "error-access-denied")
@pytest.mark.parametrize(("login", "own"), [("sales-lead", 3), ("support-lead", 5)])
def test_a_group_user_reaches_its_own_group_alone(mock: RunningMock, login: str, own: int) -> None:
    groups = (*GROUPS_OF_CLIENT_12, *GROUPS_OF_OTHER_CLIENTS)
    expected = _all(groups, 403, "access_denied") | {own: (200, None)}
    assert _reached(mock.as_user(login), "extension_group", groups) == expected


@pytest.mark.rule("user-types", "error-access-denied")
@pytest.mark.parametrize("what", ["record", "voicemail", "fax", "reg_status_log"])
def test_an_extension_user_reaches_its_own_number_alone(mock: RunningMock, what: str) -> None:
    petrov = mock.as_user("petrov-phone")
    assert petrov.get(f"/extension/30/{what}/", **RANGE).status_code == 200
    for other in (28, 31, 20):
        denied = petrov.get(f"/extension/{other}/{what}/", **RANGE)
        assert outcome(denied) == (403, "access_denied")


@pytest.mark.rule("user-types", "error-access-denied")
def test_an_extension_user_does_not_reach_the_group_of_its_number(
    mock: RunningMock, admin: Api
) -> None:
    assert admin.put("/client/@me/extension/30", {"extension_group_id": 3}).status_code == 200
    petrov = mock.as_user("petrov-phone")
    assert outcome(petrov.get("/extension_group/3/extension/")) == (403, "access_denied")
    # Nor the other members of that group.
    assert outcome(petrov.get("/extension/31/fax/")) == (403, "access_denied")


@pytest.mark.rule("access")
def test_the_access_of_a_user_counts_at_once_for_tokens_it_already_has(
    mock: RunningMock, admin: Api
) -> None:
    lead = mock.as_user("sales-lead")
    fax = "/extension_group/3/fax/4b95953c-302d-4742-89b1-1c422a845b77"
    assert admin.put("/client/@me/user/extension_group/104", {"access": "read_only"}).is_success
    assert lead.get(fax).status_code == 200
    assert outcome(lead.delete(fax)) == (403, "user_access_type_deny")
    assert admin.put("/client/@me/user/extension_group/104", {"access": "full"}).is_success
    assert lead.delete(fax).status_code == 204


@pytest.mark.rule("whoami", "access")
@pytest.mark.parametrize(
    ("login", "own"),
    [
        ("client-admin", {"id": 101, "client_id": 12}),
        ("client-reader", {"id": 102, "client_id": 12, "access": "read_only"}),
        ("other-admin", {"id": 201, "client_id": 13}),
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


@pytest.mark.rule("whoami")
def test_whoami_of_an_extension_user_stays_the_same_when_the_number_is_in_a_group(
    mock: RunningMock, admin: Api
) -> None:
    assert admin.put("/client/@me/extension/30", {"extension_group_id": 3}).status_code == 200
    user = mock.as_user("petrov-phone").read("/user/")
    assert (user["extension_id"], user["extension_group_id"]) == (30, None)


@pytest.mark.rule("whoami")
def test_whoami_of_a_new_group_user_shows_what_it_was_created_with(
    mock: RunningMock, admin: Api
) -> None:
    created = admin.post(
        "/client/@me/user/extension_group/",
        {
            "name": "Anna Lebedeva",
            "login": "lebedeva",
            "password": "mock-lebedeva",
            "email": "lebedeva@example.com",
            "extension_group_id": 8,
            "access": "read_only",
            "extra_params": "312",
            "timezone": "Asia/Omsk",
        },
    )
    assert mock.as_user("lebedeva").read("/user/") == {
        **WHOAMI,
        "id": created.json()["id"],
        "login": "lebedeva",
        "access": "read_only",
        "extra_params": "312",
        "extension_group_id": 8,
        "timezone": "Asia/Omsk",
    }
