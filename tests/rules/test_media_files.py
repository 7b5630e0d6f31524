"""Files of recorded items: under which name they are saved, and where else they are."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from ringme_spec.operations import Operation
from ringme_spec.paths import FIXTURES
from support.media import KEY, Item, fixture_items, media_list, whole
from support.operations import OPERATIONS, brief, path_in
from support.server import API, Api, RunningMock

DOWNLOADS = [one for one in OPERATIONS if one.action == "download"]
STORAGE = [one for one in OPERATIONS if one.action == "storage_url"]
OWNERS = {"client": "@me", "extension_group": 3, "extension": 31}
ENDING = {"record": ".mp3", "voicemail": ".mp3", "fax": ".pdf"}
every_download = pytest.mark.parametrize("download", DOWNLOADS, ids=brief)
every_storage = pytest.mark.parametrize("storage", STORAGE, ids=brief)


def items_at(api: Api, one: Operation) -> list[tuple[Item, str]]:
    """The items that an operation can be asked for, each with the path."""
    level, kind = str(one.section), one.collection.name
    listed, owner = media_list(level, kind), OWNERS[level]
    return [(item, path_in(one, owner, item[KEY[kind]])) for item in whole(api, listed, owner)]


def kept_bytes(kind: str, item: Item) -> bytes:
    """The bytes that the fixtures have for an item."""
    kept = next(one for one in fixture_items(kind) if one[KEY[kind]] == item[KEY[kind]])
    content: bytes = (FIXTURES / "files" / kept["file"]).read_bytes()
    return content


def attachment_name(response: httpx.Response) -> str:
    """The name for saving, from a Content-Disposition that must say attachment."""
    message = Message()
    message["Content-Disposition"] = response.headers["Content-Disposition"]
    assert message.get_content_disposition() == "attachment"
    # Who reads more than ASCII takes the full name.
    full = re.search(r"filename\*=UTF-8''(\S+)", response.headers["Content-Disposition"])
    return unquote(full[1]) if full else message.get_filename("")


@pytest.mark.rule("media-file")
@every_download
def test_a_file_comes_with_a_name_for_saving(admin: Api, download: Operation) -> None:
    names = set()
    items = items_at(admin, download)
    for item, path in items:
        name = attachment_name(admin.get(path))
        assert name.endswith(ENDING[download.collection.name])
        assert name == item.get("file_name", name)
        names.add(name)
    assert len(names) == len(items)


@pytest.mark.rule("media-file")
@every_storage
def test_a_storage_url_serves_the_same_bytes_without_a_token(
    mock: RunningMock, admin: Api, storage: Operation
) -> None:
    items = items_at(admin, storage)
    assert len(items) > 1
    for item, path in items:
        url = admin.read(path)["record_url"]
        assert urlsplit(url)[:2] == urlsplit(mock.url)[:2]
        served = mock.anonymous().request("GET", url)
        assert served.status_code == 200
        assert served.content == kept_bytes("record", item)
        assert served.headers["Content-Type"] == "audio/mpeg"
        assert served.headers["Content-Length"] == str(item["record_file_size"])


@pytest.mark.parametrize("host", ["[:]", "[:::::]:80", "[1]", "[FFFFF::]", "x:y", "a b"])
def test_a_host_that_is_no_address_is_in_no_storage_url(
    mock: RunningMock, admin: Api, host: str
) -> None:
    _, path = items_at(admin, STORAGE[0])[0]
    answer = admin.request("GET", API + path, headers={"Host": host})
    assert urlsplit(answer.json()["record_url"])[:2] == urlsplit(mock.url)[:2]


@pytest.mark.parametrize("host", ["mock.example", "mock.example:81", "[::1]:81", "10.0.0.1"])
def test_a_storage_url_leads_to_the_host_that_was_asked(admin: Api, host: str) -> None:
    _, path = items_at(admin, STORAGE[0])[0]
    answer = admin.request("GET", API + path, headers={"Host": host})
    assert urlsplit(answer.json()["record_url"]).netloc == host


@pytest.fixture
def stored(mock: RunningMock, admin: Api) -> tuple[Api, str, httpx.Response]:
    """Somebody without a token, the storage URL of a recording, and the whole of it."""
    _, path = items_at(admin, STORAGE[0])[0]
    anyone, url = mock.anonymous(), admin.read(path)["record_url"]
    return anyone, url, anyone.request("GET", url)


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_that_the_client_has_is_not_sent_again(
    stored: tuple[Api, str, httpx.Response], method: str, known: str
) -> None:
    anyone, url, whole = stored
    tag = whole.headers["ETag"]
    headers = {"If-None-Match": known.format(tag), "Range": "bytes=0-1"}
    answer = anyone.request(method, url, headers=headers)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == tag
    other = anyone.request("GET", url, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, whole.content)


def test_a_part_is_sent_only_of_the_file_that_the_client_knows(
    stored: tuple[Api, str, httpx.Response],
) -> None:
    anyone, url, whole = stored
    tag, wanted = whole.headers["ETag"], {"Range": "bytes=2-5"}
    same = anyone.request("GET", url, headers={**wanted, "If-Range": tag})
    assert (same.status_code, same.content) == (206, whole.content[2:6])
    assert same.headers["ETag"] == tag
    for told in ('"other"', f"W/{tag}", "Thu, 21 Apr 2016 23:59:59 GMT", ""):
        other = anyone.request("GET", url, headers={**wanted, "If-Range": told})
        assert (other.status_code, other.content) == (200, whole.content)


def test_other_files_have_other_tags(mock: RunningMock, admin: Api) -> None:
    urls = [admin.read(path)["record_url"] for _, path in items_at(admin, STORAGE[0])]
    files = [mock.anonymous().request("GET", url) for url in urls]
    assert len({one.headers["ETag"] for one in files}) == len({one.content for one in files}) > 1
