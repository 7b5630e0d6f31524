"""Request bodies in chunks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from support.media import OPERATIONS, Operation
from support.server import API, Api

JSON = {"Content-Type": "application/json"}
SUCCESS = {"POST": 201, "PUT": 200}


def nested(depth: int) -> bytes:
    """JSON of so many levels."""
    return b"[" * depth + b"]" * depth


@pytest.mark.rule("body")
@pytest.mark.parametrize("one", [one for one in OPERATIONS if one.body is not None], ids=str)
def test_json_may_come_in_chunks(admin: Api, one: Operation) -> None:
    whole = json.dumps(one.body).encode()

    def chunks() -> Iterator[bytes]:
        for place in range(0, len(whole), 7):
            yield whole[place : place + 7]

    response = admin.request(one.method, API + one.at(), content=chunks(), headers=JSON)
    assert response.request.headers["Transfer-Encoding"] == "chunked"
    assert response.status_code == SUCCESS[one.method]
