"""Request bodies: what is taken for JSON, what is refused, and what needs no body at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from support.media import OPERATIONS, Operation, operation, send_raw
from support.server import API, Api, RunningMock

CHANGES = [one for one in OPERATIONS if one.body is not None]
BARE = [one for one in OPERATIONS if one.body is None]
JSON = {"Content-Type": "application/json"}
SUCCESS = {"POST": 201, "PUT": 200}
every_change = pytest.mark.parametrize("one", CHANGES, ids=str)


def send_bytes(api: Api, one: Operation, content: Any, headers: dict[str, str]) -> httpx.Response:
    """A request for an operation with these bytes and no further header than these."""
    return api.request(one.method, API + one.at(), content=content, headers=headers)


def example(one: Operation) -> bytes:
    return json.dumps(one.body).encode()


def with_more(one: Operation, more: bytes) -> bytes:
    """The example with one more member, or what pretends to be one."""
    return example(one)[:-1] + b", " + more + b"}"


def configuration(admin: Api) -> list[Any]:
    """All that requests with bodies change."""
    lists = ("listExtensionGroups", "listExtensions", "listGroupUsers")
    return [admin.read(operation(name).at()) for name in lists]


def nested(depth: int) -> bytes:
    """JSON of so many levels."""
    return b"[" * depth + b"]" * depth


@pytest.mark.rule("body")
def test_six_operations_take_a_body() -> None:
    assert len(CHANGES) == 6


@pytest.mark.rule("body")
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        "Application/Json ; charset=utf-8",
    ],
)
@every_change
def test_json_is_taken_under_every_spelling_of_its_name(
    admin: Api, one: Operation, content_type: str
) -> None:
    response = send_bytes(admin, one, example(one), {"Content-Type": content_type})
    assert response.status_code == SUCCESS[one.method]


@pytest.mark.rule("body")
@every_change
def test_json_is_taken_without_a_content_type(
    mock: RunningMock, admin: Api, one: Operation
) -> None:
    response = send_raw(mock, one.method, API + one.at(), admin.token, body=example(one))
    assert response.status_code == SUCCESS[one.method]


@pytest.mark.rule("body")
@every_change
def test_json_may_come_in_chunks(admin: Api, one: Operation) -> None:
    whole = example(one)

    def chunks() -> Iterator[bytes]:
        for place in range(0, len(whole), 7):
            yield whole[place : place + 7]

    response = send_bytes(admin, one, chunks(), JSON)
    assert response.request.headers["Transfer-Encoding"] == "chunked"
    assert response.status_code == SUCCESS[one.method]


@pytest.mark.rule("body")
@pytest.mark.parametrize(
    "content", ['{"name": "Отдел"}', r'{"name": "\u041e\u0442\u0434\u0435\u043b"}']
)
def test_text_beyond_ascii_comes_back_as_it_was_sent(admin: Api, content: str) -> None:
    response = send_bytes(admin, operation("createExtensionGroup"), content.encode(), JSON)
    assert response.json()["name"] == "Отдел"


@pytest.mark.rule("body")
@pytest.mark.parametrize("content", [b'\r\n\t {"name": "x"}\n ', b'{"name": "\\ud83d\\ude00"}'])
def test_all_of_json_is_understood(admin: Api, content: bytes) -> None:
    response = send_bytes(admin, operation("createExtensionGroup"), content, JSON)
    assert response.status_code == 201


@pytest.mark.rule("body", "failed-request-changes-nothing")
@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "\xff\xfe"}',
        '{"name": "Отдел"}'.encode("cp1251"),
        b"name=x",
        b'{"name": "x"',
        b"{'name': 'x'}",
        b'{"name": "x"} {}',
        b'[{"name": "x"}]',
        b"[]",
        b'"name"',
        b"12",
        b"true",
        b"null",
        b"",
        b" ",
    ],
)
@every_change
def test_what_is_no_json_object_is_refused(admin: Api, one: Operation, content: bytes) -> None:
    before = configuration(admin)
    for headers in (JSON, {}):
        refused = send_bytes(admin, one, content, headers)
        assert refused.status_code == 400
        assert set(refused.json()) == {"message"}
    assert configuration(admin) == before


@pytest.mark.rule("body", "failed-request-changes-nothing")
@pytest.mark.parametrize(
    "flaw",
    [
        b'"x": "\xff\xfe"',
        '"x": "Отдел"'.encode("cp1251"),
        b'"x": NaN',
        b'"x": -Infinity',
        b"'x': 1",
        b'"x": 1,',
        b'"x": 01',
        b'"x": "\n"',
        b"// a remark",
    ],
)
@every_change
def test_one_flaw_spoils_a_good_body(admin: Api, one: Operation, flaw: bytes) -> None:
    before = configuration(admin)
    assert send_bytes(admin, one, with_more(one, flaw), JSON).status_code == 400
    assert configuration(admin) == before
    good = send_bytes(admin, one, with_more(one, b'"x": 1'), JSON)
    assert good.status_code == SUCCESS[one.method]


@pytest.mark.rule("body", "failed-request-changes-nothing")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'\xef\xbb\xbf{"name": "x"}', "begins with a byte order mark; send UTF-8 without it"),
        (b'{"name": "\xff"}', "is not UTF-8"),
        (b'{"name":\n x}', "cannot be read as JSON: unexpected character, expected a JSON val"),
        (b'{"name": "\\ud800"}', "cannot be read as JSON: no low surrogate in string, line 1, c"),
        (b'{"name": "\\udc00 x"}', "cannot be read as JSON: invalid high surrogate in string, li"),
        (b'{"name": "\xed\xa0\x80"}', "is not UTF-8"),
        (b'{"name": "x", "y": 1e400}', "cannot be read as JSON: number is infinity when parsed as"),
        (b'{"name": "x", "y": ' + nested(90) + b"}", "is nested more than 90 levels deep"),
        (b'{"name": "x", "y": ' + nested(300) + b"}", "is nested more than 90 levels deep"),
        (nested(5000), "cannot be read as JSON: depth limit exceeded, line 1, column"),
    ],
)
@every_change
def test_what_could_not_be_written_again_is_refused_in_clear_words(
    admin: Api, one: Operation, content: bytes, message: str
) -> None:
    before = configuration(admin)
    refused = send_bytes(admin, one, content, JSON)
    assert refused.status_code == 400
    assert refused.json()["message"].startswith(f"body: {message}")
    assert configuration(admin) == before


@pytest.mark.rule("body", "extra-keys")
@pytest.mark.parametrize("more", [b'"x": ' + nested(89), b'"x": 1e300', b'"x": ' + b"9" * 300])
@every_change
def test_what_is_not_stored_may_be_any_json(admin: Api, one: Operation, more: bytes) -> None:
    assert send_bytes(admin, one, with_more(one, more), JSON).status_code == SUCCESS[one.method]


@pytest.mark.rule("body")
def test_of_repeated_keys_the_last_counts(admin: Api) -> None:
    content = b'{"name": "first", "name": 5, "name": "last"}'
    made = send_bytes(admin, operation("createExtensionGroup"), content, JSON)
    assert (made.status_code, made.json()["name"]) == (201, "last")


@pytest.mark.rule("body")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
@every_change
def test_json_in_another_encoding_is_refused(admin: Api, one: Operation, encoding: str) -> None:
    content = example(one).decode().encode(encoding)
    assert send_bytes(admin, one, content, JSON).status_code == 400


@pytest.mark.rule("body", "failed-request-changes-nothing")
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/octet-stream",
        "text/json",
        "application/jsonp",
    ],
)
@every_change
def test_another_media_type_is_refused(admin: Api, one: Operation, content_type: str) -> None:
    before = configuration(admin)
    refused = send_bytes(admin, one, example(one), {"Content-Type": content_type})
    assert refused.status_code == 415
    assert set(refused.json()) == {"message"}
    assert configuration(admin) == before


@pytest.mark.rule("body")
@pytest.mark.parametrize("extra", [{}, {"Content-Length": "0"}, {"Accept": "application/json"}])
@pytest.mark.parametrize("one", BARE, ids=str)
def test_a_request_without_a_body_may_say_json(
    mock: RunningMock, admin: Api, one: Operation, extra: dict[str, str]
) -> None:
    query = str(httpx.QueryParams(one.query))
    target = f"{API}{one.at()}?{query}" if query else API + one.at()
    response = send_raw(mock, one.method, target, admin.token, {**JSON, **extra})
    assert response.status_code == (204 if one.method == "DELETE" else 200)
