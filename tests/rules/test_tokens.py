"""Tokens that are given: how they are asked for, what they hold, how long they last."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from support.server import (
    LIMITED,
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
KEYS = {"access_token", "token_type", "expires_in", "scope"}
OWNED = {
    "grant_type": "client_credentials",
    "client_id": TRUSTED,
    "client_secret": SECRETS[TRUSTED],
}
LOGGED_IN = {
    "grant_type": "password",
    "client_id": LOGIN,
    "client_secret": SECRETS[LOGIN],
    "username": "sales-lead",
    "password": "mock-sales-lead",
}


def _as_multipart(parameters: dict[str, str]) -> dict[str, Any]:
    return {"files": {name: (None, value) for name, value in parameters.items()}}


def _login_of(mock: RunningMock, response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    user = Api(mock, response.json()["access_token"]).read("/user/")
    return str(user["login"])


def _refresh(
    mock: RunningMock, refresh_token: str, application: str = LOGIN, **more: str
) -> httpx.Response:
    return mock.request_token(
        grant_type="refresh_token",
        client_id=application,
        client_secret=SECRETS[application],
        refresh_token=refresh_token,
        **more,
    )


# --- token-in


@pytest.mark.rule("token-in")
@pytest.mark.parametrize(
    ("parameters", "login"), [(OWNED, "client-admin"), (LOGGED_IN, "sales-lead")]
)
@pytest.mark.parametrize("way", ["form", "multipart", "query", "query, form type"])
def test_parameters_arrive_as_form_multipart_or_query(
    mock: RunningMock, way: str, parameters: dict[str, str], login: str
) -> None:
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    arguments: dict[str, Any] = {
        "form": {"data": parameters},
        "multipart": _as_multipart(parameters),
        "query": {"params": parameters},
        "query, form type": {"params": parameters, "headers": form_type},
    }[way]
    assert _login_of(mock, mock.anonymous().request("POST", TOKEN, **arguments)) == login


@pytest.mark.rule("token-in")
def test_parameters_in_the_query_as_clients_write_it(mock: RunningMock) -> None:
    response = mock.anonymous().request(
        "POST",
        "/oauth/token?grant_type=client_credentials"
        "&client_id=c1200000000000000000000000000001"
        "&client_secret=c0ffee01c0ffee01c0ffee01c0ffee01",
    )
    assert _login_of(mock, response) == "client-admin"


@pytest.mark.rule("token-in")
@pytest.mark.parametrize("split", range(1, len(LOGGED_IN)))
def test_parameters_may_be_split_between_query_and_form(mock: RunningMock, split: int) -> None:
    pairs = list(LOGGED_IN.items())
    response = mock.anonymous().request(
        "POST", TOKEN, params=dict(pairs[:split]), data=dict(pairs[split:])
    )
    assert _login_of(mock, response) == "sales-lead"


@pytest.mark.rule("token-in", "token-errors")
def test_the_application_may_come_as_http_basic(mock: RunningMock) -> None:
    anonymous = mock.anonymous()
    form = {"grant_type": "client_credentials"}
    given = anonymous.request("POST", TOKEN, data=form, auth=(TRUSTED, SECRETS[TRUSTED]))
    assert _login_of(mock, given) == "client-admin"
    refused = anonymous.request("POST", TOKEN, data=form, auth=(TRUSTED, "wrong"))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


@pytest.mark.rule("token-in", "password")
@pytest.mark.parametrize("password", ["a b+c&d=e%20;f", "пароль", '"\\\r\n', "x" * 255])
@pytest.mark.parametrize("way", ["data", "params", "files"])
def test_any_password_comes_through_unchanged(
    mock: RunningMock, admin: Api, way: str, password: str
) -> None:
    admin.put("/client/@me/user/extension_group/104", {"password": password})
    parameters = {**LOGGED_IN, "password": password}
    arguments = _as_multipart(parameters) if way == "files" else {way: parameters}
    assert _login_of(mock, mock.anonymous().request("POST", TOKEN, **arguments)) == "sales-lead"


@pytest.mark.rule("token-in")
def test_an_unknown_parameter_changes_nothing(mock: RunningMock) -> None:
    answer = mock.request_token(**OWNED, scope="call_api", state="x").json()
    assert answer["scope"] == "all"


# --- client-credentials


@pytest.mark.rule("client-credentials")
@pytest.mark.parametrize(
    ("application", "scope", "owner"),
    [
        (TRUSTED, "all", "client-admin"),
        (TRUSTED_CALL_API, "call_api", "client-admin"),
        ("c1200000000000000000000000000005", "all", "client-reader"),
        ("c1300000000000000000000000000001", "all", "other-admin"),
    ],
)
def test_a_trusted_application_gets_a_token_that_acts_for_its_owner(
    mock: RunningMock, application: str, scope: str, owner: str
) -> None:
    answer = mock.token(application=application)
    assert answer.keys() == KEYS
    assert re.fullmatch("[0-9A-Za-z]{30}", answer["access_token"])
    assert answer == {**answer, "token_type": "Bearer", "expires_in": 3600, "scope": scope}
    assert Api(mock, answer["access_token"]).read("/user/")["login"] == owner


@pytest.mark.rule("client-credentials")
def test_each_request_gets_a_token_of_its_own_and_the_former_ones_stay_good(
    mock: RunningMock,
) -> None:
    tokens = {mock.token()["access_token"] for _ in range(5)}
    assert len(tokens) == 5
    assert all(Api(mock, token).get("/user/").status_code == 200 for token in tokens)


@pytest.mark.rule("client-credentials", "password", "error-unauthorized")
@pytest.mark.parametrize("login", [None, "sales-lead"], ids=["client_credentials", "password"])
def test_a_token_is_good_for_3600_seconds(mock: RunningMock, login: str | None) -> None:
    api = Api(mock, mock.token(login)["access_token"])
    # The clock also runs by itself, hence the few seconds to spare.
    mock.clock.advance(3595)
    assert api.get("/user/").status_code == 200
    mock.clock.advance(5)
    assert api.get("/user/").status_code == 401


@pytest.mark.rule("client-credentials", "limits")
def test_requests_for_tokens_are_not_counted(mock: RunningMock) -> None:
    api = mock.as_application(LIMITED)
    for _ in range(10):
        mock.token(application=LIMITED)
    assert api.get("/user/").headers["X-RateLimit-Remaining"] == "4"


# --- password


@pytest.mark.rule("password")
@pytest.mark.parametrize(
    ("application", "login", "scope"),
    [
        (LOGIN, "client-admin", "all"),
        (LOGIN, "sales-viewer", "all"),
        (LOGIN_CALL_API, "petrov-phone", "call_api"),
        (OTHER_LOGIN, "other-lead", "all"),
    ],
)
def test_a_user_who_logs_in_gets_a_pair_of_tokens(
    mock: RunningMock, application: str, login: str, scope: str
) -> None:
    answer = mock.token(login, application)
    assert answer.keys() == KEYS | {"refresh_token"}
    assert re.fullmatch("[0-9A-Za-z]{30}", answer["access_token"])
    assert re.fullmatch("[0-9A-Za-z]{30}", answer["refresh_token"])
    assert answer["access_token"] != answer["refresh_token"]
    assert answer == {**answer, "token_type": "Bearer", "expires_in": 3600, "scope": scope}
    assert Api(mock, answer["access_token"]).read("/user/")["login"] == login


# --- refresh


@pytest.mark.rule("refresh")
def test_a_refresh_gives_a_new_pair_for_the_same_user(mock: RunningMock) -> None:
    old = mock.token("sales-lead", LOGIN_CALL_API)
    response = _refresh(mock, old["refresh_token"], LOGIN_CALL_API)
    new = response.json()
    assert new.keys() == KEYS | {"refresh_token"}
    tokens = {answer[key] for answer in (old, new) for key in ("access_token", "refresh_token")}
    assert len(tokens) == 4
    assert new["scope"] == "call_api"
    assert _login_of(mock, response) == "sales-lead"


@pytest.mark.rule("refresh")
def test_a_refresh_token_works_once_and_the_new_one_works(mock: RunningMock) -> None:
    first = mock.token("sales-lead")["refresh_token"]
    second = _refresh(mock, first).json()["refresh_token"]
    refused = _refresh(mock, first)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_grant")
    assert _login_of(mock, _refresh(mock, second)) == "sales-lead"


@pytest.mark.rule("refresh")
def test_a_refresh_token_outlives_the_access_token(mock: RunningMock) -> None:
    answer = mock.token("sales-lead")
    mock.clock.advance(30 * 24 * 3600)
    assert Api(mock, answer["access_token"]).get("/user/").status_code == 401
    assert _login_of(mock, _refresh(mock, answer["refresh_token"])) == "sales-lead"


@pytest.mark.rule("refresh", "failed-request-changes-nothing")
@pytest.mark.parametrize("application", [LOGIN_CALL_API, OTHER_LOGIN])
def test_a_refresh_token_is_no_good_to_another_application(
    mock: RunningMock, application: str
) -> None:
    token = mock.token("sales-lead")["refresh_token"]
    refused = _refresh(mock, token, application)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_grant")
    # The refusal has not used it up.
    assert _refresh(mock, token).status_code == 200


@pytest.mark.rule("refresh")
def test_an_access_token_is_no_refresh_token(mock: RunningMock) -> None:
    refused = _refresh(mock, mock.token("sales-lead")["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_grant")


@pytest.mark.rule("refresh")
def test_the_refresh_token_of_a_deleted_user_is_bad(mock: RunningMock, admin: Api) -> None:
    token = mock.token("sales-lead")["refresh_token"]
    assert admin.delete("/client/@me/user/extension_group/104").status_code == 204
    refused = _refresh(mock, token)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_grant")


@pytest.mark.rule("refresh", "error-user-blocked")
def test_the_refresh_token_of_a_blocked_user_works_again_when_the_user_does(
    mock: RunningMock, admin: Api
) -> None:
    token = mock.token("sales-lead")["refresh_token"]
    admin.put("/client/@me/user/extension_group/104", {"status": "blocked"})
    refused = _refresh(mock, token)
    assert (refused.status_code, refused.json()["status"]) == (403, "user_blocked")
    admin.put("/client/@me/user/extension_group/104", {"status": "active"})
    assert _login_of(mock, _refresh(mock, token)) == "sales-lead"
