"""Every odd value that `make fuzz` draws from, sent once: none makes the mock fail."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import quote

import pytest

from hostile.odd_values import JSON_BYTES, TEXTS, encoded
from hostile.raw_requests import MALFORMED
from hostile.wire import Wire, request
from ringme_mock.http.body import LONGEST_BODY
from ringme_spec.operations import Operation
from support.operations import OPERATIONS, accepted, param_id, path_of
from support.server import API, Api, RunningMock

GROUPS = "/client/12/extension_group/"
WITH_BODY = [one for one in OPERATIONS if one.body]
PLACES = (
    "{}", "client/{}/extension/", "client/12/extension/{}", "extension_group/3/record/{}",
    "extension_group/3/fax/{}", "/docs/{}", "/storage/record/{}", "/s/{}/openapi.json", "/{}",
)  # fmt: skip
# Members of group 3, as in the examples of the document.
MEMBER = {"ext_group_id": 3, "extension_id": 31, "client_id": 12}
NEW_USER = {"name": "x", "login": "x", "password": "x", "email": "a@b", "extension_group_id": 3}
# Requests to create entries that conform to the schemas, and break a rule of the operation.
BROKEN_RULES: list[tuple[str, dict[str, Any], int]] = [
    ("extension", {"name": "302"}, 400),
    ("extension", {"name": "3999"}, 400),
    ("extension", {"name": "013*399", "extension_group_id": 3}, 400),
    ("extension", {"name": "399", "extension_group_id": 4}, 404),
    ("user/extension_group", {**NEW_USER, "login": "other-lead"}, 400),
    ("user/extension_group", {**NEW_USER, "extension_group_id": 4}, 404),
]


@pytest.mark.parametrize("body", JSON_BYTES, ids=param_id)
def test_odd_bodies_never_cause_a_500(admin: Api, body: bytes) -> None:
    expected = (200, 201, 400) if len(body) <= LONGEST_BODY else (413,)
    kind = {"Content-Type": "application/json"}

    def try_body(one: Operation, content: Any) -> None:
        response = admin.request(one.method, path_of(one, MEMBER), content=content, headers=kind)
        assert response.status_code in expected, one.id

    for one in WITH_BODY:
        try_body(one, body)
    try_body(WITH_BODY[0], iter([body[:9], body[9:]]))
    accepted(admin.get(GROUPS))


@pytest.mark.parametrize("text", [one for one in TEXTS if len(one) < 9000], ids=param_id)
def test_odd_paths_never_cause_a_500(admin: Api, text: str) -> None:
    for place in PLACES:
        path = place.format(quote(encoded(text), safe=""))
        path = path if path.startswith("/") else f"{API}/{path}"
        for method in ("GET", "DELETE"):
            assert admin.request(method, path, content=b"{}").status_code < 500


@pytest.mark.parametrize("content", MALFORMED, ids=param_id)
def test_malformed_requests_never_cause_a_500(mock: RunningMock, content: bytes) -> None:
    with Wire(mock.url) as wire:
        wire.send(content)
        wire.socket.shutdown(socket.SHUT_WR)
        # The server may close the connection without a response.
        assert wire.read_response().status < 500
    with Wire(mock.url) as wire:
        wire.send(request("GET", "/__mock__/health"))
        assert wire.read_response().status == 200


def next_ids(mock: RunningMock) -> list[int]:
    """Return the ids that the next new group, extension and user get."""
    admin, made = mock.as_user("client-admin"), {**NEW_USER, "login": "one-more"}
    bodies = {"extension_group": {"name": "x"}, "extension": {"name": "399"}}
    return [
        accepted(admin.post(f"/client/12/{name}/", body), 201)["id"]
        for name, body in {**bodies, "user/extension_group": made}.items()
    ]


def test_refused_creation_consumes_no_id(mock: RunningMock) -> None:
    expected = next_ids(mock)
    mock.reset()
    admin = mock.as_user("client-admin")
    for name, values, status in BROKEN_RULES:
        assert admin.post(f"/client/12/{name}/", values).status_code == status
    assert next_ids(mock) == expected


def test_body_shorter_than_its_content_length_creates_nothing(
    mock: RunningMock, admin: Api
) -> None:
    before = admin.read(GROUPS)
    # The part that was sent is valid JSON: only its length shows that more was to follow.
    body = b'{"name": "half"}'
    lines = (f"Authorization: Bearer {admin.token}", "Content-Type: application/json")
    with Wire(mock.url) as wire:
        wire.send(
            request("POST", f"{API}{GROUPS}", *lines, f"Content-Length: {len(body) + 1}") + body
        )
        wire.socket.shutdown(socket.SHUT_WR)
        while wire.socket.recv(4096):
            pass
    assert admin.read(GROUPS) == before
