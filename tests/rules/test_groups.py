"""Groups: section 6 of the contract, rules group-* but those of group users."""

from __future__ import annotations

from typing import Any

import pytest

from support.server import LOGIN, SECRETS, Api, RunningMock
from support.views import accepted, brief, examples, items, members, refused

GROUPS = "/client/12/extension_group/"
# What extra_params may be: free text, whatever it looks like, or nothing.
FREE_TEXTS = [None, "", "null", "312", '{"queue": [1, null]}', "три\n\x00\u2028", "x" * 10_000]
GOOD_NAMES = [
    "x",
    "x" * 255,
    "\U0001f600" * 255,
    "Отдел продаж",
    " ",
    "null",
    "a\x00b",
    '"\\/\u2028',
]
BAD_NAMES: list[Any] = ["", "x" * 256, "\U0001f600" * 256, None, 5, True, ["x"], {"x": 1}]


def create(api: Api, **body: Any) -> dict[str, Any]:
    group: dict[str, Any] = accepted(api.post("/client/@me/extension_group/", body), 201)
    return group


@pytest.mark.rule("group-create")
def test_the_answer_is_the_stored_group(admin: Api) -> None:
    answer = admin.post(GROUPS, {"extra_params": "a", "name": "New"})
    assert answer.text == '{"id":14,"name":"New","client_id":12,"extra_params":"a"}'
    assert answer.status_code == 201
    assert admin.get(f"{GROUPS}14").text == answer.text


@pytest.mark.rule("group-create")
def test_an_id_is_never_given_twice(mock: RunningMock, admin: Api) -> None:
    other = mock.as_user("other-admin")
    used = {one["id"] for api in (admin, other) for one in api.read("/client/@me/extension_group/")}
    for api in (admin, admin, other, other, admin):
        new = create(api, name="New")["id"]
        assert new not in used
        used.add(new)
        accepted(api.delete(f"/client/@me/extension_group/{new}"), 204)


@pytest.mark.rule("group-create")
def test_ids_go_on_after_all_groups_are_deleted(admin: Api) -> None:
    used = [one["id"] for one in admin.read(GROUPS)]
    for group in used:
        accepted(admin.delete(f"{GROUPS}{group}"), 204)
    assert admin.read(GROUPS) == []
    assert create(admin, name="New")["id"] > max(used)


@pytest.mark.rule("group-create", "group-update-partial")
@pytest.mark.parametrize("name", GOOD_NAMES, ids=brief)
def test_a_name_has_1_to_255_characters(admin: Api, name: str) -> None:
    new = create(admin, name=name)
    assert new["name"] == name
    assert accepted(admin.put(f"{GROUPS}3", {"name": name}))["name"] == name
    assert [one["name"] for one in admin.read(GROUPS) if one["id"] in (3, new["id"])] == [name] * 2


@pytest.mark.rule("group-create", "group-update-partial")
@pytest.mark.parametrize("name", BAD_NAMES, ids=brief)
def test_any_other_name_is_refused(admin: Api, name: object) -> None:
    before = admin.read(GROUPS)
    refused(admin.post(GROUPS, {"name": name}), 400, field="name")
    refused(admin.put(f"{GROUPS}3", {"name": name, "extra_params": "x"}), 400, field="name")
    assert admin.read(GROUPS) == before


@pytest.mark.rule("group-create")
def test_a_group_needs_a_name(admin: Api) -> None:
    refused(admin.post(GROUPS, {"extra_params": "x"}), 400, field="name")


@pytest.mark.rule("group-create", "group-update-partial")
@pytest.mark.parametrize("value", FREE_TEXTS, ids=brief)
def test_extra_params_come_back_as_they_were_sent(admin: Api, value: str | None) -> None:
    new = create(admin, name="New", extra_params=value)
    assert admin.read(f"{GROUPS}{new['id']}")["extra_params"] == value
    # 5 had text before and 3 had none.
    for group in (5, 3):
        changed = accepted(admin.put(f"{GROUPS}{group}", {"extra_params": value}))
        assert changed["extra_params"] == value
        assert admin.read(f"{GROUPS}{group}") == changed


