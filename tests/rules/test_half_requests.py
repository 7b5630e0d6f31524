"""A request that its client gave up half-way takes no effect."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from support.server import API, Api, RunningMock

GROUPS = "/client/12/extension_group/"


@pytest.mark.rule("failed-request-changes-nothing", "body")
def test_a_body_that_ends_before_its_length_creates_nothing(mock: RunningMock, admin: Api) -> None:
    before = admin.read(GROUPS)
    # What has come so far is JSON by itself, so that only its length tells that more was meant.
    body = b'{"name": "half"}'
    head = (
        f"POST {API}{GROUPS} HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer {admin.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body) + 1}\r\n\r\n"
    )
    address = urlsplit(mock.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode("ascii") + body)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert admin.read(GROUPS) == before
