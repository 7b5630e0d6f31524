"""Numbers and membership: rules extension-* and members-agree of section 6 of the contract."""

from __future__ import annotations

from typing import Any

import pytest

from support.server import Api, RunningMock
from support.views import (
    MEDIA,
    WINDOWS,
    accepted,
    brief,
    examples,
    items,
    members,
    refused,
)

EXTENSIONS = "/client/12/extension/"
# All keys of an extension in the order of every answer, with what a new one has in them.
NEW = {
    "status": "blocked",
    "domain": "sip.ringme.ru",
    "create_date": "",
    "name": "000*399",
    "dial_rule_limit": None,
    "extension_group_id": None,
    "label": None,
    "caller_id_name": None,
    "client_id": 12,
    "extra_params": None,
    "message_did": None,
    "dial_rule_id": None,
    "ani_rfc3325": False,
    "type": "phone",
    "id": 0,
    "did_as_transfer_caller_id": None,
}
SETTINGS = {
    "type": "queue",
    "status": "active",
    "extension_group_id": 5,
    "label": "Очередь",
    "caller_id_name": "Queue",
    "extra_params": "null",
    "message_did": "74950000099",
    "dial_rule_id": 7,
    "dial_rule_limit": 0,
    "ani_rfc3325": True,
    "did_as_transfer_caller_id": "74950000098",
}
# None of them is a name that a number of client 12 can have.
WRONG_NAMES: list[Any] = [
    "39", "3999", "000*39", "000*3999", "", "000*", "013*399", "0*399", "00*399", "*399", "3 9",
    "39a", "399\n", "٣٩٩", "-39", "000*000*399", "000-399", "9" * 5000, 399, None, True, ["399"],
]  # fmt: skip


def place(api: Api, number: int, group: int | None) -> dict[str, Any]:
    answer: dict[str, Any] = accepted(
        api.put(f"/client/@me/extension/{number}", {"extension_group_id": group})
    )
    return answer


def check_members_agree(api: Api) -> None:
    """Every group of a client has exactly the numbers that say so, whichever list is read."""
    everything = api.read("/client/@me/extension/")
    for group in [one["id"] for one in api.read("/client/@me/extension_group/")]:
        expected = [one for one in everything if one["extension_group_id"] == group]
        assert api.read(f"/extension_group/{group}/extension/") == expected
        assert api.read("/client/@me/extension/", extension_group_id=group) == expected


@pytest.mark.rule("extension-place")
@pytest.mark.parametrize("number", [30, 31, 38, 42])
def test_the_answer_is_the_whole_number_in_its_new_group(admin: Api, number: int) -> None:
    was = admin.read(f"{EXTENSIONS}{number}")
    answer = place(admin, number, 5)
    assert answer == {**was, "extension_group_id": 5}
    assert list(answer) == list(NEW)
    assert admin.read(f"{EXTENSIONS}{number}") == answer
    assert answer in admin.read("/extension_group/5/extension/")


@pytest.mark.rule("extension-place")
def test_a_number_leaves_its_former_group(admin: Api) -> None:
    for group in (5, 8, 9, 3, 3):
        place(admin, 31, group)
        holders = [one for one in (3, 5, 8, 9) if 31 in members(admin, one)]
        assert holders == [group]
        assert members(admin, group).count(31) == 1


@pytest.mark.rule("extension-place")
def test_placing_a_number_leaves_all_others_alone(admin: Api) -> None:
    before = admin.read(EXTENSIONS)
    moved = place(admin, 31, 5)
    assert admin.read(EXTENSIONS) == [moved if one["id"] == 31 else one for one in before]


@pytest.mark.rule("extension-place")
@pytest.mark.parametrize("body", [{}, {"label": "Other", "status": "blocked"}, {"type": "ivr"}])
def test_an_update_without_a_group_leaves_the_number_in_its_own(
    admin: Api, body: dict[str, Any]
) -> None:
    was = admin.read(f"{EXTENSIONS}31")
    assert accepted(admin.put(f"{EXTENSIONS}31", body)) == {**was, **body}
    assert 31 in members(admin, 3)