@pytest.mark.rule("group-create", "group-update-partial")
@pytest.mark.parametrize("value", [5, 0, False, {}, {"a": 1}, []], ids=brief)
def test_extra_params_are_text_or_null(admin: Api, value: object) -> None:
    refused(admin.post(GROUPS, {"name": "x", "extra_params": value}), 400, field="extra_params")
    refused(admin.put(f"{GROUPS}5", {"extra_params": value}), 400, field="extra_params")
    assert admin.read(f"{GROUPS}5")["extra_params"] == '{"queue": "first line"}'


@pytest.mark.rule("group-read-your-writes")
@pytest.mark.parametrize("body", [{"name": "Новая"}, {"name": "b", "extra_params": ""}])
def test_one_and_list_show_what_the_answer_said(admin: Api, body: dict[str, Any]) -> None:
    before = admin.read(GROUPS)
    new = accepted(admin.post(GROUPS, body), 201)
    assert admin.read(f"{GROUPS}{new['id']}") == new
    assert admin.read(GROUPS) == [*before, new]
    changed = accepted(admin.put(f"{GROUPS}5", body))
    assert admin.read(f"{GROUPS}5") == changed
    assert admin.read(GROUPS) == [changed if one["id"] == 5 else one for one in [*before, new]]


@pytest.mark.rule("group-update-partial")
@pytest.mark.parametrize(
    "body",
    [{}, {"name": "Other"}, {"extra_params": "other"}, {"extra_params": None}, {"name": "Support"}],
    ids=brief,
)
def test_an_update_changes_just_the_keys_sent(admin: Api, body: dict[str, Any]) -> None:
    before = admin.read(GROUPS)
    was = admin.read(f"{GROUPS}5")
    answer = accepted(admin.put(f"{GROUPS}5", body))
    assert answer == {**was, **body}
    assert admin.read(GROUPS) == [answer if one["id"] == 5 else one for one in before]


@pytest.mark.rule("group-update-partial")
def test_an_update_leaves_members_and_users_alone(admin: Api) -> None:
    before = (members(admin, 3), admin.read("/client/12/user/extension_group/"))
    accepted(admin.put(f"{GROUPS}3", {"name": "Renamed", "extra_params": "x"}))
    assert (members(admin, 3), admin.read("/client/12/user/extension_group/")) == before


@pytest.mark.rule("group-delete")
def test_a_deleted_group_is_gone_from_every_path(admin: Api) -> None:
    answer = admin.delete(f"{GROUPS}3")
    assert (answer.status_code, answer.content) == (204, b"")
    at_client = examples(under="/client/{client_id}/extension_group/{ext_group_id}", ext_group_id=3)
    at_group = examples(under="/extension_group/", ext_group_id=3)
    assert len(at_client) == 3
    assert len(at_group) > 10
    for example in at_client + at_group:
        refused(example.send(admin), 404, "extension_group_not_found")


@pytest.mark.rule("group-delete")
def test_a_deleted_group_is_in_no_list_and_the_others_stay(mock: RunningMock, admin: Api) -> None:
    other = mock.as_user("other-admin")
    before = admin.read(GROUPS)
    others = other.read("/client/13/extension_group/")
    accepted(admin.delete(f"{GROUPS}3"), 204)
    assert admin.read(GROUPS) == [one for one in before if one["id"] != 3]
    assert other.read("/client/13/extension_group/") == others


@pytest.mark.rule("group-delete")
def test_members_of_a_deleted_group_stay_and_are_in_none(admin: Api) -> None:
    before = admin.read("/client/12/extension/")
    accepted(admin.delete(f"{GROUPS}3"), 204)
    assert admin.read("/client/12/extension/") == [
        {**one, "extension_group_id": None} if one["extension_group_id"] == 3 else one
        for one in before
    ]
    assert admin.read("/client/12/extension/", extension_group_id=3) == []


@pytest.mark.rule("group-delete")
def test_calls_of_the_members_of_a_deleted_group_stay(admin: Api) -> None:
    before = items(admin, "/client/12"), items(admin, "/extension/31")
    record = next(one for one in before[0]["record"] if one["extension_id"] == 31)
    accepted(admin.delete(f"{GROUPS}3"), 204)
    assert (items(admin, "/client/12"), items(admin, "/extension/31")) == before
    file = admin.get(f"/client/12/record/{record['record_uuid']}")
    assert len(file.content) == record["record_file_size"]


