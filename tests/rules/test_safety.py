"""What no request may do: change what it must not, or make the mock fail (contract section 6)."""

from __future__ import annotations

import socket
from http.client import HTTPResponse
from typing import Any

import pytest

from ringme_mock.http.body import LONGEST_BODY
from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES
from support.server import API, LIMITED, LOGIN_CALL_API, TRUSTED, TRUSTED_CALL_API, Api, RunningMock
from support.views import (
    DOCUMENT,
    METHODS,
    WINDOWS,
    Example,
    accepted,
    brief,
    examples,
    items,
    refused,
    snapshot,
)

# A member of group 3, whose items the examples of the document are.
OWN: dict[str, Any] = {"ext_group_id": 3, "extension_id": 31, "client_id": 12}
NAMES = (*OWN, "user_id")
READING = examples("get", **OWN)
WRITING = examples("post", "put", "delete", **OWN)
# Deleting what lies deepest first, so that each has something to delete.
EVERYTHING = [*READING, *reversed(WRITING)]
SENDING = [example for example in WRITING if example.body is not None]
ARCHIVE = "c1200000000000000000000000000005"  # an application whose owner may only read
NEW_USER = {"name": "x", "login": "x", "password": "x", "email": "a@b", "extension_group_id": 3}
MAY_RANGE = {"start_datetime": "2016-05-01 00:00:00", "end_datetime": "2016-04-01 00:00:00"}
# Requests that fit the schemas and break a rule of the operation.
BROKEN_RULES: list[tuple[str, str, dict[str, Any], int]] = [
    ("post", "/client/12/extension/", {"name": "302"}, 400),
    ("post", "/client/12/extension/", {"name": "3999"}, 400),
    ("post", "/client/12/extension/", {"name": "013*399", "extension_group_id": 3}, 400),
    ("post", "/client/12/extension/", {"name": "399", "extension_group_id": 4}, 404),
    ("put", "/client/12/extension/31", {"name": "399", "extension_group_id": 5}, 400),
    ("put", "/client/12/extension/31", {"label": "x", "extension_group_id": 4}, 404),
    ("post", "/client/12/user/extension_group/", {**NEW_USER, "login": "other-lead"}, 400),
    ("post", "/client/12/user/extension_group/", {**NEW_USER, "extension_group_id": 4}, 404),
    ("put", "/client/12/user/extension_group/104", {"password": "x", "login": "other-lead"}, 400),
    ("put", "/client/12/user/extension_group/104", {"name": "x", "extension_group_id": 999}, 404),
    ("delete", "/extension_group/3/record/", MAY_RANGE, 400),
    ("delete", "/extension_group/3/voicemail/", MAY_RANGE, 400),
    ("delete", "/extension_group/3/record/", {**WINDOWS[2], "start_datetime": "2016-2-30"}, 400),
    ("delete", "/extension_group/3/record/", {"start_datetime": "2016-04-01 00:00:00"}, 400),
    ("delete", "/extension_group/3/record/", {**MAY_RANGE, "end_datetime": "2016-07-1 0:0:0"}, 400),
]
# Bodies that are no JSON, hardly JSON, or JSON with odd things in it.
BODIES: list[bytes] = [
    b"", b" ", b"{", b"}", b"{}", b"[]", b"null", b"1", b'"x"', b"{name: 1}", b"{'name': 'x'}",
    b'{"name": "x"}{}', b'{"name": "x",}', b'{"name": "x", "name": null}', b'\x00{"name": "x"}',
    b'\xef\xbb\xbf{"name": "x"}', '{"name": "x"}'.encode("utf-16"), b'{"name": "\xff\xfe"}',
    b'{"name": "\xed\xa0\x80"}', b'{"name": "\\ud800"}', b'{"\\udfff": "x"}',
    b'{"name": "\\u0000"}', b'{"name": "\x01"}',
    b'{"name": "x", "": "", "__proto__": {}, "$ref": "#/"}', b'{"name": NaN}',
    b'{"name": "x", "z": NaN}', b'{"name": "x", "z": -Infinity}', b'{"name": "x", "z": 1e400}',
    b'{"dial_rule_limit": 1e400}', b'{"dial_rule_limit": 1.0}',
    b'{"dial_rule_limit": ' + b"9" * 4300 + b"}", b'{"dial_rule_limit": ' + b"9" * 5000 + b"}",
    b'{"extension_group_id": ' + b"9" * 4300 + b"}",
    b'{"extension_group_id": 9223372036854775808}', b'{"name": "' + b"x" * 3_000_000 + b'"}',
    b'{"' + b"x" * 3_000_000 + b'": 1}',
    *[b'{"name": "x", "z": ' + b"[" * n + b"]" * n + b"}" for n in (254, 980, 1000, 100_000)],
    *[b'{"name": ' * n + b"1" + b"}" * n for n in (254, 980, 1000, 100_000)],
]  # fmt: skip
QUERIES = [
    "page=-1", "page=1.5", "page=1e3", "page=%D9%A3", "per_page=1001&page=x", "page=1&page=x",
    f"page={10**30}&per_page=10", f"page={10**30}&per_page=10&type=phone", f"page={'9' * 5000}",
    f"page={2**63 - 1}&per_page=1000&status=active", f"per_page={10**30}", "per_page=-0&page=+1",
    "%ff=%fe&%00=%00", "&&==&=&;", "?#%", "type[]=%00", "type[x]=phone", "type[=phone",
    f"name={'[' * 9000}", f"type[{'9' * 9000}]=phone", f"extension_group_id={'9' * 5000}",
    "order=%ff", "x=1&" * 2000, "start_datetime=0000-00-00 00:00:00",
    "start_datetime=9999-12-31 23:59:59", f"start_datetime={'9' * 9000}",
    "start_datetime=2999-12-31 23:59:59&end_datetime=2999-12-31 23:59:59", "end_datetime=%00",
]  # fmt: skip
PATHS = [
    "", "/", "//", "/%00", "/%", "/%zz", "/%ff", "/client", "/client/%00/extension/",
    "/client/@/extension/", "/client/%ff%fe/extension/", "/client/../extension/",
    "/client/%2e%2e/extension/30", "/client/12%2fextension/", "/client/@me@me/extension/",
    f"/client/{'9' * 5000}/extension/", f"/client/12/extension/{'9' * 5000}",
    "/client/12/extension/30;x=1", "/client/12/extension/{extension_id}",
    "/client/12/extension/0x1e", "/client/12/extension/\u0663\u0660",
    "/client/12/extension/30%0d%0aX: y", "/client/12/extension/None",
    "/extension_group/3/record/%00", "/extension_group/3/record/..%2f..",
    "/extension_group/3/fax/\U0001f600", f"/extension_group/3/voicemail/{'x' * 9000}",
    "/extension_group/3/record/stats/storage_url/", "/a" * 2000,
]  # fmt: skip
HEADERS: list[dict[str, str | bytes]] = [
    *[{"Authorization": one} for one in ("", "Bearer", "Bearer a b", b"Bearer \xff", "Basic !")],
    *[{"Content-Type": one} for one in ("", ";", "/", b"\xff", "application/json; charset=x")],
    {"Authorization": "x" * 9000}, {"Content-Type": "x" * 9000},
    *[{"Host": one} for one in ("", "[", "x:y", b"\xff", "a" * 9000)],
    {"Content-Encoding": "gzip"}, {"Accept": "image/png"}, {"Accept": b"\xff"},
    {"Cookie": b"=;\xff="}, {"X-Forwarded-Proto": "x y"},
    {"Range": "bytes=9-1"}, {"If-None-Match": "*"},
]  # fmt: skip
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
TRUSTED_PARTS = PART % (b"grant_type", b"client_credentials")
TRUSTED_PARTS += PART % (b"client_id", TRUSTED.encode())
# The end of a multipart body.
END = b"--b--\r\n"
# In some, text comes to hold half of a surrogate pair.
CHARSETS = (("unicode_escape", b"\\ud800"), ("utf-7", b"+2AA-"), ("idna", b"\xff"), ("hex", b"x"))
TOKEN_REQUESTS: list[tuple[str, bytes]] = [
    ("", b"x"), ("application/json", b"{}"), (FORM, b"\xff"), (FORM, b"&=&%ff=%zz"),
    (FORM, b"a=1&" * 5000), (FORM, b"grant_type=%ed%a0%80&client_id=%00"),
    (FORM + "; charset=x", b"grant_type=\xff"), ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"x"), (PARTS, b"x"), (PARTS, b"--b--"),
    (PARTS, b"--b\r\n\r\nx\r\n--b--"),
    (PARTS, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    (PARTS, PART % (b"x", b"x" * 3_000_000) + END),
    (PARTS, PART % (b"x", b"") * 2000 + END),
    (PARTS, PART % (b'grant_type"; filename="x', b"x") + END),
    (PARTS + "; charset=x", TRUSTED_PARTS),
    *[
        (f"{PARTS}; charset={name}", TRUSTED_PARTS + PART % (b"client_secret", secret) + END)
        for name, secret in CHARSETS
    ],
]  # fmt: skip
TARGET = b" " + API.encode() + b"/client/12/extension_group/"
# What an HTTP library refuses to send; the server may refuse it in its own words.
RAW: list[bytes] = [
    b"\x00\r\n\r\n", b"GET\r\n\r\n", b"GET x HTTP/1.1\r\n\r\n",
    b"GET" + TARGET + b" HTTP/9.9\r\n\r\n", b"GET" + TARGET + b"\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET" + TARGET + b"?\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET" + TARGET + b"#x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://x" + TARGET[1:] + b" HTTP/1.1\r\n\r\n",
    b"FOO" + TARGET + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", b"HEAD" + TARGET + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST" + TARGET + b" HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"GET" + TARGET + b" HTTP/1.0\r\n\r\n",
    b"POST" + TARGET + b" HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
    b"GET" + TARGET + b" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    b"GET" + TARGET + b" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def fresh(_mock: RunningMock) -> dict[str, Any]:
    """Everything as the fixtures have it."""
    _mock.reset()
    return snapshot(_mock)


def next_ids(mock: RunningMock) -> list[int]:
    """The ids that the next new group, number and user get."""
    admin = mock.as_user("client-admin")
    created = [example for example in SENDING if example.method == "POST"]
    return [accepted(example.send(admin), 201)["id"] for example in created]


def test_the_snapshot_shows_each_item_of_the_fixtures(fresh: dict[str, Any]) -> None:
    for kind, found in fresh["12 items"].items():
        entries = read_yaml(FIXTURES / f"{kind}.yaml")["entries"]
        others = {"client_owner_id", "client_id"}
        mine = [one for one in entries if all(one.get(name, 12) == 12 for name in others)]
        assert len(found) == len(mine) > 0


@pytest.mark.rule("get-is-safe")
def test_reading_everything_changes_nothing(mock: RunningMock, fresh: dict[str, Any]) -> None:
    for login in ("client-admin", "sales-lead", "other-admin", "petrov-phone"):
        api = mock.as_user(login)
        for example in READING:
            assert example.send(api).status_code in (200, 403, 404)
            query = {**example.query, "order": "asc", "page": 2, "per_page": 1, "_method": "DELETE"}
            api.request("GET", example.path, params=query)
            api.request("GET", example.path, headers={"X-HTTP-Method-Override": "DELETE"})
    for path in ("/", "/docs/", "/openapi.json"):
        assert mock.http.get(path).status_code < 400
    assert snapshot(mock) == fresh


@pytest.mark.rule("get-is-safe")
def test_a_body_does_not_make_a_get_do_anything(mock: RunningMock, fresh: dict[str, Any]) -> None:
    admin = mock.as_user("client-admin")
    for example in READING:
        body = {"name": "x", "extension_group_id": 5, "status": "blocked"}
        admin.request("GET", example.path, params=example.query, json=body)
    assert snapshot(mock) == fresh


@pytest.mark.rule("failed-request-changes-nothing")
def test_a_broken_field_changes_nothing(mock: RunningMock, fresh: dict[str, Any]) -> None:
    admin = mock.as_user("client-admin")
    for example in SENDING:
        for name in _properties(example):
            # No field takes an object; the others are good, and must not be stored alone.
            answer = admin.request(example.method, example.path, json={**example.body, name: {}})
            refused(answer, 400, field=name)
    assert snapshot(mock) == fresh


def _properties(example: Example) -> list[str]:
    node: Any = DOCUMENT["paths"][example.template][example.method.lower()]["requestBody"]
    name = node["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return list(DOCUMENT["components"]["schemas"][name]["properties"])


@pytest.mark.rule("failed-request-changes-nothing")
def test_a_broken_rule_changes_nothing(mock: RunningMock, fresh: dict[str, Any]) -> None:
    admin = mock.as_user("client-admin")
    for method, path, values, status in BROKEN_RULES:
        arguments = {"params" if method == "delete" else "json": values}
        answer = admin.request(method.upper(), API + path, **arguments)
        assert answer.status_code == status, (method, path, values, answer.text)
    assert snapshot(mock) == fresh


@pytest.mark.rule("failed-request-changes-nothing")
def test_a_broken_path_changes_nothing(mock: RunningMock, fresh: dict[str, Any]) -> None:
    admin = mock.as_user("client-admin")
    for unknown, status in ((0, 400), ("x", 400), (-3, 400), (10**20, 400), (999, 404)):
        values: dict[str, Any] = dict.fromkeys(NAMES, unknown)
        for example in examples("post", "put", "delete", **values):
            assert example.send(admin).status_code == status, example
    assert snapshot(mock) == fresh


@pytest.mark.rule("failed-request-changes-nothing")
def test_a_request_without_rights_changes_nothing(
    mock: RunningMock, admin: Api, fresh: dict[str, Any]
) -> None:
    other, lead, late = (mock.as_user(one) for one in ("other-admin", "sales-lead", "support-lead"))
    low = [mock.as_application(TRUSTED_CALL_API), mock.as_user("client-admin", LOGIN_CALL_API)]
    body = accepted(admin.put("/client/12/user/extension_group/107", {"status": "blocked"}))
    for example in WRITING:
        for stranger in (mock.anonymous(), Api(mock, "x" * 30)):
            refused(example.send(stranger), 401)
        refused(example.send(late), 403, "user_blocked")
        refused(example.send(other), 403, "access_denied")
        if "/client/" in example.path:
            refused(example.send(lead), 403, "access_denied")
            for api in low:
                refused(example.send(api), 403, "app_access_type_deny")
    accepted(admin.put(f"/client/12/user/extension_group/{body['id']}", {"status": "active"}))
    assert snapshot(mock) == fresh


@pytest.mark.rule("failed-request-changes-nothing")
def test_a_method_that_is_not_there_changes_nothing(
    mock: RunningMock, admin: Api, fresh: dict[str, Any]
) -> None:
    paths = {(one.template, one.path) for one in examples(**OWN)}
    for template, path in sorted(paths):
        for method in {*METHODS, "patch"} - set(DOCUMENT["paths"][template]):
            answer = admin.request(method.upper(), path, content=b'{"name": "x"}')
            assert answer.status_code == 405, (method, path)
    assert snapshot(mock) == fresh


@pytest.mark.rule("failed-request-changes-nothing")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_another_media_type_changes_nothing(
    mock: RunningMock, admin: Api, fresh: dict[str, Any], kind: str
) -> None:
    for example in SENDING:
        headers = {"Content-Type": kind}
        refused(admin.request(example.method, example.path, content=b"{}", headers=headers), 415)
    assert snapshot(mock) == fresh


@pytest.mark.rule("failed-request-changes-nothing")
def test_a_request_past_the_limit_changes_nothing(mock: RunningMock) -> None:
    limited, groups = mock.as_application(LIMITED), "/client/14/extension_group/"
    before = limited.read(groups)
    for _ in range(4):
        assert limited.read(groups) == before
    refused(limited.post(groups, {"name": "x"}), 429, "rate_limit_exceeded")
    mock.clock.advance(3600)
    assert mock.as_application(LIMITED).read(groups) == before


@pytest.mark.rule("failed-request-changes-nothing")
def test_a_refused_creation_uses_up_no_id(mock: RunningMock) -> None:
    expected = next_ids(mock)
    mock.reset()
    admin = mock.as_user("client-admin")
    for method, path, values, status in BROKEN_RULES:
        if method == "post":
            assert admin.post(path, values).status_code == status
    assert next_ids(mock) == expected


@pytest.mark.rule("read-only")
@pytest.mark.parametrize("example", READING, ids=brief)
@pytest.mark.parametrize("pair", ["client-admin client-reader", "sales-lead sales-viewer"])
def test_a_read_only_user_reads_what_the_full_one_reads(
    mock: RunningMock, pair: str, example: Example
) -> None:
    full, reader = (example.send(mock.as_user(login)) for login in pair.split())
    closed = pair.startswith("sales") and "/client/" in example.path
    assert full.status_code == reader.status_code == (403 if closed else 200)
    if example.id != "getCurrentUser":
        assert reader.content == full.content


@pytest.mark.rule("read-only")
@pytest.mark.parametrize("example", WRITING, ids=brief)
def test_a_read_only_user_writes_nothing(
    mock: RunningMock, fresh: dict[str, Any], example: Example
) -> None:
    for login in ("client-reader", "sales-viewer"):
        refused(example.send(mock.as_user(login)), 403, "user_access_type_deny")
    refused(example.send(mock.as_application(ARCHIVE)), 403, "user_access_type_deny")
    assert snapshot(mock) == fresh
    # Nothing but the access was wrong with the request.
    assert example.send(mock.as_user("client-admin")).is_success


@pytest.mark.rule("read-only")
def test_access_can_be_taken_and_given_back(mock: RunningMock, admin: Api) -> None:
    lead, user = mock.as_user("sales-lead"), "/client/12/user/extension_group/104"
    before = items(lead, "/extension_group/3")
    accepted(admin.put(user, {"access": "read_only"}))
    refused(lead.delete("/extension_group/3/record/", **WINDOWS[2]), 403, "user_access_type_deny")
    assert items(lead, "/extension_group/3") == before
    accepted(admin.put(user, {"access": "full"}))
    accepted(lead.delete("/extension_group/3/record/", **WINDOWS[2]), 204)


@pytest.mark.rule("no-5xx")
@pytest.mark.parametrize("body", BODIES, ids=brief)
@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
def test_no_body_makes_the_mock_fail(admin: Api, body: bytes, chunked: bool) -> None:
    for example in SENDING:
        content = iter([body[:9], body[9:]]) if chunked else body
        kind = {"Content-Type": "application/json"}
        answer = admin.request(example.method, example.path, content=content, headers=kind)
        expected = (200, 201, 400) if len(body) <= LONGEST_BODY else (413,)
        assert answer.status_code in expected
    accepted(admin.get("/client/12/extension_group/"))


@pytest.mark.rule("no-5xx")
@pytest.mark.parametrize("query", QUERIES, ids=brief)
def test_no_query_makes_the_mock_fail(admin: Api, query: str) -> None:
    for example in EVERYTHING:
        if example.body is None:
            given = "&".join(f"{name}={value}" for name, value in example.query.items())
            answer = admin.request(example.method, f"{example.path}?{given}&{query}")
            assert answer.status_code in (200, 204, 400, 404)


@pytest.mark.rule("no-5xx")
@pytest.mark.parametrize("path", PATHS, ids=brief)
def test_no_path_makes_the_mock_fail(mock: RunningMock, admin: Api, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        assert admin.request(method, API + path, content=b"{}").status_code < 500
    for root in ("", "/docs", "/storage", "/storage/record", "/storage/client", "/openapi.json"):
        for method in ("GET", "HEAD", "POST"):
            assert mock.http.request(method, f"{root}/{path}").status_code < 500


@pytest.mark.rule("no-5xx")
@pytest.mark.parametrize("headers", HEADERS, ids=brief)
def test_no_header_makes_the_mock_fail(admin: Api, headers: dict[str, str | bytes]) -> None:
    for example in EVERYTHING:
        content = b"{}" if example.body is not None else b""
        answer = admin.request(
            example.method, example.path, params=example.query, content=content, headers=headers
        )
        assert answer.status_code < 500


@pytest.mark.rule("no-5xx")
@pytest.mark.parametrize(("kind", "content"), TOKEN_REQUESTS, ids=brief)
def test_no_token_request_makes_the_mock_fail(mock: RunningMock, kind: str, content: bytes) -> None:
    for query in ("", "?grant_type=password&username=%ff&password=%00", "?%ff&=&[]=x"):
        answer = mock.anonymous().request(
            "POST", f"/oauth/token{query}", content=content, headers={"Content-Type": kind}
        )
        assert answer.status_code in ((400, 401, 415) if len(content) <= LONGEST_BODY else (413,))


@pytest.mark.rule("no-5xx")
@pytest.mark.parametrize("request_bytes", RAW, ids=brief)
def test_no_bytes_make_the_mock_fail(mock: RunningMock, admin: Api, request_bytes: bytes) -> None:
    host, port = mock.url.removeprefix("http://").split(":")
    token = b"\r\nAuthorization: Bearer " + (admin.token or "").encode() + b"\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request_bytes.replace(b"\r\n", token, 1))
        with HTTPResponse(connection) as answer:
            answer.begin()
            assert answer.status < 500
    accepted(admin.get("/client/12/extension_group/"))