@pytest.mark.rule("extension-place", "extension-release")
def test_each_setting_can_be_changed_and_cleared(admin: Api) -> None:
    was = admin.read(f"{EXTENSIONS}32")
    assert accepted(admin.put(f"{EXTENSIONS}32", SETTINGS)) == {**was, **SETTINGS}
    cleared = {name: None for name in SETTINGS if NEW[name] is None}
    assert accepted(admin.put(f"{EXTENSIONS}32", cleared)) == {**was, **SETTINGS, **cleared}


@pytest.mark.rule("extension-release")
@pytest.mark.parametrize("number", [31, 30])
def test_null_takes_a_number_out_of_its_group(admin: Api, number: int) -> None:
    was = admin.read(f"{EXTENSIONS}{number}")
    assert place(admin, number, None) == {**was, "extension_group_id": None}
    assert admin.read(f"{EXTENSIONS}{number}")["extension_group_id"] is None
    assert all(number not in members(admin, group) for group in (3, 5, 8, 9))
    check_members_agree(admin)


@pytest.mark.rule("extension-place-unknown")
@pytest.mark.parametrize("group", [999, 4, 2**63 - 1])
def test_a_group_that_the_client_does_not_have_is_404(admin: Api, group: int) -> None:
    before = admin.read(EXTENSIONS)
    for body in ({"extension_group_id": group}, {"label": "Other", "extension_group_id": group}):
        refused(admin.put(f"{EXTENSIONS}31", body), 404, "extension_group_not_found")
        new = {"name": "399", **body}
        refused(admin.post(EXTENSIONS, new), 404, "extension_group_not_found")
    assert admin.read(EXTENSIONS) == before


@pytest.mark.rule("extension-place-unknown")
def test_a_deleted_group_takes_no_number(admin: Api) -> None:
    accepted(admin.delete("/client/12/extension_group/8"), 204)
    body = {"extension_group_id": 8}
    refused(admin.put(f"{EXTENSIONS}31", body), 404, "extension_group_not_found")
    assert 31 in members(admin, 3)


@pytest.mark.rule("extension-place-unknown")
@pytest.mark.parametrize("group", [0, -3, "5", "", 5.5, True, [5], {"id": 5}, 2**63], ids=brief)
def test_what_is_no_id_of_a_group_is_400(admin: Api, group: object) -> None:
    before = admin.read(EXTENSIONS)
    body = {"label": "Other", "extension_group_id": group}
    refused(admin.put(f"{EXTENSIONS}31", body), 400, field="extension_group_id")
    refused(admin.post(EXTENSIONS, {"name": "399", **body}), 400, field="extension_group_id")
    assert admin.read(EXTENSIONS) == before


@pytest.mark.rule("error-validation")
@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30], ids=brief)
def test_a_number_beyond_its_format_is_400(admin: Api, number: int) -> None:
    before = admin.read(EXTENSIONS)
    body = {"label": "Other", "dial_rule_id": number}
    refused(admin.put(f"{EXTENSIONS}31", body), 400, field="dial_rule_id")
    refused(admin.post(EXTENSIONS, {"name": "399", **body}), 400, field="dial_rule_id")
    assert admin.read(EXTENSIONS) == before


@pytest.mark.rule("extension-no-rename")
@pytest.mark.parametrize(
    "name", ["000*399", "399", "000*303", "303", "013*302", "*302", "0302", "", " 302", 302, None]
)
def test_a_rename_is_refused_and_applies_nothing(admin: Api, name: object) -> None:
    before = admin.read(EXTENSIONS)
    body = {"label": "Other", "extension_group_id": 5, "status": "blocked", "name": name}
    refused(admin.put(f"{EXTENSIONS}31", body), 400, field="name")
    assert admin.read(EXTENSIONS) == before


