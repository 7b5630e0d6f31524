"""JSON bodies: errors for those that cannot be stored and returned, and extra members."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from ringme_spec.operations import Operation
from support.operations import OPERATIONS, body_of, param_id, path_of
from support.server import Api

JSON = {"Content-Type": "application/json"}
SUCCESS = {"POST": 201, "PUT": 200}
CHANGES = [one for one in OPERATIONS if one.body]


def nested(depth: int) -> bytes:
    """Return nested JSON arrays of this depth."""
    return b"[" * depth + b"]" * depth


def send(api: Api, one: Operation, content: bytes) -> httpx.Response:
    return api.request(one.method, path_of(one), content=content, headers=JSON)


def body_with(one: Operation, more: bytes) -> bytes:
    """Return the example body with an additional member."""
    return json.dumps(body_of(one)).encode()[:-1] + b", " + more + b"}"


def configuration(admin: Api) -> list[Any]:
    """Return all entries that requests with bodies can change."""
    lists = ("extension_group", "extension", "user/extension_group")
    return [admin.read(f"/client/@me/{name}/") for name in lists]


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
def test_json_that_cannot_be_stored_is_refused_with_a_message(
    admin: Api, content: bytes, message: str
) -> None:
    before = configuration(admin)
    for one in CHANGES:
        refused = send(admin, one, content)
        assert refused.status_code == 400, one.id
        assert refused.json()["message"].startswith(f"body: {message}"), one.id
    assert configuration(admin) == before


@pytest.mark.parametrize("more", [b'"x": ' + nested(89), b'"x": 1e300', b'"x": ' + b"9" * 300])
# The fixtures have no calls in progress.
@pytest.mark.parametrize(
    "one", [one for one in CHANGES if one.id != "moveCurrentCall"], ids=param_id
)
def test_unknown_members_may_be_any_json(admin: Api, one: Operation, more: bytes) -> None:
    assert send(admin, one, body_with(one, more)).status_code == SUCCESS[one.method]
