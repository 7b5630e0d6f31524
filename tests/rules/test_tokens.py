"""Tokens: requests that the contract does not mention, and lifetimes."""

from __future__ import annotations

import httpx
import pytest

from support.server import (
    LOGIN,
    SECRETS,
    Api,
    RunningMock,
)

TOKEN = "/oauth/token"
LOGGED_IN = {
    "grant_type": "password",
    "client_id": LOGIN,
    "client_secret": SECRETS[LOGIN],
    "username": "sales-lead",
    "password": "mock-sales-lead",
}


def _login_of(mock: RunningMock, response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    user = Api(mock, response.json()["access_token"]).read("/user/")
    return str(user["login"])


@pytest.mark.parametrize("split", range(1, len(LOGGED_IN)))
def test_parameters_may_be_split_between_query_and_form(mock: RunningMock, split: int) -> None:
    pairs = list(LOGGED_IN.items())
    response = mock.anonymous().request(
        "POST", TOKEN, params=dict(pairs[:split]), data=dict(pairs[split:])
    )
    assert _login_of(mock, response) == "sales-lead"


@pytest.mark.parametrize("login", [None, "sales-lead"], ids=["client_credentials", "password"])
def test_access_token_expires_after_3600_seconds(mock: RunningMock, login: str | None) -> None:
    mock.clock.freeze()
    api = Api(mock, mock.token(login)["access_token"])
    mock.clock.advance(3599)
    assert api.get("/user/").status_code == 200
    mock.clock.advance(1)
    assert api.get("/user/").status_code == 401


def test_refresh_token_outlives_the_access_token(mock: RunningMock) -> None:
    response = mock.token("sales-lead")
    mock.clock.advance(30 * 24 * 3600)
    assert Api(mock, response["access_token"]).get("/user/").status_code == 401
    refreshed = mock.request_token(
        grant_type="refresh_token",
        client_id=LOGIN,
        client_secret=SECRETS[LOGIN],
        refresh_token=response["refresh_token"],
    )
    assert _login_of(mock, refreshed) == "sales-lead"
