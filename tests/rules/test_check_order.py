"""The order of checks (contract section 2): of two things wrong with a request the earlier answers.

Each test breaks two neighbours of the order, so that together they hold all of it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ringme_spec.paths import FIXTURES
from support.operations import BY_ID, OPERATIONS, Operation, each_operation, outcome
from support.server import API, LIMITED, LOGIN_CALL_API, Api, RunningMock, running_mock

GROUPS = "/client/12/extension_group/"
REVERSED = {"start_datetime": "2016-04-21 00:00:00", "end_datetime": "2016-04-01 00:00:00"}

pytestmark = pytest.mark.rule("check-order")


# --- route, then token


def test_a_path_that_is_not_there_is_404_even_without_a_token(mock: RunningMock) -> None:
    assert outcome(mock.anonymous().get("/client/12/calls/")) == (404, None)


@each_operation
def test_a_method_that_the_path_lacks_is_405_even_without_a_token(
    mock: RunningMock, operation: Operation
) -> None:
    assert mock.anonymous().request("PATCH", operation.path()).status_code == 405


# --- token, then limit, then blocked


def _use_up_the_limit(mock: RunningMock) -> Api:
    api = mock.as_application(LIMITED)
    for _ in range(5):
        assert api.get("/user/").status_code == 200
    assert outcome(api.get("/user/")) == (429, "rate_limit_exceeded")
    return api


def test_an_expired_token_is_401_though_the_limit_is_used_up(mock: RunningMock) -> None:
    old = mock.as_application(LIMITED)
    mock.clock.advance(3601)
    _use_up_the_limit(mock)
    assert old.get("/user/").status_code == 401


def test_a_path_that_is_not_there_is_404_though_the_limit_is_used_up(mock: RunningMock) -> None:
    assert _use_up_the_limit(mock).get("/calls/").status_code == 404


def test_the_limit_is_429_before_anything_else_is_checked(mock: RunningMock) -> None:
    api = _use_up_the_limit(mock)
    assert api.post("/client/999/extension_group/", {}).status_code == 429


def test_a_blocked_user_past_the_limit_is_429(tmp_path: Path) -> None:
    # The fixtures have no user who can be blocked in a client whose limit is low.
    fixtures = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, fixtures)
    applications = fixtures / "application.yaml"
    entry = "  - name: Web cabinet\n"
    text = applications.read_text("utf-8")
    assert entry in text
    applications.write_text(text.replace(entry, f"{entry}    rate_limit: 2\n"), "utf-8")
    with running_mock(fixtures=fixtures) as mock:
        lead, admin = mock.as_user("sales-lead"), mock.as_user("client-admin")
        admin.put("/client/12/user/extension_group/104", {"status": "blocked"})
        assert outcome(lead.get("/user/")) == (403, "user_blocked")
        assert outcome(lead.get("/user/")) == (429, "rate_limit_exceeded")


def test_an_expired_token_of_a_blocked_user_is_401(mock: RunningMock) -> None:
    lead = mock.as_user("sales-lead")
    mock.clock.advance(3601)
    mock.as_user("client-admin").put("/client/12/user/extension_group/104", {"status": "blocked"})
    assert lead.get("/user/").status_code == 401


# --- blocked, then the level of the application, then that of the user


@pytest.mark.parametrize("user", [104, 105], ids=["full", "read_only"])
def test_a_blocked_user_is_user_blocked_before_what_it_may_do_counts(
    mock: RunningMock, admin: Api, user: int
) -> None:
    login = {104: "sales-lead", 105: "sales-viewer"}[user]
    through_each = [mock.as_user(login), mock.as_user(login, LOGIN_CALL_API)]
    admin.put(f"/client/12/user/extension_group/{user}", {"status": "blocked"})
    for api in through_each:
        for operation in OPERATIONS:
            assert outcome(operation.send(api)) == (403, "user_blocked")


@each_operation
def test_the_level_of_the_application_counts_before_that_of_the_user(
    mock: RunningMock, operation: Operation
) -> None:
    answer = outcome(operation.send(mock.as_user("client-reader", LOGIN_CALL_API)))
    if operation.changes_configuration:
        assert answer == (403, "app_access_type_deny")
    elif operation.method == "DELETE":
        assert answer == (403, "user_access_type_deny")
    else:
        assert answer == (200, None)


# --- the levels, then parameters and body


BROKEN: list[Any] = [
    pytest.param("POST", GROUPS, {"json": {}}, 400, id="no key"),
    pytest.param("POST", GROUPS, {"content": b"{"}, 400, id="no JSON"),
    pytest.param("POST", GROUPS, {"content": b"\xff"}, 400, id="no UTF-8"),
    pytest.param("POST", GROUPS, {"data": {"name": "Partners"}}, 415, id="a form"),
    pytest.param("PUT", f"{GROUPS}zero", {"json": {"name": "Partners"}}, 400, id="path"),
    pytest.param("DELETE", f"{GROUPS}0", {}, 400, id="path of DELETE"),
]


@pytest.mark.parametrize(("method", "path", "arguments", "code"), BROKEN)
def test_the_levels_count_before_parameters_and_body(
    mock: RunningMock, admin: Api, method: str, path: str, arguments: dict[str, Any], code: int
) -> None:
    reader = mock.as_user("client-reader").request(method, API + path, **arguments)
    assert outcome(reader) == (403, "user_access_type_deny")
    call_api = mock.as_user("client-admin", LOGIN_CALL_API)
    assert outcome(call_api.request(method, API + path, **arguments)) == (
        403,
        "app_access_type_deny",
    )
    assert admin.request(method, API + path, **arguments).status_code == code


def test_the_level_of_the_user_counts_before_the_query(mock: RunningMock) -> None:
    viewer = mock.as_user("sales-viewer")
    refused = viewer.delete("/extension_group/3/record/", start_datetime="yesterday")
    assert outcome(refused) == (403, "user_access_type_deny")


# --- parameters and body, then the owner in the path


@pytest.mark.parametrize(("method", "path", "arguments", "code"), BROKEN)
@pytest.mark.parametrize(
    ("login", "client"),
    [("client-admin", 999), ("client-admin", 13), ("sales-lead", 12)],
    ids=["no such client", "another client", "group user"],
)
def test_parameters_and_body_count_before_the_owner(
    mock: RunningMock,
    login: str,
    client: int,
    method: str,
    path: str,
    arguments: dict[str, Any],
    code: int,
) -> None:
    path = path.replace("/12/", f"/{client}/")
    answer = mock.as_user(login).request(method, API + path, **arguments)
    assert outcome(answer) == (code, None)


@pytest.mark.parametrize("group", [999, 4], ids=["no such group", "another client's"])
def test_the_query_counts_before_the_owner(admin: Api, group: int) -> None:
    path = f"/extension_group/{group}"
    assert admin.get(f"{path}/record/").status_code == 400
    assert admin.get(f"{path}/fax/", order="up").status_code == 400
    assert admin.get(f"{path}/extension/", per_page="1001").status_code == 400


# --- the owner: 404, then 403, then the item


def test_an_owner_that_is_not_there_is_404_for_who_could_not_reach_it_either(
    mock: RunningMock,
) -> None:
    lead, petrov = mock.as_user("sales-lead"), mock.as_user("petrov-phone")
    assert outcome(lead.get("/client/999/fax/")) == (404, "client_not_found")
    assert outcome(lead.get("/extension/999/fax/")) == (404, "extension_not_found")
    assert outcome(petrov.get("/extension_group/999/fax/")) == (404, "extension_group_not_found")


ITEMS = [operation for operation in OPERATIONS if len(operation.in_path) == 2]


@pytest.mark.parametrize("operation", ITEMS, ids=[one.id for one in ITEMS])
def test_an_owner_out_of_reach_is_403_whether_or_not_the_item_is_there(
    mock: RunningMock, operation: Operation
) -> None:
    item = operation.in_path[1]["name"]
    for login in ("other-admin", "support-lead", "petrov-phone"):
        api = mock.as_user(login)
        for sent in ({"client_id": 12}, {"client_id": 12, item: 999}):
            assert outcome(operation.send(api, sent)) == (403, "access_denied")


@pytest.mark.parametrize("operation", ITEMS, ids=[one.id for one in ITEMS])
def test_an_owner_that_is_not_there_is_404_before_the_item_is(
    admin: Api, operation: Operation
) -> None:
    owner, item = operation.in_path
    answer = operation.send(admin, {owner["name"]: 999, item["name"]: 999})
    assert outcome(answer) == (404, f"{owner['x-collection']}_not_found")


# --- the owner and the item, then the rules of the operation


@pytest.mark.parametrize("operation", ["listGroupRecords", "deleteGroupRecords"])
def test_the_owner_counts_before_the_rules_of_the_range(
    mock: RunningMock, admin: Api, operation: str
) -> None:
    found = BY_ID[operation]
    support = mock.as_user("support-lead")
    assert outcome(found.send(admin, {"ext_group_id": 999}, query=REVERSED))[0] == 404
    assert outcome(found.send(support, query=REVERSED)) == (403, "access_denied")
    assert outcome(found.send(admin, query=REVERSED)) == (400, None)


# A body that fits its schema and breaks a rule, and how it does so where the item is there.
RULE_BREAKERS: list[Any] = [
    pytest.param("updateExtension", {"name": "000*999"}, (400, None), id="rename"),
    pytest.param(
        "updateExtension",
        {"extension_group_id": 999},
        (404, "extension_group_not_found"),
        id="place in no group",
    ),
    pytest.param("updateGroupUser", {"login": "client-admin"}, (400, None), id="taken login"),
    pytest.param(
        "updateGroupUser",
        {"extension_group_id": 4},
        (404, "extension_group_not_found"),
        id="put into no group",
    ),
]


@pytest.mark.parametrize(("operation", "body", "broken"), RULE_BREAKERS)
def test_the_item_counts_before_the_rules_of_the_operation(
    mock: RunningMock, admin: Api, operation: str, body: object, broken: tuple[int, str | None]
) -> None:
    found = BY_ID[operation]
    item = found.in_path[1]["name"]
    lead = mock.as_user("sales-lead")
    assert outcome(found.send(lead, {"client_id": 12}, body=body)) == (403, "access_denied")
    missing = (404, f"{found.collection}_not_found")
    assert outcome(found.send(admin, {item: 999}, body=body)) == missing
    assert outcome(found.send(admin, body=body)) == broken


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("createExtension", {"name": "39"}),
        ("createExtension", {"name": "300"}),
        ("createExtension", {"name": "399", "extension_group_id": 999}),
        ("createGroupUser", {**(BY_ID["createGroupUser"].body or {}), "login": "sales-lead"}),
    ],
    ids=["too few digits", "taken number", "no such group", "taken login"],
)
def test_the_client_counts_before_the_rules_of_creation(
    mock: RunningMock, admin: Api, operation: str, body: object
) -> None:
    found = BY_ID[operation]
    lead = mock.as_user("sales-lead")
    assert outcome(found.send(admin, {"client_id": 999}, body=body)) == (404, "client_not_found")
    assert outcome(found.send(lead, {"client_id": 12}, body=body)) == (403, "access_denied")
    assert found.send(admin, body=body).status_code in (400, 404)
