"""Every row of the table of errors (contract section 2), for every operation that it binds."""

from __future__ import annotations

import re

import httpx
import pytest

from ringme_contract.pytest_items import served
from support.checked import checked_app
from support.operations import (
    BY_ID,
    NEVER_EXISTED,
    OF_CLIENT_13,
    OPERATIONS,
    Operation,
    broken_bodies,
    broken_parameters,
    each_operation,
    outcome,
)
from support.server import API, Api, RunningMock

# Items of client 12 that are not in its group 3: of a sibling group, and of a number in no group.
OUTSIDE_OF_SALES = {
    "record": ("36-900EBDE05C906477D4766DC2358982A4", "38-312423C5FC6005227B3B878B02DB66AF"),
    "voicemail": ("36-16BF796DF371BA834555830916CC1782", "38-A8993ABE00FD552AC6433D7546A78B5B"),
    "fax": ("57ecf8ed-cd51-4cd0-b352-a3564b7c6da8", "bd24ca9f-3e10-4c67-bd92-a0bda2340b7c"),
}
OWNERS = [operation for operation in OPERATIONS if operation.in_path]
ITEMS = [operation for operation in OPERATIONS if len(operation.in_path) == 2]


def _named(operations: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=[one.id for one in operations])


def _assert_names(response: httpx.Response, field: str) -> None:
    assert response.status_code == 400
    assert list(response.json()) == ["message"]
    assert re.search(rf"\b{field}\b", response.json()["message"])


# --- 400


@pytest.mark.rule("error-validation")
@pytest.mark.parametrize(("operation", "name", "value"), broken_bodies())
def test_a_body_that_breaks_its_schema_is_refused_by_the_name_of_the_key(
    admin: Api, operation: Operation, name: str, value: object
) -> None:
    body = {**(operation.body or {}), name: value}
    _assert_names(operation.send(admin, body=body), name)


@pytest.mark.rule("error-validation")
@_named([operation for operation in OPERATIONS if operation.required])
def test_a_body_that_lacks_a_required_key_is_refused_by_the_name_of_the_key(
    admin: Api, operation: Operation
) -> None:
    for name in operation.required:
        body = {key: value for key, value in (operation.body or {}).items() if key != name}
        _assert_names(operation.send(admin, body=body), name)


@pytest.mark.rule("error-validation")
@pytest.mark.parametrize(("operation", "name", "text"), broken_parameters("query"))
def test_a_bad_query_value_is_refused_by_the_name_of_the_parameter(
    admin: Api, operation: Operation, name: str, text: str
) -> None:
    _assert_names(operation.send(admin, query={**operation.query, name: text}), name)


@pytest.mark.rule("error-validation")
@pytest.mark.parametrize("name", ["start_datetime", "end_datetime"])
@_named([one for one in OPERATIONS if "start_datetime" in one.query])
def test_a_range_is_missed_by_name_for_records_and_voicemail_and_optional_elsewhere(
    admin: Api, operation: Operation, name: str
) -> None:
    query = {key: value for key, value in operation.query.items() if key != name}
    response = operation.send(admin, query=query)
    if operation.collection in ("record", "voicemail"):
        _assert_names(response, name)
    else:
        assert response.status_code == 200


@pytest.mark.rule("error-validation")
@pytest.mark.parametrize(("operation", "name", "text"), broken_parameters("path"))
def test_a_bad_id_in_the_path_is_refused_by_the_name_of_the_parameter(
    admin: Api, operation: Operation, name: str, text: str
) -> None:
    _assert_names(operation.send(admin, {name: text}), name)


# --- 401


