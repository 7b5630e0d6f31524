"""Users of one group: rules group-user-* and user-* of section 6 of the contract."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from typing import Any

import httpx
import pytest

from support.server import API, LOGIN, OTHER_LOGIN, SECRETS, Api, RunningMock
from support.views import (
    WINDOWS,
    Example,
    accepted,
    brief,
    examples,
    items,
    log_in,
    members,
    refused,
    session,
    snapshot,
    users,
)

USERS = "/client/12/user/extension_group/"
PASSWORD = "s3cret-Pa55word"
ANNA = {
    "name": "Anna Lebedeva",
    "login": "lebedeva",
    "password": PASSWORD,
    "email": "lebedeva@example.com",
    "extension_group_id": 3,
}
# All keys of the answer in its order, with what they are if the request does not say.
SHOWN = {
    "id": 0,
    "name": "Anna Lebedeva",
    "login": "lebedeva",
    "email": "lebedeva@example.com",
    "extension_group_id": 3,
    "access": "full",
    "status": "active",
    "comment": None,
    "extra_params": None,
    "timezone": "Europe/Moscow",
}
# Paths of the group section with a member and the items of group 3; the number section of 31.
OWN: dict[str, Any] = {"ext_group_id": 3, "extension_id": 31, "client_id": 12}
GROUP_SECTION = examples(under="/extension_group/", **OWN)


def create(admin: Api, /, **body: Any) -> dict[str, Any]:
    user: dict[str, Any] = accepted(admin.post(USERS, {**ANNA, **body}), 201)
    return user


@pytest.mark.rule("group-user-create")
def test_a_new_user_has_defaults_and_no_password(admin: Api) -> None:
    before = admin.read(USERS)
    new = create(admin, email_notify=True, email_for_notify="x@example.com")
    assert new == {**SHOWN, "id": new["id"]}
    assert list(new) == list(SHOWN)
    assert admin.read(f"{USERS}{new['id']}") == new
    assert admin.read(USERS) == sorted([*before, new], key=lambda one: one["id"])


@pytest.mark.rule("group-user-create")
def test_a_new_user_takes_each_setting_and_an_update_just_those_sent(admin: Api) -> None:
    settings = {"access": "read_only", "status": "blocked", "comment": "", "extra_params": "null"}
    settings["timezone"] = "Asia/Omsk"
    new = create(admin, **settings)
    assert new == {**SHOWN, **settings, "id": new["id"]}
    assert accepted(admin.put(f"{USERS}{new['id']}", {})) == new
    changes = {"name": "Анна", "email": "a@b", "comment": None, "extra_params": None}
    assert accepted(admin.put(f"{USERS}{new['id']}", changes)) == {**new, **changes}
    assert admin.read(f"{USERS}{new['id']}") == {**new, **changes}


@pytest.mark.rule("group-user-create")
def test_a_new_user_can_log_in_and_is_of_its_group(mock: RunningMock, admin: Api) -> None:
    new = create(admin, login="Анна", password="пароль \U0001f511")
    me = session(mock, "Анна", "пароль \U0001f511").read("/user/")
    owners = {"dealer_id": None, "client_id": None, "extension_id": None, "extension_group_id": 3}
    assert {name: me[name] for name in owners} == owners
    assert (me["id"], me["login"], me["access"]) == (new["id"], "Анна", "full")
    assert log_in(mock, "Анна", "пароль").status_code == 401


@pytest.mark.rule("group-user-create")
@pytest.mark.parametrize("taken", [user["login"] for user in users()])
def test_a_login_is_taken_by_any_user_of_the_service(admin: Api, taken: str) -> None:
    before = admin.read(USERS)
    refused(admin.post(USERS, {**ANNA, "login": taken}), 400, field="login")
    if taken != "sales-lead":
        refused(admin.put(f"{USERS}104", {"name": "x", "login": taken}), 400, field="login")
    assert admin.read(USERS) == before


@pytest.mark.rule("group-user-create")
def test_a_login_is_taken_across_clients_and_free_for_its_owner(
    mock: RunningMock, admin: Api
) -> None:
    other = mock.as_user("other-admin")
    new = create(admin)
    body = {**ANNA, "extension_group_id": 4}
    refused(other.post("/client/13/user/extension_group/", body), 400, field="login")
    assert accepted(admin.put(f"{USERS}{new['id']}", {"login": "lebedeva"})) == new
    accepted(admin.put(f"{USERS}{new['id']}", {"login": "renamed"}))
    accepted(other.post("/client/13/user/extension_group/", body), 201)
    accepted(log_in(mock, "renamed", PASSWORD))
    accepted(log_in(mock, "lebedeva", PASSWORD, OTHER_LOGIN))


@pytest.mark.rule("group-user-create")
@pytest.mark.parametrize(
    ("field", "value"),
    [(name, None) for name in ANNA]
    + [("name", ""), ("login", "x" * 256), ("login", ""), ("password", ""), ("password", 12)]
    + [("email", "nobody"), ("access", "write"), ("status", "gone"), ("extra_params", {})]
    + [("extension_group_id", "3"), ("email_notify", "yes"), ("timezone", "")],
    ids=brief,
)
def test_a_broken_field_is_refused_by_name(
    mock: RunningMock, admin: Api, field: str, value: object
) -> None:
    before = admin.read(USERS)
    refused(admin.post(USERS, {**ANNA, field: value}), 400, field=field)
    refused(admin.put(f"{USERS}104", {"comment": "x", field: value}), 400, field=field)
    if field in ANNA:
        missing = {name: ANNA[name] for name in ANNA if name != field}
        refused(admin.post(USERS, missing), 400, field=field)
    assert admin.read(USERS) == before


@pytest.mark.rule("group-user-create")
@pytest.mark.parametrize("group", [999, 4])
def test_a_user_needs_a_group_of_the_client(admin: Api, group: int) -> None:
    before = admin.read(USERS)
    body = {**ANNA, "extension_group_id": group}
    refused(admin.post(USERS, body), 404, "extension_group_not_found")
    refused(admin.put(f"{USERS}104", body), 404, "extension_group_not_found")
    assert admin.read(USERS) == before


@pytest.mark.rule("group-user-create")
@pytest.mark.parametrize("user", [101, 109, 202, 999])
def test_other_users_are_not_among_the_users_of_groups(admin: Api, user: int) -> None:
    under = "/client/{client_id}/user/extension_group/{user_id}"
    for example in examples(under=under, client_id=12, user_id=user):
        refused(example.send(admin), 404, "user_not_found")
    assert user not in [one["id"] for one in admin.read(USERS)]


@pytest.mark.rule("group-user-create")
def test_the_password_is_in_no_answer_and_no_log(
    mock: RunningMock, admin: Api, caplog: pytest.LogCaptureFixture
) -> None:
    # Servers keep these from the root logger, where caplog listens.
    apart = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.access", "uvicorn.error")]
    levels = [logger.level for logger in apart]
    caplog.set_level(logging.DEBUG)
    for logger in apart:
        logger.addHandler(caplog.handler)
        logger.setLevel(logging.DEBUG)
    try:
        answers = [admin.post(USERS, ANNA)]
        path = f"{USERS}{answers[0].json()['id']}"
        answers += [
            admin.get(path),
            admin.get(USERS),
            admin.put(path, {"password": PASSWORD + "2"}),
        ]
        lead = session(mock, "lebedeva", PASSWORD + "2")
        answers += [lead.get("/user/"), admin.post(USERS, ANNA), log_in(mock, "lebedeva", PASSWORD)]
        for body in ({**ANNA, "password": PASSWORD * 20}, {**ANNA, "password": [PASSWORD]}):
            answers += [admin.post(USERS, body), admin.put(path, body)]
        answers.append(admin.request("POST", API + USERS, content=f'{{"password": "{PASSWORD}"'))
    finally:
        for logger, level in zip(apart, levels, strict=True):
            logger.removeHandler(caplog.handler)
            logger.setLevel(level)
    assert [one.status_code for one in answers] == [
        201,
        200,
        200,
        200,
        200,
        *[400, 401],
        *[400] * 5,
    ]
    assert not [one.text for one in answers if PASSWORD in one.text]
    # What the tests' own HTTP client logs is not the mock's.
    lines = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    assert [line for line in lines if f"POST {API}{USERS}" in line]
    assert not [line for line in lines if PASSWORD in line]


@pytest.mark.rule("group-user-create")
def test_the_password_of_a_login_by_query_is_in_no_log_either() -> None:
    command = [sys.executable, "-m", "ringme_mock", "serve", "--port", "0", "--log-level", "debug"]
    output = subprocess.PIPE
    with subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        try:
            found = next(filter(None, (re.search(r"http://[\w.:]+", one) for one in server.stdout)))
            query = {"grant_type": "password", "username": "sales-lead", "password": PASSWORD}
            query |= {"client_id": LOGIN, "client_secret": SECRETS[LOGIN]}
            answer = httpx.post(f"{found.group()}/oauth/token", params=query)
        finally:
            server.terminate()
        log = server.stdout.read()
    assert answer.status_code == 401
    assert "POST /oauth/token" in log
    assert PASSWORD not in log


@pytest.mark.rule("group-user-create")
def test_a_password_can_be_changed(mock: RunningMock, admin: Api) -> None:
    accepted(admin.put(f"{USERS}104", {"password": PASSWORD}))
    accepted(log_in(mock, "sales-lead", PASSWORD))
    assert log_in(mock, "sales-lead", "mock-sales-lead").status_code == 401
    # An update without a password keeps it.
    accepted(admin.put(f"{USERS}104", {"name": "Other"}))
    accepted(log_in(mock, "sales-lead", PASSWORD))


@pytest.mark.rule("extra-keys")
def test_other_keys_of_a_user_are_ignored(mock: RunningMock, admin: Api) -> None:
    extra = {"id": 104, "type": "client", "admin": True, "client_id": 13, "dealer_id": 1}
    extra |= {"extension_id": 30, "unknown": {}}
    new = create(admin, **extra)
    assert new == {**SHOWN, "id": new["id"]}
    assert new["id"] != 104
    assert accepted(admin.put(f"{USERS}{new['id']}", extra)) == new
    me = session(mock, "lebedeva", PASSWORD).read("/user/")
    assert me["admin"] is False
    assert [me[name] for name in ("client_id", "extension_id", "dealer_id")] == [None] * 3
    assert len(mock.as_user("other-admin").read("/client/13/user/extension_group/")) == 1


@pytest.mark.rule("group-user-scope")
@pytest.mark.parametrize("example", GROUP_SECTION, ids=brief)
def test_a_user_reaches_the_group_section_of_its_own_group(
    mock: RunningMock, admin: Api, example: Example
) -> None:
    create(admin)
    lead = session(mock, "lebedeva", PASSWORD)
    expected = example.send(admin)
    assert expected.status_code in (200, 204)
    if example.method != "GET":
        mock.reset()
        create(mock.as_user("client-admin"))
        lead = session(mock, "lebedeva", PASSWORD)
    answer = example.send(lead)
    assert (answer.status_code, answer.content) == (expected.status_code, expected.content)


@pytest.mark.rule("group-user-scope")
@pytest.mark.parametrize("group", [5, 8, 4])
def test_a_user_reaches_no_other_group(mock: RunningMock, admin: Api, group: int) -> None:
    create(admin)
    lead, before = session(mock, "lebedeva", PASSWORD), snapshot(mock)
    for example in examples(under="/extension_group/", ext_group_id=group):
        refused(example.send(lead), 403, "access_denied")
    assert snapshot(mock) == before


@pytest.mark.rule("group-user-scope")
def test_items_of_another_group_are_not_under_the_own_one(mock: RunningMock, admin: Api) -> None:
    found, lead = items(admin, "/extension_group/5"), mock.as_user("sales-lead")
    for kind, key in (("record", "record_uuid"), ("voicemail", "record_uuid"), ("fax", "uuid")):
        path = f"/extension_group/3/{kind}/{found[kind][0][key]}"
        refused(lead.get(path), 404, f"{kind}_not_found")
        refused(lead.delete(path), 404, f"{kind}_not_found")
    assert items(admin, "/extension_group/5") == found


@pytest.mark.rule("group-user-scope")
@pytest.mark.parametrize("client", [12, "@me", 13])
def test_the_client_section_is_closed_to_a_user_of_a_group(
    mock: RunningMock, client: object
) -> None:
    lead, before = mock.as_user("sales-lead"), snapshot(mock)
    for example in examples(under="/client/", **{**OWN, "client_id": client}):
        refused(example.send(lead), 403, "access_denied")
    assert snapshot(mock) == before


@pytest.mark.rule("group-user-scope")
def test_a_moved_user_reaches_its_new_group_alone(mock: RunningMock, admin: Api) -> None:
    lead = mock.as_user("sales-lead")
    accepted(admin.put(f"{USERS}104", {"extension_group_id": 5}))
    assert lead.read("/user/")["extension_group_id"] == 5
    assert items(lead, "/extension_group/5") == items(admin, "/extension_group/5")
    refused(lead.get("/extension_group/3/extension/"), 403, "access_denied")
    accepted(admin.delete("/client/12/extension_group/3"), 204)
    accepted(lead.get("/user/"))


@pytest.mark.rule("group-user-follows-membership")
@pytest.mark.parametrize("group", [None, 5])
def test_a_number_that_leaves_the_group_is_out_of_reach(
    mock: RunningMock, admin: Api, group: int | None
) -> None:
    lead = mock.as_user("sales-lead")
    record = next(
        one
        for one in lead.read("/extension_group/3/record/", **WINDOWS[2])
        if one["extension_id"] == 31
    )
    file = f"/extension_group/3/record/{record['record_uuid']}"
    number_section = examples(under="/extension/", extension_id=31)
    for example in number_section:
        accepted(example.send(lead))
    accepted(admin.put("/client/12/extension/31", {"extension_group_id": group}))
    assert 31 not in members(lead, 3)
    for example in number_section:
        refused(example.send(lead), 403, "access_denied")
    for answer in (lead.get(file), lead.get(f"{file}/storage_url/"), lead.delete(file)):
        refused(answer, 404, "record_not_found")
    assert record not in lead.read("/extension_group/3/record/", **WINDOWS[2])


@pytest.mark.rule("group-user-follows-membership")
def test_a_number_that_comes_into_the_group_is_within_reach(mock: RunningMock, admin: Api) -> None:
    lead = mock.as_user("sales-lead")
    refused(lead.get("/extension/30/fax/"), 403, "access_denied")
    accepted(admin.put("/client/12/extension/30", {"extension_group_id": 3}))
    assert 30 in members(lead, 3)
    assert items(lead, "/extension/30") == items(admin, "/extension/30")


@pytest.mark.rule("group-user-follows-membership")
def test_a_deleted_number_is_out_of_reach(mock: RunningMock, admin: Api) -> None:
    lead = mock.as_user("sales-lead")
    accepted(admin.delete("/client/12/extension/31"), 204)
    refused(lead.get("/extension/31/fax/"), 404, "extension_not_found")
    assert items(lead, "/extension_group/3") == items(admin, "/extension_group/3")


@pytest.mark.rule("user-block")
def test_a_blocked_user_is_shut_out_at_once_and_can_come_back(
    mock: RunningMock, admin: Api
) -> None:
    tokens = mock.token("sales-lead")
    lead = Api(mock, tokens["access_token"])
    accepted(lead.get("/user/"))
    accepted(admin.put(f"{USERS}104", {"status": "blocked"}))
    for example in examples(**OWN):
        refused(example.send(lead), 403, "user_blocked")
    refused(log_in(mock, "sales-lead", "mock-sales-lead"), 403, "user_blocked")
    application = {"client_id": LOGIN, "client_secret": SECRETS[LOGIN]}
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refused(mock.request_token(**refresh, **application), 403, "user_blocked")
    accepted(admin.put(f"{USERS}104", {"status": "active"}))
    accepted(lead.get("/extension_group/3/extension/"))
    accepted(log_in(mock, "sales-lead", "mock-sales-lead"))


@pytest.mark.rule("user-block")
def test_a_user_can_be_made_blocked(mock: RunningMock, admin: Api) -> None:
    new = create(admin, status="blocked")
    refused(log_in(mock, "lebedeva", PASSWORD), 403, "user_blocked")
    accepted(admin.put(f"{USERS}{new['id']}", {"status": "active"}))
    accepted(session(mock, "lebedeva", PASSWORD).get("/user/"))


@pytest.mark.rule("user-delete")
def test_a_deleted_user_is_gone_with_its_tokens(mock: RunningMock, admin: Api) -> None:
    tokens = mock.token("sales-lead")
    neighbour, before = mock.as_user("sales-viewer"), admin.read(USERS)
    answer = admin.delete(f"{USERS}104")
    assert (answer.status_code, answer.content) == (204, b"")
    refused(Api(mock, tokens["access_token"]).get("/user/"), 401)
    application = {"client_id": LOGIN, "client_secret": SECRETS[LOGIN]}
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answers = [mock.request_token(**refresh, **application)]
    answers.append(log_in(mock, "sales-lead", "mock-sales-lead"))
    found = [(one.status_code, one.json()["error"]) for one in answers]
    assert found == [(401, "invalid_grant")] * 2
    for example in examples(under="/client/{client_id}/user/extension_group/{user_id}"):
        refused(example.send(admin), 404, "user_not_found")
    assert admin.read(USERS) == [one for one in before if one["id"] != 104]
    accepted(neighbour.get("/user/"))


@pytest.mark.rule("user-delete")
def test_the_login_of_a_deleted_user_is_free_and_its_tokens_stay_dead(
    mock: RunningMock, admin: Api
) -> None:
    first = create(admin)
    old = session(mock, "lebedeva", PASSWORD)
    accepted(admin.delete(f"{USERS}{first['id']}"), 204)
    again = create(admin, password="another", extension_group_id=5)
    assert again["id"] > first["id"]
    refused(old.get("/user/"), 401)
    assert log_in(mock, "lebedeva", PASSWORD).status_code == 401
    assert session(mock, "lebedeva", "another").read("/user/")["extension_group_id"] == 5