@pytest.mark.rule("extension-no-rename")
@pytest.mark.parametrize("name", ["000*302", "302"])
def test_the_own_name_is_no_rename(admin: Api, name: str) -> None:
    was = admin.read(f"{EXTENSIONS}31")
    answer = accepted(admin.put(f"{EXTENSIONS}31", {"name": name, "label": "Other"}))
    assert answer == {**was, "label": "Other"}
    assert admin.read(f"{EXTENSIONS}31") == answer


@pytest.mark.rule("extension-create")
@pytest.mark.parametrize("name", ["399", "000*399"])
def test_a_new_number_has_its_prefix_and_defaults(mock: RunningMock, admin: Api, name: str) -> None:
    before = admin.read(EXTENSIONS)
    earliest = mock.clock.text()
    answer = accepted(admin.post(EXTENSIONS, {"name": name}), 201)
    assert earliest <= answer["create_date"] <= mock.clock.text()
    assert answer["id"] > 55
    assert answer == {**NEW, "create_date": answer["create_date"], "id": answer["id"]}
    assert list(answer) == list(NEW)
    assert admin.read(f"{EXTENSIONS}{answer['id']}") == answer
    assert admin.read(EXTENSIONS) == [*before, answer]


@pytest.mark.rule("extension-create")
def test_a_new_number_takes_each_setting(admin: Api) -> None:
    answer = accepted(admin.post(EXTENSIONS, {"name": "399", **SETTINGS}), 201)
    assert answer == {**NEW, **SETTINGS, "create_date": answer["create_date"], "id": answer["id"]}
    assert answer in admin.read("/extension_group/5/extension/")


@pytest.mark.rule("extension-create")
@pytest.mark.parametrize(
    "name",
    WRONG_NAMES,
    ids=brief,
)
def test_a_name_that_the_client_cannot_have_is_refused(admin: Api, name: object) -> None:
    before = admin.read(EXTENSIONS)
    refused(admin.post(EXTENSIONS, {"name": name}), 400, field="name")
    assert admin.read(EXTENSIONS) == before


@pytest.mark.rule("extension-create")
def test_a_number_needs_a_name(admin: Api) -> None:
    refused(admin.post(EXTENSIONS, {"label": "x"}), 400, field="name")


@pytest.mark.rule("extension-create")
def test_each_client_has_its_own_length_and_prefix(mock: RunningMock) -> None:
    other = mock.as_user("other-admin")
    for name in ("399", "013*399", "39999", "000*3999"):
        refused(other.post("/client/13/extension/", {"name": name}), 400, field="name")
    answer = accepted(other.post("/client/13/extension/", {"name": "3999"}), 201)
    assert (answer["name"], answer["client_id"]) == ("013*3999", 13)
    assert answer["domain"] == "vasilek.ringme.ru"


@pytest.mark.rule("extension-create")
@pytest.mark.parametrize("name", ["302", "000*302", "502"])
def test_a_taken_name_is_refused(admin: Api, name: str) -> None:
    before = admin.read(EXTENSIONS)
    refused(admin.post(EXTENSIONS, {"name": name}), 400, field="name")
    assert admin.read(EXTENSIONS) == before


@pytest.mark.rule("extension-create", "extension-delete")
def test_the_name_of_a_deleted_number_is_free_and_its_id_is_not(admin: Api) -> None:
    first = accepted(admin.post(EXTENSIONS, {"name": "399"}), 201)
    refused(admin.post(EXTENSIONS, {"name": "000*399"}), 400, field="name")
    accepted(admin.delete(f"{EXTENSIONS}{first['id']}"), 204)
    again = accepted(admin.post(EXTENSIONS, {"name": "000*399"}), 201)
    assert again["id"] > first["id"]


@pytest.mark.rule("extension-delete")
def test_a_deleted_number_is_gone_from_every_path(admin: Api) -> None:
    before = admin.read(EXTENSIONS)
    answer = admin.delete(f"{EXTENSIONS}31")
    assert (answer.status_code, answer.content) == (204, b"")
    paths = ("/client/{client_id}/extension/{extension_id}", "/extension/")
    found = [one for under in paths for one in examples(under=under, extension_id=31)]
    assert len(found) == 3 + len(MEDIA)
    for example in found:
        refused(example.send(admin), 404, "extension_not_found")
    assert admin.read(EXTENSIONS) == [one for one in before if one["id"] != 31]
    assert 31 not in members(admin, 3)
    check_members_agree(admin)