def _assert_unauthorized(response: httpx.Response) -> None:
    assert response.status_code == 401
    assert response.json() == {"message": "Unauthorized"}
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.rule("error-unauthorized")
@each_operation
def test_without_a_good_header_the_answer_is_401(mock: RunningMock, operation: Operation) -> None:
    anonymous, token = mock.anonymous(), mock.token()["access_token"]
    _assert_unauthorized(operation.send(anonymous))
    for header in (
        "Bearer",
        token,
        f"Token {token}",
        f"Basic {token}",
        "Basic YzEyOmMwZmZlZQ==",
        f'Bearer "{token}"',
        f"Bearer {token} {token}",
        f"Bearer {token[:-1]}",
        f"Bearer {token.swapcase()}",
        "Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ):
        _assert_unauthorized(operation.send(anonymous, headers={"Authorization": header}))


@pytest.mark.rule("error-unauthorized")
def test_an_expired_token_is_401_everywhere(mock: RunningMock, admin: Api) -> None:
    mock.clock.advance(3601)
    for operation in OPERATIONS:
        _assert_unauthorized(operation.send(admin))


@pytest.mark.rule("error-unauthorized")
def test_the_token_of_a_deleted_user_is_401_everywhere(mock: RunningMock, admin: Api) -> None:
    lead = mock.as_user("sales-lead")
    assert admin.delete("/client/@me/user/extension_group/104").status_code == 204
    for operation in OPERATIONS:
        _assert_unauthorized(operation.send(lead))


@pytest.mark.rule("error-unauthorized")
def test_only_access_tokens_in_the_header_count(mock: RunningMock) -> None:
    answer = mock.token("client-admin")
    _assert_unauthorized(Api(mock, answer["refresh_token"]).get("/user/"))
    _assert_unauthorized(mock.anonymous().get("/user/", access_token=answer["access_token"]))


# --- 403


@pytest.mark.rule("error-user-blocked")
def test_a_user_who_is_blocked_later_is_refused_everywhere(mock: RunningMock, admin: Api) -> None:
    lead = mock.as_user("sales-lead")
    user = "/client/@me/user/extension_group/104"
    assert admin.put(user, {"status": "blocked"}).status_code == 200
    answers = {one.id: outcome(one.send(lead)) for one in OPERATIONS}
    assert answers == dict.fromkeys(answers, (403, "user_blocked"))
    assert admin.put(user, {"status": "active"}).status_code == 200
    assert lead.get("/user/").status_code == 200


@pytest.mark.rule("error-user-blocked")
def test_all_users_of_a_client_that_is_blocked_later_are_refused_everywhere() -> None:
    app = checked_app()
    with served(app) as url:
        mock = RunningMock(app, url)
        with mock.http:
            users = [mock.as_user(login) for login in ("client-admin", "sales-lead")]
            other = mock.as_user("other-admin")
            # No operation blocks a client.
            app.state.store["client"].update(12, {"status": "blocked"})
            for user in users:
                answers = {one.id: outcome(one.send(user)) for one in OPERATIONS}
                assert answers == dict.fromkeys(answers, (403, "user_blocked"))
            assert other.get("/user/").status_code == 200


@pytest.mark.rule("error-access-denied")
@_named(OWNERS)
def test_what_belongs_to_another_client_is_out_of_reach(admin: Api, operation: Operation) -> None:
    owner = operation.in_path[0]
    response = operation.send(admin, {owner["name"]: OF_CLIENT_13[owner["x-collection"]]})
    assert outcome(response) == (403, "access_denied")


# --- 404


@pytest.mark.rule("error-client-not-found", "error-not-found")
@pytest.mark.parametrize("login", ["client-admin", "sales-lead", "petrov-phone"])
@_named(OWNERS)
def test_an_owner_that_never_existed_is_404_for_everybody(
    mock: RunningMock, operation: Operation, login: str
) -> None:
    kind = operation.in_path[0]["x-collection"]
    response = operation.send(
        mock.as_user(login), {operation.in_path[0]["name"]: NEVER_EXISTED[kind]}
    )
    assert outcome(response) == (404, f"{kind}_not_found")


@pytest.mark.rule("error-not-found")
@pytest.mark.parametrize("ids", [NEVER_EXISTED, OF_CLIENT_13], ids=["nobody's", "client 13's"])
@_named(ITEMS)
def test_an_item_that_never_existed_or_is_of_another_client_is_not_there(
    admin: Api, operation: Operation, ids: dict[str, str]
) -> None:
    kind = operation.in_path[1]["x-collection"]
    response = operation.send(admin, {operation.in_path[1]["name"]: ids[kind]})
    assert outcome(response) == (404, f"{kind}_not_found")


@pytest.mark.rule("error-not-found")
@_named([one for one in ITEMS if one.section == "extension_group"])
def test_an_item_outside_of_the_group_is_not_there(admin: Api, operation: Operation) -> None:
    name, kind = operation.in_path[1]["name"], operation.collection
    for item in OUTSIDE_OF_SALES[kind]:
        assert outcome(operation.send(admin, {name: item})) == (404, f"{kind}_not_found")


@pytest.mark.rule("error-not-found")
@pytest.mark.parametrize(
    ("operation", "item"),
    [
        ("downloadGroupRecord", "31-27307B9FD3137AE836842AA2D76969EC"),
        ("downloadClientRecord", "31-27307B9FD3137AE836842AA2D76969EC"),
        ("downloadGroupVoicemail", "31-25E671FDA004FEECDD5DD5F8C1DD4588"),
    ],
)
def test_records_and_voicemail_are_not_found_as_each_other(
    admin: Api, operation: str, item: str
) -> None:
    found = BY_ID[operation]
    expected = (404, f"{found.collection}_not_found")
    assert outcome(found.send(admin, {"record_uuid": item})) == expected


@pytest.mark.rule("error-not-found")
@pytest.mark.parametrize("operation", ["getGroupUser", "updateGroupUser", "deleteGroupUser"])
@pytest.mark.parametrize("user", [101, 109], ids=["of the client", "of a number"])
def test_a_user_who_is_not_of_a_group_is_not_there(admin: Api, operation: str, user: int) -> None:
    assert outcome(BY_ID[operation].send(admin, {"user_id": user})) == (404, "user_not_found")


@pytest.mark.rule("error-not-found")
@pytest.mark.parametrize("group", [4, 999], ids=["of another client", "never existed"])
@pytest.mark.parametrize(
    "operation", ["createExtension", "updateExtension", "createGroupUser", "updateGroupUser"]
)
def test_a_group_that_the_body_names_must_be_there(admin: Api, operation: str, group: int) -> None:
    found = BY_ID[operation]
    response = found.send(admin, body={**(found.body or {}), "extension_group_id": group})
    assert outcome(response) == (404, "extension_group_not_found")


# --- 404 and 405 of the route


@pytest.mark.rule("error-no-route")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/client/",
        "/client/12/",
        "/client/12/call_history/",
        "/client/12/user/",
        "/extension/30",
        "/extension_group/3/",
        "/extension_group/3/cdr/",
        "/extension_group/3/record/stats/more/",
        "/user/101",
        "/no/such/path",
    ],
)
def test_a_path_that_the_api_does_not_have_is_404_without_a_status_word(
    admin: Api, method: str, path: str
) -> None:
    response = admin.request(method, API + path)
    assert (response.status_code, list(response.json())) == (404, ["message"])


@pytest.mark.rule("error-no-route", "base")
@pytest.mark.parametrize(
    "path", ["/api/ver2.0/user/", "/api/user/", "/user/", "/ver1.0/user/", "/oauth/", "/api/"]
)
def test_the_api_is_nowhere_else(admin: Api, path: str) -> None:
    response = admin.request("GET", path)
    assert (response.status_code, list(response.json())) == (404, ["message"])


@pytest.mark.rule("error-no-route", "no-patch")
@each_operation
def test_a_method_that_the_path_lacks_is_405_with_those_it_has(
    admin: Api, operation: Operation
) -> None:
    methods = {one.method for one in OPERATIONS if one.template == operation.template}
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - methods:
        response = admin.request(method, operation.path())
        assert (response.status_code, list(response.json())) == (405, ["message"])
        assert set(response.headers["Allow"].split(", ")) == methods
