"""Tokens that are refused, as RFC 6749 writes it (contract section 3, token-errors)."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from support.server import (
    LOGIN,
    LOGIN_CALL_API,
    OTHER_LOGIN,
    SECRETS,
    TRUSTED,
    TRUSTED_CALL_API,
    Api,
    RunningMock,
)

TOKEN = "/oauth/token"
NOBODY = "0" * 32
GRANTS: dict[str, dict[str, str]] = {
    "client_credentials": {"client_id": TRUSTED, "client_secret": SECRETS[TRUSTED]},
    "password": {
        "client_id": LOGIN,
        "client_secret": SECRETS[LOGIN],
        "username": "sales-lead",
        "password": "mock-sales-lead",
    },
    "refresh_token": {
        "client_id": LOGIN,
        "client_secret": SECRETS[LOGIN],
        "refresh_token": "a" * 30,
    },
}
NEEDED = [
    pytest.param(grant, name, id=f"{grant}-{name}")
    for grant, parameters in GRANTS.items()
    for name in ("grant_type", *parameters)
]


def _parameters(grant: str, **changes: str) -> dict[str, str]:
    return {"grant_type": grant, **GRANTS[grant], **changes}


def _assert_refused(response: httpx.Response, code: int, error: str) -> None:
    assert (response.status_code, response.json()["error"]) == (code, error)
    assert response.json().keys() <= {"error", "error_description"}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"] == "application/json"


# --- invalid_request


@pytest.mark.rule("token-errors")
@pytest.mark.parametrize(("grant", "name"), NEEDED)
@pytest.mark.parametrize("way", ["data", "params"])
def test_a_missing_or_empty_parameter_is_an_invalid_request(
    mock: RunningMock, way: str, grant: str, name: str
) -> None:
    parameters = _parameters(grant)
    empty = {**parameters, name: ""}
    del parameters[name]
    for sent in (parameters, empty):
        response = mock.anonymous().request("POST", TOKEN, **{way: sent})
        _assert_refused(response, 400, "invalid_request")


@pytest.mark.rule("token-errors")
def test_a_request_without_parameters_is_an_invalid_request(mock: RunningMock) -> None:
    _assert_refused(mock.anonymous().request("POST", TOKEN), 400, "invalid_request")


@pytest.mark.rule("token-errors", "token-in")
@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/xml"])
def test_a_body_of_another_media_type_is_415(mock: RunningMock, media_type: str) -> None:
    body = b'{"grant_type": "client_credentials"}'
    response = mock.anonymous().request(
        "POST", TOKEN, content=body, headers={"Content-Type": media_type}
    )
    _assert_refused(response, 415, "invalid_request")


@pytest.mark.rule("token-errors", "token-in")
def test_a_json_body_is_415_though_its_parameters_are_good(mock: RunningMock) -> None:
    response = mock.anonymous().request("POST", TOKEN, json=_parameters("client_credentials"))
    _assert_refused(response, 415, "invalid_request")


@pytest.mark.rule("token-errors", "no-5xx")
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
def test_a_broken_multipart_body_is_an_invalid_request(
    mock: RunningMock, media_type: str, content: bytes
) -> None:
    response = mock.anonymous().request(
        "POST", TOKEN, content=content, headers={"Content-Type": media_type}
    )
    _assert_refused(response, 400, "invalid_request")


@pytest.mark.rule("token-errors", "no-5xx")
@pytest.mark.parametrize("broken", [b"\xff\xfe", b"%FF%FE", b"%ED%A0%80", b"%", b"\x00"])
@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "username"])
def test_a_form_that_is_not_utf_8_is_refused_as_whatever_its_value_is(
    mock: RunningMock, name: str, broken: bytes
) -> None:
    parameters = {key: value.encode() for key, value in _parameters("password").items()}
    content = b"&".join(
        key.encode() + b"=" + value for key, value in (parameters | {name: broken}).items()
    )
    response = mock.anonymous().request(
        "POST",
        TOKEN,
        content=content,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    # The contract does not say whether the bytes or the value that they stand for is at fault.
    assert response.status_code in (400, 401)
    _assert_refused(response, response.status_code, response.json()["error"])


# --- unsupported_grant_type, unauthorized_client


@pytest.mark.rule("token-errors")
@pytest.mark.parametrize("grant", ["authorization_code", "implicit", "PASSWORD", "x" * 10_000])
def test_an_unknown_grant_is_unsupported(mock: RunningMock, grant: str) -> None:
    response = mock.request_token(**{**_parameters("client_credentials"), "grant_type": grant})
    _assert_refused(response, 400, "unsupported_grant_type")


@pytest.mark.rule("token-errors", "client-credentials", "password")
@pytest.mark.parametrize(
    ("grant", "application"),
    [
        *itertools.product(["password", "refresh_token"], [TRUSTED, TRUSTED_CALL_API]),
        *itertools.product(["client_credentials"], [LOGIN, LOGIN_CALL_API, OTHER_LOGIN]),
    ],
)
def test_a_grant_that_the_type_of_the_application_lacks_is_unauthorized(
    mock: RunningMock, grant: str, application: str
) -> None:
    response = mock.request_token(
        **_parameters(grant, client_id=application, client_secret=SECRETS[application])
    )
    _assert_refused(response, 400, "unauthorized_client")


# --- invalid_client


@pytest.mark.rule("token-errors")
@pytest.mark.parametrize("grant", list(GRANTS))
@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": NOBODY},
        {"client_secret": SECRETS[OTHER_LOGIN]},
        {"client_secret": "é"},
        {"client_id": NOBODY},
        {"client_id": "12"},
        {"client_id": LOGIN.upper()},
    ],
    ids=["secret", "secret of another", "no ASCII", "application", "client", "upper case"],
)
def test_a_wrong_application_or_secret_is_an_invalid_client(
    mock: RunningMock, grant: str, changes: dict[str, str]
) -> None:
    response = mock.request_token(**_parameters(grant, **changes))
    _assert_refused(response, 401, "invalid_client")


# --- invalid_grant


@pytest.mark.rule("token-errors", "password")
@pytest.mark.parametrize(
    "changes",
    [
        {"username": "nobody"},
        {"username": "Sales-lead"},
        {"username": "104"},
        {"password": "wrong"},
        {"password": "mock-sales-lead "},
        {"password": "mock-client-admin"},
        {"username": "other-lead", "password": "mock-other-lead"},
    ],
    ids=["user", "case", "id", "password", "space", "password of another", "another client"],
)
def test_a_wrong_user_or_password_is_an_invalid_grant(
    mock: RunningMock, changes: dict[str, str]
) -> None:
    response = mock.request_token(**_parameters("password", **changes))
    _assert_refused(response, 401, "invalid_grant")


@pytest.mark.rule("token-errors", "refresh")
@pytest.mark.parametrize("token", ["a" * 30, "x", "é", "a" * 10_000])
def test_a_bad_refresh_token_is_an_invalid_grant(mock: RunningMock, token: str) -> None:
    response = mock.request_token(**_parameters("refresh_token", refresh_token=token))
    _assert_refused(response, 401, "invalid_grant")


@pytest.mark.rule("token-errors", "failed-request-changes-nothing")
def test_refusals_leave_the_tokens_that_were_given_as_they_are(mock: RunningMock) -> None:
    answer = mock.token("sales-lead")
    for changes in ({"password": "wrong"}, {"client_secret": NOBODY}, {"client_id": NOBODY}):
        assert mock.request_token(**_parameters("password", **changes)).status_code == 401
    assert Api(mock, answer["access_token"]).get("/user/").status_code == 200


# --- user_blocked


@pytest.mark.rule("error-user-blocked", "user-block")
@pytest.mark.parametrize(
    "parameters",
    [
        _parameters("password", username=login, password=f"mock-{login}")
        for login in ("blocked-admin", "blocked-manager", "blocked-phone")
    ]
    + [
        _parameters("client_credentials", client_id=one, client_secret=SECRETS[one])
        for one in ("c1200000000000000000000000000006", "c1500000000000000000000000000001")
    ],
    ids=["client user", "group user", "extension user", "owner", "owner of a blocked client"],
)
def test_a_blocked_user_or_a_user_of_a_blocked_client_gets_no_token(
    mock: RunningMock, parameters: dict[str, str]
) -> None:
    response = mock.request_token(**parameters)
    assert (response.status_code, response.json()["status"]) == (403, "user_blocked")
    assert response.headers["Cache-Control"] == "no-store"


# --- headers, methods


@pytest.mark.rule("token-errors")
def test_an_answer_with_a_token_is_not_stored(mock: RunningMock) -> None:
    for grant in ("client_credentials", "password"):
        given = mock.request_token(**_parameters(grant))
        assert (given.status_code, given.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.rule("no-patch", "base")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_tokens_are_given_to_a_post_alone(mock: RunningMock, method: str) -> None:
    query: dict[str, Any] = {"params": _parameters("client_credentials")}
    response = mock.anonymous().request(method, TOKEN, **query)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


@pytest.mark.rule("token-errors")
@pytest.mark.parametrize(("basic", "expected"), [(True, "Basic"), (False, None)])
def test_a_wrong_application_is_told_of_basic_only_if_it_used_it(
    mock: RunningMock, basic: bool, expected: str | None
) -> None:
    answer = mock.anonymous().request(
        "POST",
        "/oauth/token",
        data={"grant_type": "client_credentials"}
        | ({} if basic else {"client_id": "nobody", "client_secret": "nothing"}),
        **({"auth": ("nobody", "nothing")} if basic else {}),
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers.get("WWW-Authenticate") == expected
