"""Files of recorded items: names, storage URLs, conditional and range requests."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ringme_spec.operations import Operation
from support.operations import OPERATIONS, path_in
from support.server import API, Api, RunningMock

STORAGE = [one for one in OPERATIONS if one.action == "storage_url"]
OWNERS = {"client": "@me", "extension_group": 3, "extension": 31}
# As long as a list allows; together they contain all items of the fixtures.
WINDOWS = (
    ("2016-06-01 00:00:00", "2016-07-31 23:59:59"),
    ("2016-04-01 00:00:00", "2016-05-31 23:59:59"),
    ("2016-02-01 00:00:00", "2016-03-31 23:59:59"),
    ("2015-12-01 00:00:00", "2016-01-31 23:59:59"),
)
Item = dict[str, Any]


def items_at(api: Api, one: Operation) -> list[tuple[Item, str]]:
    """Return the items that an operation applies to, each with its path."""
    level, kind, owner = one.section, one.collection, OWNERS[str(one.section)]
    listed = next(
        other
        for other in OPERATIONS
        if (other.action, other.section, other.collection) == ("list", level, kind)
    )
    items = (
        item
        for start, end in WINDOWS
        for item in api.read(path_in(listed, owner), start_datetime=start, end_datetime=end)
    )
    return [(item, path_in(one, owner, item[kind.key])) for item in items]


@pytest.mark.parametrize("host", ["[:]", "[:::::]:80", "[1]", "[FFFFF::]", "x:y", "a b"])
def test_invalid_host_header_is_not_used_in_a_storage_url(
    mock: RunningMock, admin: Api, host: str
) -> None:
    _, path = items_at(admin, STORAGE[0])[0]
    response = admin.request("GET", API + path, headers={"Host": host})
    assert urlsplit(response.json()["record_url"])[:2] == urlsplit(mock.url)[:2]


@pytest.mark.parametrize("host", ["mock.example", "mock.example:81", "[::1]:81", "10.0.0.1"])
def test_storage_url_has_the_host_of_the_request(admin: Api, host: str) -> None:
    _, path = items_at(admin, STORAGE[0])[0]
    response = admin.request("GET", API + path, headers={"Host": host})
    assert urlsplit(response.json()["record_url"]).netloc == host


@pytest.fixture
def stored(mock: RunningMock, admin: Api) -> tuple[Api, str, httpx.Response]:
    """Return an anonymous client, the storage URL of a recording, and its full response."""
    _, path = items_at(admin, STORAGE[0])[0]
    anonymous, url = mock.anonymous(), admin.read(path)["record_url"]
    return anonymous, url, anonymous.request("GET", url)


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_matching_if_none_match_is_a_304(
    stored: tuple[Api, str, httpx.Response], method: str, known: str
) -> None:
    anonymous, url, full_response = stored
    tag = full_response.headers["ETag"]
    headers = {"If-None-Match": known.format(tag), "Range": "bytes=0-1"}
    response = anonymous.request(method, url, headers=headers)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == tag
    other = anonymous.request("GET", url, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, full_response.content)


def test_range_is_served_only_if_if_range_matches(
    stored: tuple[Api, str, httpx.Response],
) -> None:
    anonymous, url, full_response = stored
    tag, wanted = full_response.headers["ETag"], {"Range": "bytes=2-5"}
    same = anonymous.request("GET", url, headers={**wanted, "If-Range": tag})
    assert (same.status_code, same.content) == (206, full_response.content[2:6])
    assert same.headers["ETag"] == tag
    for if_range in ('"other"', f"W/{tag}", "Thu, 21 Apr 2016 23:59:59 GMT", ""):
        other = anonymous.request("GET", url, headers={**wanted, "If-Range": if_range})
        assert (other.status_code, other.content) == (200, full_response.content)


def test_different_files_have_different_etags(mock: RunningMock, admin: Api) -> None:
    urls = [admin.read(path)["record_url"] for _, path in items_at(admin, STORAGE[0])]
    files = [mock.anonymous().request("GET", url) for url in urls]
    assert len({one.headers["ETag"] for one in files}) == len({one.content for one in files}) > 1
