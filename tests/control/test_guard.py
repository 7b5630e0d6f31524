"""Access to the control interface."""

from __future__ import annotations

import pytest

from ringme_mock.app import ANY, LOOPBACK, OFF, create_app
from ringme_spec.paths import FIXTURES, SPEC
from support.asgi import send_request
from support.control import Control


@pytest.mark.parametrize(
    ("control", "client", "headers", "status"),
    [
        (LOOPBACK, "127.0.0.1", {}, 200),
        (LOOPBACK, "::1", {"Host": "[::1]:8080"}, 200),
        (LOOPBACK, "127.0.0.1", {"Host": "localhost:8080"}, 200),
        (LOOPBACK, "192.0.2.7", {}, 403),
        (LOOPBACK, "127.0.0.1", {"Host": "rebound.example"}, 403),
        (LOOPBACK, "127.0.0.1", {"Host": "localhost.evil.example"}, 403),
        (LOOPBACK, "127.0.0.1", {"Origin": "https://evil.example"}, 403),
        (LOOPBACK, "127.0.0.1", {"Origin": "null"}, 403),
        (LOOPBACK, "127.0.0.1", {"Origin": "http://localhost:5173"}, 200),
        (ANY, "192.0.2.7", {}, 200),
        (ANY, "192.0.2.7", {"Host": "mock.example", "Origin": "http://mock.example"}, 200),
        (ANY, "192.0.2.7", {"Host": "mock.example", "Origin": "http://evil.example"}, 403),
        (OFF, "127.0.0.1", {}, 404),
    ],
)
def test_control_interface_is_refused_for_other_machines_and_foreign_pages(
    control: str, client: str, headers: dict[str, str], status: int
) -> None:
    app = create_app(SPEC, FIXTURES, control=control)
    response = send_request(app, "GET", "/__mock__/health", client, headers=headers)
    assert response.status_code == status, response.text
    if status == 403:
        assert response.json()["status"] == "control_refused"


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "reset", b"{", 400),
        ("POST", "reset", b"[]", 400),
        ("POST", "reset", b'{"typo": 1}', 400),
        ("PUT", "clock", b"", 400),
        ("PUT", "state", b"", 400),
        ("PUT", "state", b"[]", 400),
        ("POST", "calls", b'{"extension": "31"}', 400),
        ("POST", "calls", b'{"extension": 99999}', 404),
        ("POST", "calls", b'{"extension": 31, "at": "later"}', 400),
        ("POST", "calls", b'{"extension": 31, "no_such_field": 1}', 400),
        ("POST", "bulk", b'{"client": 99}', 404),
        ("POST", "tokens", b'{"login": "nobody"}', 404),
        ("POST", "tokens", b'{"login": "sales-lead", "application": "x"}', 404),
        ("DELETE", "tokens?login=nobody", b"", 404),
        ("GET", "journal?limit=0", b"", 400),
        ("GET", "state?format=xml", b"", 400),
    ],
)
def test_invalid_control_request_is_refused_with_a_message(
    control: Control, method: str, path: str, content: bytes, status: int
) -> None:
    response = control.request(method, path, content=content)
    assert response.status_code == status, response.text
