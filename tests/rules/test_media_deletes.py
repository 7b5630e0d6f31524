"""What goes when recorded items are deleted, one at a time or by a range, and what stays."""

from __future__ import annotations

import pytest

from support.media import (
    KEY,
    OPERATIONS,
    SPAN,
    TIME,
    Item,
    Operation,
    all_media,
    media_list,
    operation,
    send,
    time_of,
    whole,
)
from support.server import Api, RunningMock

ITEM_DELETES = [one for one in OPERATIONS if one.action == "delete" and one.collection in TIME]
RANGE_DELETES = [one for one in OPERATIONS if one.action == "delete_range"]
every_item = pytest.mark.parametrize("delete", ITEM_DELETES, ids=str)
every_range = pytest.mark.parametrize("delete", RANGE_DELETES, ids=str)
# Of a number that is in Sales no more, of one in no group, of another client; none is in Sales.
ELSEWHERE = {
    "record": [
        "36-3149B934389861CFCD4A92A3E6C5D9FD",
        "38-312423C5FC6005227B3B878B02DB66AF",
        "20-63B9D7682AC8FB97912A679B3D34B844",
    ],
    "voicemail": [
        "36-BA44FBCAC4A893B25F3BCBC59174C954",
        "38-A8993ABE00FD552AC6433D7546A78B5B",
        "20-543C1483B2DA2D7E95F5B029819DA699",
    ],
    "fax": [
        "57ecf8ed-cd51-4cd0-b352-a3564b7c6da8",
        "bd24ca9f-3e10-4c67-bd92-a0bda2340b7c",
        "a8b2c347-99d1-48d1-ba65-e6e9d8a60a83",
    ],
}


def everything(mock: RunningMock, admin: Api) -> list[dict[str, list[Item]]]:
    """All recorded items of both clients that have some."""
    return [all_media(admin), all_media(mock.as_user("other-admin"))]


