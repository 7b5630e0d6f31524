"""Requests that nobody should send: none of them makes the mock fail."""

from __future__ import annotations

import socket
from http.client import HTTPResponse
from typing import Any

import pytest

from ringme_mock.http.body import LONGEST_BODY
from support.server import API, TRUSTED, Api, RunningMock
from support.views import (
    accepted,
    brief,
    examples,
)

# Of a member of group 3, as the examples of the document are.
SENDING = examples("post", "put", ext_group_id=3, extension_id=31, client_id=12)
NEW_USER = {"name": "x", "login": "x", "password": "x", "email": "a@b", "extension_group_id": 3}
# Requests for new things that fit the schemas and break a rule of the operation.
BROKEN_RULES: list[tuple[str, dict[str, Any], int]] = [
    ("/client/12/extension/", {"name": "302"}, 400),
    ("/client/12/extension/", {"name": "3999"}, 400),
    ("/client/12/extension/", {"name": "013*399", "extension_group_id": 3}, 400),
    ("/client/12/extension/", {"name": "399", "extension_group_id": 4}, 404),
    ("/client/12/user/extension_group/", {**NEW_USER, "login": "other-lead"}, 400),
    ("/client/12/user/extension_group/", {**NEW_USER, "extension_group_id": 4}, 404),
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


def next_ids(mock: RunningMock) -> list[int]:
    """The ids that the next new group, number and user get."""
    admin = mock.as_user("client-admin")
    created = [example for example in SENDING if example.method == "POST"]
    answers = [accepted(example.send(admin), 201) for example in created]
    return [answer["id"] for answer in answers if "id" in answer]


@pytest.mark.rule("failed-request-changes-nothing")
def test_a_refused_creation_uses_up_no_id(mock: RunningMock) -> None:
    expected = next_ids(mock)
    mock.reset()
    admin = mock.as_user("client-admin")
    for path, values, status in BROKEN_RULES:
        assert admin.post(path, values).status_code == status
    assert next_ids(mock) == expected


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
@pytest.mark.parametrize("path", PATHS, ids=brief)
def test_no_path_makes_the_mock_fail(mock: RunningMock, admin: Api, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        assert admin.request(method, API + path, content=b"{}").status_code < 500
    for root in ("", "/docs", "/storage", "/storage/record", "/storage/client", "/openapi.json"):
        for method in ("GET", "HEAD", "POST"):
            assert mock.http.request(method, f"{root}/{path}").status_code < 500


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
