"""Errors that the contract kit cannot provoke, or that the contract does not require."""

from __future__ import annotations

import httpx
import pytest

from ringme_contract.http.serving import served
from support.operations import OPERATIONS, outcome, send
from support.server import Api, RunningMock
from support.validating_app import validating_app


def _assert_unauthorized(response: httpx.Response) -> None:
    assert response.status_code == 401
    assert response.json() == {"message": "Unauthorized"}
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_expired_token_is_a_401_for_every_operation(mock: RunningMock, admin: Api) -> None:
    mock.clock.advance(3601)
    for operation in OPERATIONS:
        _assert_unauthorized(send(admin, operation))


def test_refresh_tokens_and_tokens_in_the_query_are_refused(mock: RunningMock) -> None:
    response = mock.token("client-admin")
    _assert_unauthorized(Api(mock, response["refresh_token"]).get("/user/"))
    _assert_unauthorized(mock.anonymous().get("/user/", access_token=response["access_token"]))


def test_users_of_a_blocked_client_are_refused_by_every_operation() -> None:
    app = validating_app()
    with served(app) as url:
        mock = RunningMock(app, url)
        with mock.http:
            users = [mock.as_user(login) for login in ("client-admin", "sales-lead")]
            other = mock.as_user("other-admin")
            # No operation of the API blocks a client.
            app.state.store["client"].update(12, {"status": "blocked"})
            for user in users:
                responses = {one.id: outcome(send(user, one)) for one in OPERATIONS}
                assert responses == dict.fromkeys(responses, (403, "user_blocked"))
            assert other.get("/user/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/ver2.0/user/", "/api/user/", "/user/", "/ver1.0/user/", "/oauth/", "/api/"]
)
def test_paths_outside_of_the_api_are_a_404(admin: Api, path: str) -> None:
    response = admin.request("GET", path)
    assert (response.status_code, list(response.json())) == (404, ["message"])
