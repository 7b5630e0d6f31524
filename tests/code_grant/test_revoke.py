"""Revocation of tokens."""

from __future__ import annotations

from base64 import b64encode

import httpx

from support.server import LOGIN, SECRETS, TRUSTED, Api, RunningMock


def _revoke(mock: RunningMock, application: str = LOGIN, **form: str) -> httpx.Response:
    secret = {"client_id": application, "client_secret": SECRETS[application]}
    form = {name: one for name, one in (secret | form).items() if one}
    return mock.anonymous().request("POST", "/oauth/revoke", data=form)


def test_revoking_a_token_of_a_trusted_application_keeps_its_others(mock: RunningMock) -> None:
    first, second = (mock.token()["access_token"] for _ in range(2))
    assert _revoke(mock, TRUSTED, token=first, token_type_hint="refresh_token").status_code == 200
    assert Api(mock, first).get("/user/").status_code == 401
    assert Api(mock, second).get("/user/").status_code == 200


def test_revocation_accepts_http_basic_and_a_token_in_the_query(
    mock: RunningMock,
) -> None:
    token = mock.token("sales-lead")["access_token"]
    basic = b64encode(f"{LOGIN}:{SECRETS[LOGIN]}".encode()).decode()
    response = mock.anonymous().request(
        "POST",
        "/oauth/revoke",
        params={"token": token},
        headers={"Authorization": f"Basic {basic}"},
    )
    assert response.status_code == 200
    assert Api(mock, token).get("/user/").status_code == 401
    assert token not in mock.http.get("/__mock__/journal").text
