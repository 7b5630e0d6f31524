"""Query strings byte for byte as clients send them, and date-times in both directions."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from support.media import (
    MEDIA_LISTS,
    OPTIONAL_RANGE,
    PAGED,
    RANGED,
    READS,
    SPAN,
    TIME,
    Operation,
    operation,
    send,
    send_raw,
)
from support.server import API, Api, RunningMock

DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
FRACTION = re.compile(DATE_TIME.pattern + r"(\.[0-9]{2})?")
APRIL = {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-04-05 09:00:00"}
open_lists = pytest.mark.parametrize(
    "listed", [one for one in MEDIA_LISTS if one.collection in OPTIONAL_RANGE], ids=str
)
every_list = pytest.mark.parametrize("listed", PAGED, ids=str)
every_media_list = pytest.mark.parametrize("listed", MEDIA_LISTS, ids=str)
every_ranged = pytest.mark.parametrize("one", RANGED, ids=str)


def read_raw(mock: RunningMock, api: Api, listed: Operation, query: str) -> Any:
    """The JSON of a GET whose query goes out as it stands."""
    response = send_raw(mock, "GET", f"{API}{listed.at()}?{query}", api.token)
    assert response.status_code == 200, response.text
    return response.json()


def query_of(listed: Operation) -> str:
    """A query that makes the list long, to put something behind."""
    if listed.collection not in TIME:
        return ""
    return "".join(f"{name}={quote(value)}&" for name, value in SPAN.items())


@pytest.mark.rule("empty-query")
@pytest.mark.parametrize(
    "query",
    [
        "end_datetime=&extension_id=&per_page=0",
        "end_datetime=&extension_id=&page=0&per_page=0&start_datetime=",
        "start_datetime&end_datetime&order&page&per_page",
        "order=&page=&per_page=",
        "",
    ],
)
@open_lists
def test_empty_values_count_as_not_given(
    mock: RunningMock, admin: Api, listed: Operation, query: str
) -> None:
    items = admin.read(listed.at())
    assert items
    assert read_raw(mock, admin, listed, query) == items


@pytest.mark.rule("empty-query")
@every_list
def test_empty_pages_orders_and_filters_count_as_not_given(
    mock: RunningMock, admin: Api, listed: Operation
) -> None:
    given = query_of(listed)
    items = read_raw(mock, admin, listed, given)
    assert len(items) > 0
    for nothing in (
        "page=0&per_page=0",
        "page=&per_page=&order=",
        "type=&status=&name=&extension_group_id=",
        "type[]=&status[0]=",
        "type%5B%5D=",
    ):
        assert read_raw(mock, admin, listed, given + nothing) == items


@pytest.mark.rule("empty-query")
@every_list
def test_unknown_query_keys_are_ignored(mock: RunningMock, admin: Api, listed: Operation) -> None:
    given = query_of(listed)
    items = read_raw(mock, admin, listed, given)
    for unknown in ("_=1700000000", "limit=1&offset=1", "a[b]=c&%00=%FF&=x", "Page=2&PER_PAGE=1"):
        assert read_raw(mock, admin, listed, given + unknown) == items


@pytest.mark.rule("empty-query")
def test_unknown_query_keys_of_a_change_are_ignored(admin: Api) -> None:
    path = operation("createExtensionGroup").at()
    created = admin.request("POST", f"{API}{path}?name=Other&id=77", json={"name": "One"})
    assert (created.status_code, created.json()["name"], created.json()["id"]) == (201, "One", 14)


LISTS = [
    ("type=phone&type=queue", "type", ["phone", "queue"]),
    ("type[]=phone&type[]=queue", "type", ["phone", "queue"]),
    ("type[0]=phone&type[1]=queue", "type", ["phone", "queue"]),
    ("type%5B%5D=phone&type%5B%5D=queue", "type", ["phone", "queue"]),
    ("type%5B0%5D=phone&type%5B1%5D=queue", "type", ["phone", "queue"]),
    ("type%5b0%5d=queue&type%5b1%5d=phone", "type", ["phone", "queue"]),
    ("type[]=fax", "type", ["fax"]),
    ("type=fax&type=", "type", ["fax"]),
    ("status[]=active&status[]=blocked", "status", ["active", "blocked"]),
    ("status[0]=blocked", "status", ["blocked"]),
    ("name[]=000*300&name[]=301&name[]=303", "name", ["000*300", "000*301", "000*303"]),
    ("name=000%2A302&name=304", "name", ["000*302", "000*304"]),
    ("extension_group_id[0]=3&extension_group_id[1]=5", "extension_group_id", [3, 5]),
    ("extension_group_id=3&extension_group_id=9", "extension_group_id", [3, 9]),
]


@pytest.mark.rule("empty-query")
@pytest.mark.parametrize(("query", "name", "values"), LISTS)
@pytest.mark.parametrize("listed", [one for one in PAGED if one.collection == "extension"], ids=str)
def test_lists_of_values_come_in_every_spelling(
    mock: RunningMock, admin: Api, listed: Operation, query: str, name: str, values: list[Any]
) -> None:
    everyone = admin.read(listed.at())
    chosen = [one for one in everyone if one[name] in values]
    assert read_raw(mock, admin, listed, query) == chosen
    assert chosen or listed.level == "extension_group"


@pytest.mark.rule("dates-in")
@pytest.mark.parametrize(
    "query",
    [
        "start_datetime=2016-4-1%2000:00:00&end_datetime=2016-4-5%2009:00:00",
        "start_datetime=2016-4-1+0:0:0&end_datetime=2016-4-5+9:0:0",
        "start_datetime=2016-04-1%200%3A00%3A00&end_datetime=2016-4-05%209%3A0%3A00",
        "start_datetime=2016-04-01%2000%3A00%3A00&end_datetime=2016-04-05%2009%3A00%3A00",
    ],
)
@every_media_list
def test_parts_of_a_date_time_need_no_zeros(
    mock: RunningMock, admin: Api, listed: Operation, query: str
) -> None:
    assert read_raw(mock, admin, listed, query) == admin.read(listed.at(), **APRIL)


@pytest.mark.rule("dates-in", "empty-query")
@open_lists
def test_a_client_may_ask_for_what_is_new_since_september(
    mock: RunningMock, admin: Api, listed: Operation
) -> None:
    asked = "start_datetime=2018-9-18%2004:00:00&end_datetime=&extension_id=&per_page=0"
    assert read_raw(mock, admin, listed, asked) == []
    asked = asked.replace("2018-9-18", "2016-4-1")
    since = admin.read(listed.at(), start_datetime="2016-04-01 04:00:00")
    assert read_raw(mock, admin, listed, asked) == since != []


@pytest.mark.rule("dates-in")
@pytest.mark.parametrize(
    "day",
    ["2016-2-29", "2000-02-29", "2015-2-28", "2016-5-31", "2016-6-30", "2015-12-31", "2016-1-1"],
)
@every_ranged
def test_the_days_of_every_month_exist(admin: Api, one: Operation, day: str) -> None:
    moments = {"start_datetime": f"{day} 23:59:59", "end_datetime": f"{day} 23:59:59"}
    assert send(admin, one, **moments).status_code in (200, 204)


@pytest.mark.rule("dates-in", "error-validation")
@pytest.mark.parametrize(
    "value",
    [
        "2016-02-30 00:00:00",
        "2015-02-29 00:00:00",
        "1900-02-29 00:00:00",
        "2016-04-31 00:00:00",
        "2016-13-01 00:00:00",
        "2016-00-10 00:00:00",
        "2016-04-00 00:00:00",
        "2016-04-10 24:00:00",
        "2016-04-10 10:60:00",
        "2016-04-10 10:00:60",
        "2016-04-10T10:00:00",
        "2016-04-10 10:00:00Z",
        "2016-04-10 10:00:00+03:00",
        "2016-04-10 10:00:00.50",
        "2016-04-10",
        "2016-04-10 10:00",
        "10.04.2016 10:00:00",
        "16-04-10 10:00:00",
        " 2016-04-10 10:00:00",
        "2016-04-10 10:00:00\n",
        "2016-04-10  10:00:00",
        "201\u0666-04-10 10:00:00",
        "1460282400",
        "now",
    ],
)
def test_another_date_time_is_refused_by_name(admin: Api, value: str) -> None:
    for one in RANGED:
        for name in SPAN:
            refused = send(admin, one, **{**SPAN, name: value})
            assert refused.status_code == 400, one.id
            assert refused.json()["message"].startswith(f"{name}:"), one.id


def date_times(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """All texts in an answer that look like a date, with their names."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from date_times(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from date_times(part, name)
    elif isinstance(value, str) and (name.endswith(("_gmt", "date", "datetime"))):
        yield name, value


@pytest.mark.rule("no-zone")
def test_answers_write_date_times_without_a_zone(admin: Api) -> None:
    found = [
        pair
        for one in READS
        if one.action in ("list", "read")
        for pair in date_times(send(admin, one).json())
    ]
    assert {name for name, _ in found} >= {*TIME.values(), "create_date", "hangup_time_gmt"}
    for name, value in found:
        pattern = FRACTION if name == "init_time_gmt" else DATE_TIME
        assert pattern.fullmatch(value), (name, value)
    assert ("init_time_gmt", "2016-04-04 08:15:30.07") in found


@pytest.mark.rule("no-zone")
def test_the_date_of_a_new_number_is_utc(
    mock: RunningMock, admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Yekaterinburg")
    time.tzset()
    try:
        before = mock.clock.now()
        created = admin.post("/client/@me/extension/", {"name": "399"}).json()["create_date"]
        after = mock.clock.now()
    finally:
        monkeypatch.undo()
        time.tzset()
    moment = datetime.strptime(created, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert before.astimezone(UTC).replace(microsecond=0) <= moment <= after
