"""Which recorded items a list holds, and in which order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.media import (
    KEY,
    MEDIA_LISTS,
    OPTIONAL_RANGE,
    RANGED,
    SPAN,
    TIME,
    Item,
    Operation,
    all_media,
    fixture_items,
    media_list,
    moment,
    of_members,
    operation,
    send,
    text,
    time_of,
    whole,
)
from support.server import API, Api, RunningMock

SECOND = timedelta(seconds=1)
GROUPS = (3, 5, 8, 9)
EXAMPLE = {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-04-21 23:59:59"}
TWO_MONTHS = {"start_datetime": "2016-04-01 10:00:00", "end_datetime": "2016-06-01 10:00:00"}
every_list = pytest.mark.parametrize("listed", MEDIA_LISTS, ids=str)
every_ranged = pytest.mark.parametrize("one", RANGED, ids=str)
open_lists = pytest.mark.parametrize(
    "listed", [one for one in MEDIA_LISTS if one.collection in OPTIONAL_RANGE], ids=str
)
by_kind = pytest.mark.parametrize("kind", TIME)


def assert_groups_show_their_members(admin: Api) -> None:
    for kind, items in all_media(admin).items():
        for group in GROUPS:
            members = admin.read(f"/extension_group/{group}/extension/")
            shown = whole(admin, media_list("extension_group", kind), group)
            assert shown == of_members(kind, items, members), (kind, group)


def busy(listed: Operation) -> int | None:
    """The owner whose list holds several items: 30 has one fax, 39 two of the same moment."""
    return 39 if (listed.level, listed.collection) == ("extension", "fax") else None


def inside(kind: str, items: list[Item], start: datetime, end: datetime) -> list[Item]:
    return [item for item in items if start <= time_of(kind, item) <= end]


def edges(kind: str, items: list[Item]) -> list[datetime]:
    """Each second in which an item is, the one before and the one after."""
    seconds = {time_of(kind, item).replace(microsecond=0) for item in items}
    return sorted({second + shift * SECOND for second in seconds for shift in (-1, 0, 1)})


@pytest.mark.rule("media-range")
def test_there_are_lists_of_four_kinds_at_three_levels() -> None:
    levels = ("client", "extension_group", "extension")
    assert {(one.level, one.collection) for one in MEDIA_LISTS} == {
        (level, kind) for level in levels for kind in TIME
    }


@pytest.mark.rule("media-range", "group-media-by-membership")
@pytest.mark.parametrize(("login", "client"), [("client-admin", 12), ("other-admin", 13)])
@by_kind
def test_the_client_list_shows_exactly_the_items_of_the_client(
    mock: RunningMock, login: str, client: int, kind: str
) -> None:
    shown = whole(mock.as_user(login), media_list("client", kind))
    owner = "client_owner_id" if kind in ("record", "voicemail") else "client_id"
    kept = [item for item in fixture_items(kind) if item[owner] == client]
    assert len(shown) == len(kept) > 0
    assert all(any(item.items() <= one.items() for one in kept) for item in shown)


@pytest.mark.rule("group-media-by-membership")
def test_a_group_list_is_the_client_list_of_the_numbers_in_the_group(admin: Api) -> None:
    assert_groups_show_their_members(admin)


@pytest.mark.rule("group-media-by-membership", "extension-place", "extension-release")
def test_a_moved_number_takes_its_items_along(admin: Api) -> None:
    before = all_media(admin)
    # Out of no group, from one to another, and out of one.
    for number, group in ((30, 3), (28, 8), (31, 5), (36, None)):
        admin.put(f"/client/@me/extension/{number}", {"extension_group_id": group})
        assert_groups_show_their_members(admin)
    assert all_media(admin) == before
    assert whole(admin, media_list("extension_group", "record"), 8)


@pytest.mark.rule("group-media-by-membership")
@pytest.mark.parametrize("kind", ["record", "voicemail"])
def test_a_moved_call_keeps_the_group_of_its_time(admin: Api, kind: str) -> None:
    at_support = media_list("extension_group", kind)
    admin.put("/client/@me/extension/31", {"extension_group_id": 5})
    moved = [item for item in whole(admin, at_support, 5) if item["extension_id"] == 31]
    assert len(moved) > 1
    assert {item["extension_group_owner_id"] for item in moved} == {3}


@pytest.mark.rule("group-media-by-membership", "user-types", "group-user-scope")
@by_kind
def test_a_group_user_reads_the_media_of_its_group(
    mock: RunningMock, admin: Api, kind: str
) -> None:
    listed = media_list("extension_group", kind)
    mine = whole(mock.as_user("sales-lead"), listed, 3)
    assert mine == whole(admin, listed, 3) != []


@pytest.mark.rule("group-media-by-membership", "user-types")
@by_kind
def test_a_number_list_is_the_client_list_of_that_number(
    mock: RunningMock, admin: Api, kind: str
) -> None:
    mine = whole(mock.as_user("petrov-phone"), media_list("extension", kind), 30)
    number = admin.read("/client/@me/extension/30")
    assert mine == of_members(kind, all_media(admin)[kind], [number]) != []


@pytest.mark.rule("media-range")
@every_list
def test_an_item_is_in_the_range_from_start_to_end(admin: Api, listed: Operation) -> None:
    kind = listed.collection
    items = whole(admin, listed)
    for edge in edges(kind, items):
        # A range of no length, one that begins here, and one that ends here.
        for start, end in ((edge, edge), (edge, edge + 9 * SECOND), (edge - 9 * SECOND, edge)):
            got = admin.read(listed.at(), start_datetime=text(start), end_datetime=text(end))
            assert got == inside(kind, items, start, end)


@pytest.mark.rule("media-range")
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2016-04-01 00:00:05", "2016-04-01 00:00:05", []),
        ("2016-04-01 00:00:05", "2016-04-01 00:00:06", ["2016-04-01 00:00:05.98"]),
        ("2016-04-01 00:00:06", "2016-04-01 00:00:07", []),
    ],
)
def test_a_fraction_puts_an_item_after_its_second(
    admin: Api, start: str, end: str, expected: list[str]
) -> None:
    items = admin.read("/extension/28/record/", start_datetime=start, end_datetime=end)
    assert [item["init_time_gmt"] for item in items] == expected


@pytest.mark.rule("media-range")
def test_the_documented_range_ends_with_its_last_whole_second(admin: Api) -> None:
    times = [item["init_time_gmt"] for item in admin.read("/extension/28/record/", **EXAMPLE)]
    assert times[0] == "2016-04-21 23:59:59"
    times = [item["init_time_gmt"] for item in admin.read("/extension/30/record/", **EXAMPLE)]
    assert (times[0], times[-1]) == ("2016-04-15 14:02:11.40", "2016-04-01 00:00:00")
    later = {"start_datetime": "2016-04-21 23:59:59", "end_datetime": "2016-04-22 00:00:00"}
    times = [item["init_time_gmt"] for item in admin.read("/extension/30/record/", **later)]
    assert times == ["2016-04-21 23:59:59.50"]


@pytest.mark.rule("media-range")
@every_ranged
def test_a_start_after_the_end_is_refused(admin: Api, one: Operation) -> None:
    refused = send(
        admin, one, start_datetime="2016-04-21 23:59:59", end_datetime="2016-04-21 23:59:58"
    )
    assert refused.status_code == 400
    assert "start_datetime" in refused.json()["message"]


@pytest.mark.rule("media-range", "error-validation")
@pytest.mark.parametrize("name", ["start_datetime", "end_datetime"])
@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("one", [one for one in RANGED if one.query], ids=str)
def test_calls_cannot_be_listed_without_a_range(
    admin: Api, one: Operation, value: str | None, name: str
) -> None:
    query = {key: bound for key, bound in SPAN.items() if key != name}
    query |= {} if value is None else {name: value}
    refused = admin.request(one.method, API + one.at(), params=query)
    assert refused.status_code == 400
    assert name in refused.json()["message"]


@pytest.mark.rule("media-range")
@open_lists
def test_a_range_of_faxes_or_log_entries_may_be_open(admin: Api, listed: Operation) -> None:
    path = listed.at(busy(listed))
    items = whole(admin, listed, busy(listed))
    times = [time_of(listed.collection, item) for item in items]
    newest, oldest = times.count(times[0]), times.count(times[-1])
    assert newest < len(items)
    assert admin.read(path) == items
    assert admin.read(path, start_datetime=text(times[0])) == items[:newest]
    assert admin.read(path, end_datetime=text(times[-1])) == items[-oldest:]
    assert admin.read(path, start_datetime=text(times[-1])) == items
    assert admin.read(path, end_datetime=text(times[0])) == items


@pytest.mark.rule("media-interval")
@open_lists
def test_a_range_of_faxes_or_log_entries_may_be_of_any_length(
    admin: Api, listed: Operation
) -> None:
    ages = {"start_datetime": "1000-01-01 00:00:00", "end_datetime": "2999-12-31 23:59:59"}
    assert admin.read(listed.at(), **ages) == whole(admin, listed)


RECORD_ENDS = [
    ("2016-04-01 00:00:00", "2016-05-31 23:59:59"),
    ("2016-04-30 23:59:59", "2016-05-31 23:59:59"),
    ("2015-12-31 12:00:00", "2016-01-31 23:59:59"),
    ("2015-11-15 00:00:00", "2015-12-31 23:59:59"),
    ("2016-01-31 10:00:00", "2016-02-29 23:59:59"),
    ("2015-01-31 10:00:00", "2015-02-28 23:59:59"),
    ("2016-02-01 00:00:00", "2016-03-31 23:59:59"),
]
VOICEMAIL_ENDS = [
    ("2016-04-01 10:00:00", "2016-06-01 10:00:00"),
    ("2015-12-31 09:00:00", "2016-02-29 09:00:00"),
    ("2014-12-29 23:59:59", "2015-02-28 23:59:59"),
    ("2015-12-29 00:00:00", "2016-02-29 00:00:00"),
    ("2015-11-30 00:00:00", "2016-01-30 00:00:00"),
    ("2016-07-31 13:14:15", "2016-09-30 13:14:15"),
]


@pytest.mark.rule("media-interval")
@pytest.mark.parametrize(
    ("one", "start", "end"),
    [
        (one, *bounds)
        for one in RANGED
        for bounds in {"record": RECORD_ENDS, "voicemail": VOICEMAIL_ENDS}.get(one.collection, [])
    ],
    ids=str,
)
def test_a_range_of_calls_reaches_to_its_last_second_and_no_further(
    admin: Api, one: Operation, start: str, end: str
) -> None:
    fine = send(admin, one, start_datetime=start, end_datetime=end)
    assert fine.status_code == (204 if one.method == "DELETE" else 200)
    refused = send(admin, one, start_datetime=start, end_datetime=text(moment(end) + SECOND))
    assert refused.status_code == 400
    assert "end_datetime" in refused.json()["message"]


@pytest.mark.rule("media-order")
@every_list
def test_a_list_is_newest_first_and_asc_is_the_exact_reverse(admin: Api, listed: Operation) -> None:
    kind, path = listed.collection, listed.at(busy(listed))
    span = TWO_MONTHS if kind == "voicemail" else SPAN
    items = admin.read(path, **span)
    keys = [(time_of(kind, item), item[KEY[kind]]) for item in items]
    assert len(keys) > 1
    assert keys == sorted(keys, reverse=True)
    tied = len({time for time, _ in keys}) < len(keys)
    assert tied or (listed.level == "extension" and kind != "fax")
    assert admin.read(path, **span, order="desc") == items
    assert admin.read(path, **span, order="asc") == items[::-1]


@pytest.mark.rule("media-order")
@every_list
def test_another_order_is_refused(admin: Api, listed: Operation) -> None:
    refused = admin.get(listed.at(), **SPAN, order="newest")
    assert refused.status_code == 400
    assert "order" in refused.json()["message"]


@pytest.mark.rule("stats-agree")
@pytest.mark.parametrize("group", GROUPS)
def test_stats_count_what_the_list_shows(admin: Api, group: int) -> None:
    admin.put("/client/@me/extension/30", {"extension_group_id": 9})
    listed, stats = operation("listGroupRecords"), operation("getGroupRecordStats")
    for edge in [moment(EXAMPLE["start_datetime"]), *edges("record", fixture_items("record"))]:
        span = {"start_datetime": text(edge), "end_datetime": text(edge + timedelta(days=20))}
        items = admin.read(listed.at(group), **span)
        assert admin.read(stats.at(group), **span) == {
            "count": len(items),
            "size": sum(item["record_file_size"] for item in items),
        }


@pytest.mark.rule("stats-agree")
def test_stats_of_the_documented_range_add_up(admin: Api) -> None:
    stats = admin.read("/extension_group/3/record/stats/", **EXAMPLE)
    assert stats == {"count": 8, "size": 48672}