def an_item_of_sales(admin: Api, kind: str) -> tuple[str, int]:
    """The id of an item in the middle of the list of Sales, and its number's."""
    items = whole(admin, media_list("extension_group", kind), 3)
    item = items[len(items) // 2]
    return item[KEY[kind]], item["extension_id"]


def downloads(kind: str) -> list[Operation]:
    """What serves the file of an item, or tells where it is."""
    return [
        one
        for one in OPERATIONS
        if one.collection == kind and one.action in ("download", "storage_url")
    ]


def owner_at(level: str) -> object:
    return 3 if level == "extension_group" else "@me"


@pytest.mark.rule("media-delete")
def test_records_voicemail_and_faxes_can_be_deleted() -> None:
    assert [one.collection for one in ITEM_DELETES] == ["record", "voicemail", "fax"]
    assert [one.collection for one in RANGE_DELETES] == ["record", "voicemail"]


@pytest.mark.rule("media-delete")
@every_item
def test_a_deleted_item_is_gone_from_every_level_and_nothing_else_is(
    mock: RunningMock, admin: Api, delete: Operation
) -> None:
    kind = delete.collection
    key, number = an_item_of_sales(admin, kind)
    lists = [
        (media_list(level, kind), owner)
        for level, owner in (("client", "@me"), ("extension_group", 3), ("extension", number))
    ]
    before = [whole(admin, *one) for one in lists]
    rest = everything(mock, admin)

    assert admin.delete(delete.at(item=key)).status_code == 204

    for one, items in zip(lists, before, strict=True):
        kept = [item for item in items if item[KEY[kind]] != key]
        assert len(kept) == len(items) - 1
        assert whole(admin, *one) == kept
    rest[0][kind] = [item for item in rest[0][kind] if item[KEY[kind]] != key]
    assert everything(mock, admin) == rest


@pytest.mark.rule("media-delete", "error-not-found")
@every_item
def test_the_file_of_a_deleted_item_is_not_found(admin: Api, delete: Operation) -> None:
    kind = delete.collection
    key, _ = an_item_of_sales(admin, kind)
    paths = [one.at(owner_at(one.level), key) for one in downloads(kind)]
    assert [admin.get(path).status_code for path in paths] == [200] * len(paths)
    admin.delete(delete.at(item=key))
    answers = [admin.get(path) for path in paths] + [admin.delete(delete.at(item=key))]
    assert {(one.status_code, one.json()["status"]) for one in answers} == {
        (404, f"{kind}_not_found")
    }


@pytest.mark.rule("media-delete")
@pytest.mark.parametrize("way", ["item", "range"])
def test_the_storage_url_of_a_deleted_record_is_dead(
    mock: RunningMock, admin: Api, way: str
) -> None:
    key, _ = an_item_of_sales(admin, "record")
    url = admin.read(operation("getGroupRecordUrl").at(item=key))["record_url"]
    assert mock.anonymous().request("GET", url).status_code == 200
    if way == "item":
        admin.delete(operation("deleteGroupRecord").at(item=key))
    else:
        send(admin, operation("deleteGroupRecords"), **SPAN)
    assert mock.anonymous().request("GET", url).status_code == 404


@pytest.mark.rule("media-delete", "stats-agree")
def test_stats_no_longer_count_a_deleted_record(admin: Api) -> None:
    stats = operation("getGroupRecordStats").at()
    before = admin.read(stats, **SPAN)
    # The example of the document: 11664 bytes, in Sales.
    send(admin, operation("deleteGroupRecord"))
    after = admin.read(stats, **SPAN)
    assert after == {"count": before["count"] - 1, "size": before["size"] - 11664}


@pytest.mark.rule("media-delete", "group-media-by-membership")
@pytest.mark.parametrize(
    ("kind", "start", "end", "count"),
    [
        # Two of one moment, while a fraction of a second after the end stays.
        ("record", "2016-04-07 11:00:00", "2016-04-10 10:10:10", 2),
        ("record", "2016-04-01 00:00:00", "2016-05-31 23:59:59", 9),
        ("record", "2016-04-19 09:05:00", "2016-04-19 09:05:00", 1),
        # The last second of two months goes, the next one stays.
        ("voicemail", "2016-04-01 10:00:00", "2016-06-01 10:00:00", 3),
        ("voicemail", "2015-12-31 09:00:00", "2016-02-29 08:59:59", 1),
        # Nothing is there.
        ("record", "2016-04-01 00:00:01", "2016-04-04 08:15:30", 0),
        ("voicemail", "2015-12-31 09:00:01", "2016-02-29 08:59:59", 0),
    ],
)
def test_a_deleted_range_takes_exactly_what_its_list_showed(
    mock: RunningMock, admin: Api, kind: str, start: str, end: str, count: int
) -> None:
    span = {"start_datetime": start, "end_datetime": end}
    listed = media_list("extension_group", kind)
    shown = admin.read(listed.at(3), **span)
    assert len(shown) == count
    rest = everything(mock, admin)
    delete = next(one for one in RANGE_DELETES if one.collection == kind)

    assert admin.delete(delete.at(3), **span).status_code == 204

    assert admin.read(listed.at(3), **span) == []
    rest[0][kind] = [item for item in rest[0][kind] if item not in shown]
    assert everything(mock, admin) == rest


@pytest.mark.rule("media-delete", "group-media-by-membership")
@every_range
def test_a_range_follows_the_numbers_that_are_in_the_group_now(
    admin: Api, delete: Operation
) -> None:
    kind = delete.collection
    admin.put("/client/@me/extension/30", {"extension_group_id": 3})
    admin.put("/client/@me/extension/31", {"extension_group_id": None})
    admin.put("/client/@me/extension/36", {"extension_group_id": 8})
    before = all_media(admin)[kind]
    admin.delete(delete.at(3), **SPAN)
    gone = [item for item in before if item not in all_media(admin)[kind]]
    numbers = {item["extension_id"] for item in gone}
    assert 30 in numbers
    assert numbers <= {30, 32, 33, 34, 39}


@pytest.mark.rule("media-delete")
@every_range
def test_a_range_of_an_empty_group_deletes_nothing(
    mock: RunningMock, admin: Api, delete: Operation
) -> None:
    before = everything(mock, admin)
    assert admin.delete(delete.at(8), **SPAN).status_code == 204
    assert everything(mock, admin) == before


@pytest.mark.rule("media-delete", "failed-request-changes-nothing")
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start_datetime": "2016-04-01 00:00:00"},
        {"end_datetime": "2016-04-01 00:00:00"},
        {"start_datetime": "2016-04-02 00:00:00", "end_datetime": "2016-04-01 00:00:00"},
        {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-06-01 00:00:01"},
        {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-04-31 00:00:00"},
    ],
)
@every_range
def test_a_refused_range_deletes_nothing(
    admin: Api, delete: Operation, query: dict[str, str]
) -> None:
    before = all_media(admin)
    assert admin.delete(delete.at(3), **query).status_code == 400
    assert all_media(admin) == before


@pytest.mark.rule("media-delete", "error-not-found", "failed-request-changes-nothing")
@pytest.mark.parametrize("which", range(3))
@every_item
def test_an_item_that_is_not_in_the_group_cannot_be_deleted_through_it(
    mock: RunningMock, admin: Api, delete: Operation, which: int
) -> None:
    kind = delete.collection
    before = everything(mock, admin)
    key = ELSEWHERE[kind][which]
    assert any(item[KEY[kind]] == key for lists in before for item in lists[kind])
    refused = admin.delete(delete.at(3, key))
    assert (refused.status_code, refused.json()["status"]) == (404, f"{kind}_not_found")
    assert everything(mock, admin) == before


@pytest.mark.rule("media-delete", "error-not-found")
def test_a_voicemail_is_no_record(admin: Api) -> None:
    key, _ = an_item_of_sales(admin, "voicemail")
    refused = admin.delete(operation("deleteGroupRecord").at(3, key))
    assert (refused.status_code, refused.json()["status"]) == (404, "record_not_found")
    assert admin.get(operation("downloadGroupVoicemail").at(3, key)).status_code == 200


@pytest.mark.rule("media-delete", "group-user-scope")
@every_item
def test_a_group_user_deletes_items_of_its_group(
    mock: RunningMock, admin: Api, delete: Operation
) -> None:
    key, _ = an_item_of_sales(admin, delete.collection)
    assert mock.as_user("sales-lead").delete(delete.at(3, key)).status_code == 204
    assert admin.delete(delete.at(3, key)).status_code == 404


@pytest.mark.rule("media-delete")
@every_range
def test_deleting_from_the_newest_on_leaves_the_older_in_order(
    admin: Api, delete: Operation
) -> None:
    listed = media_list("extension_group", delete.collection)
    items = whole(admin, listed, 3)
    newest = time_of(delete.collection, items[0])
    moment = newest.strftime("%Y-%m-%d %H:%M:%S")
    admin.delete(delete.at(3), start_datetime=moment, end_datetime=moment)
    assert whole(admin, listed, 3) == items[1:]