@pytest.mark.rule("group-delete")
def test_users_of_a_deleted_group_are_gone_with_their_tokens(mock: RunningMock, admin: Api) -> None:
    application = {"client_id": LOGIN, "client_secret": SECRETS[LOGIN]}
    tokens = mock.token("sales-lead")
    lead, neighbour = Api(mock, tokens["access_token"]), mock.as_user("support-lead")
    before = admin.read("/client/12/user/extension_group/")
    accepted(admin.delete(f"{GROUPS}3"), 204)
    refused(lead.get("/user/"), 401)
    refresh = mock.request_token(
        grant_type="refresh_token", refresh_token=tokens["refresh_token"], **application
    )
    login = mock.request_token(
        grant_type="password", username="sales-lead", password="mock-sales-lead", **application
    )
    for answer in (refresh, login):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_grant")
    gone = [one for one in before if one["extension_group_id"] == 3]
    assert len(gone) == 3
    for user in gone:
        path = f"/client/12/user/extension_group/{user['id']}"
        refused(admin.get(path), 404, "user_not_found")
    left = [one for one in before if one["extension_group_id"] != 3]
    assert admin.read("/client/12/user/extension_group/") == left
    neighbour.read("/extension_group/5/extension/")


@pytest.mark.rule("group-names-repeat")
def test_two_groups_may_share_a_name(admin: Api) -> None:
    first, second = create(admin, name="Sales"), create(admin, name="Sales")
    assert first["id"] != second["id"]
    assert accepted(admin.put(f"{GROUPS}8", {"name": "Sales"}))["name"] == "Sales"
    named = [one["id"] for one in admin.read(GROUPS) if one["name"] == "Sales"]
    assert named == [3, 8, first["id"], second["id"]]


@pytest.mark.rule("group-client-isolation")
def test_each_client_lists_its_own_groups_alone(mock: RunningMock, admin: Api) -> None:
    other = mock.as_user("other-admin")
    assert [one["id"] for one in admin.read(GROUPS)] == [3, 5, 8, 9]
    assert [one["id"] for one in other.read("/client/@me/extension_group/")] == [4, 11]
    create(other, name="New")
    assert [one["id"] for one in admin.read(GROUPS)] == [3, 5, 8, 9]
    assert admin.read(GROUPS, page=1, per_page=2) == admin.read(GROUPS)[:2]


@pytest.mark.rule("group-client-isolation")
@pytest.mark.parametrize("client", ["13", "@me", "%40me"])
def test_a_group_of_another_client_is_not_under_the_own_one(mock: RunningMock, client: str) -> None:
    other = mock.as_user("other-admin")
    under = "/client/{client_id}/extension_group/{ext_group_id}"
    for example in examples(under=under, client_id=client, ext_group_id=3):
        refused(example.send(other), 404, "extension_group_not_found")


@pytest.mark.rule("group-client-isolation")
@pytest.mark.parametrize("group", [3, 4, 999])
def test_the_groups_of_another_client_are_out_of_reach(
    mock: RunningMock, admin: Api, group: int
) -> None:
    other = mock.as_user("other-admin")
    before = admin.read(GROUPS)
    under = "/client/{client_id}/extension_group"
    for example in examples(under=under, client_id=12, ext_group_id=group):
        refused(example.send(other), 403, "access_denied")
    assert admin.read(GROUPS) == before


@pytest.mark.rule("group-client-isolation")
def test_the_group_section_of_another_client_is_out_of_reach(mock: RunningMock) -> None:
    other = mock.as_user("other-admin")
    for example in examples(under="/extension_group/", ext_group_id=3):
        refused(example.send(other), 403, "access_denied")


@pytest.mark.rule("extra-keys")
def test_other_keys_of_a_group_are_ignored(mock: RunningMock, admin: Api) -> None:
    extra = {"id": 3, "client_id": 13, "create_date": "x", "members": [30], "unknown": {"a": None}}
    new = create(admin, name="New", **extra)
    assert new == {"id": 14, "name": "New", "client_id": 12, "extra_params": None}
    was = admin.read(f"{GROUPS}5")
    assert accepted(admin.put(f"{GROUPS}5", extra)) == was
    # A read-only key is ignored whatever it holds.
    assert accepted(admin.put(f"{GROUPS}5", {"id": None, "client_id": "x"})) == was
    assert admin.read(f"{GROUPS}14") == new
    assert admin.read("/client/12/extension/30")["extension_group_id"] is None
    assert len(mock.as_user("other-admin").read("/client/13/extension_group/")) == 2
