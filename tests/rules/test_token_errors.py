"""Invalid token requests, and those with HTTP Basic."""

from __future__ import annotations

import httpx
import pytest

from support.server import (
    LOGIN,
    SECRETS,
    RunningMock,
)

TOKEN = "/oauth/token"
LOGGING_IN = {
    "grant_type": "password",
    "client_id": LOGIN,
    "client_secret": SECRETS[LOGIN],
    "username": "sales-lead",
    "password": "mock-sales-lead",
}


def _assert_refused(response: httpx.Response, code: int, error: str) -> None:
    assert (response.status_code, response.json()["error"]) == (code, error)
    assert response.json().keys() <= {"error", "error_description"}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"no boundary at all"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1"),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff\xff\r\n\r\n--x--\r\n"),
    ],
    ids=["no boundary in the type", "no boundary in the body", "no name", "no header"],
)
def test_malformed_multipart_body_is_an_invalid_request(
    mock: RunningMock, media_type: str, content: bytes
) -> None:
    response = mock.anonymous().request(
        "POST", TOKEN, content=content, headers={"Content-Type": media_type}
    )
    _assert_refused(response, 400, "invalid_request")


@pytest.mark.parametrize("broken", [b"\xff\xfe", b"%FF%FE", b"%ED%A0%80", b"%", b"\x00"])
@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "username"])
def test_form_that_is_not_utf_8_is_refused(mock: RunningMock, name: str, broken: bytes) -> None:
    parameters = {key: value.encode() for key, value in LOGGING_IN.items()}
    content = b"&".join(
        key.encode() + b"=" + value for key, value in (parameters | {name: broken}).items()
    )
    response = mock.anonymous().request(
        "POST",
        TOKEN,
        content=content,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    # The contract leaves open whether the encoding or the value is invalid.
    assert response.status_code in (400, 401)
    _assert_refused(response, response.status_code, response.json()["error"])


@pytest.mark.parametrize(("basic", "expected"), [(True, "Basic"), (False, None)])
def test_invalid_client_response_has_www_authenticate_only_for_http_basic(
    mock: RunningMock, basic: bool, expected: str | None
) -> None:
    response = mock.anonymous().request(
        "POST",
        "/oauth/token",
        data={"grant_type": "client_credentials"}
        | ({} if basic else {"client_id": "nobody", "client_secret": "nothing"}),
        **({"auth": ("nobody", "nothing")} if basic else {}),
    )
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers.get("WWW-Authenticate") == expected


@pytest.mark.parametrize("credentials", [b"Basic \xff", b"Basic !", b"Basic YQ", b"Basic /w=="])
def test_malformed_basic_credentials_are_a_400(mock: RunningMock, credentials: bytes) -> None:
    response = mock.anonymous().request(
        "POST",
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": credentials},
    )
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