@pytest.mark.rule("extension-delete")
def test_calls_of_a_deleted_number_stay_at_the_client_alone(admin: Api) -> None:
    client, group = items(admin, "/client/12"), items(admin, "/extension_group/3")
    mine = {"record": 31, "voicemail": 31, "fax": 31, "reg_status_log": "302"}
    left = {
        kind: [one for one in found if mine[kind] not in (one.get("extension_id"), _short(one))]
        for kind, found in group.items()
    }
    assert left != group
    record = next(one for one in group["record"] if one["extension_id"] == 31)
    accepted(admin.delete(f"{EXTENSIONS}31"), 204)
    assert items(admin, "/client/12") == client
    assert items(admin, "/extension_group/3") == left
    stats = admin.read("/extension_group/3/record/stats/", **WINDOWS[2])
    assert stats["count"] == len(admin.read("/extension_group/3/record/", **WINDOWS[2]))
    at_client = admin.get(f"/client/12/record/{record['record_uuid']}")
    assert len(at_client.content) == record["record_file_size"]
    at_group = admin.get(f"/extension_group/3/record/{record['record_uuid']}")
    refused(at_group, 404, "record_not_found")


def _short(item: dict[str, Any]) -> Any:
    return item.get("short_ext_name")


@pytest.mark.rule("extension-delete")
def test_users_of_a_deleted_number_are_gone(mock: RunningMock, admin: Api) -> None:
    phone, neighbour = mock.as_user("petrov-phone"), mock.as_user("sidorov-phone")
    accepted(admin.delete(f"{EXTENSIONS}30"), 204)
    refused(phone.get("/user/"), 401)
    accepted(neighbour.get("/user/"))


@pytest.mark.rule("members-agree")
def test_members_agree_with_the_numbers_after_every_kind_of_change(
    mock: RunningMock, admin: Api
) -> None:
    other = mock.as_user("other-admin")
    for api in (admin, other):
        check_members_agree(api)
    new = accepted(admin.post(EXTENSIONS, {"name": "399", "extension_group_id": 8}), 201)
    check_members_agree(admin)
    for number, group in ((30, 3), (31, 5), (31, 8), (new["id"], None), (28, 9), (33, 3)):
        place(admin, number, group)
        check_members_agree(admin)
    for path in (f"{EXTENSIONS}35", "/client/12/extension_group/8", f"{EXTENSIONS}28"):
        accepted(admin.delete(path), 204)
        check_members_agree(admin)
    place(other, 23, 11)
    check_members_agree(other)


@pytest.mark.rule("members-agree")
@pytest.mark.parametrize(
    "filters",
    [
        {"type": "phone"},
        {"status": "blocked"},
        {"name": "302"},
        {"name": "000*302"},
        {"type": "queue", "status": "active"},
        {"extension_group_id": 5},
    ],
    ids=brief,
)
def test_members_agree_under_each_filter(admin: Api, filters: dict[str, Any]) -> None:
    found = admin.read(EXTENSIONS, **filters)
    for group in (3, 5, 8, 9):
        expected = [one for one in found if one["extension_group_id"] == group]
        assert admin.read(f"/extension_group/{group}/extension/", **filters) == expected


@pytest.mark.rule("extra-keys")
def test_other_keys_of_a_number_are_ignored(admin: Api) -> None:
    extra = {"id": 30, "client_id": 13, "domain": "x", "create_date": "x", "unknown": [None]}
    new = accepted(admin.post(EXTENSIONS, {"name": "399", **extra}), 201)
    assert new == {**NEW, "create_date": new["create_date"], "id": new["id"]}
    assert new["id"] != 30
    assert new["create_date"] != "x"
    was = admin.read(f"{EXTENSIONS}31")
    assert accepted(admin.put(f"{EXTENSIONS}31", extra)) == was
    assert admin.read(f"{EXTENSIONS}31") == was
