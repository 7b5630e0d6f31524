"""A mock in the test process, on a free port of the loopback interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from ringme_contract.http.conformance import Conformance
from ringme_mock.app import MockApp
from ringme_mock.store.clock import Clock
from ringme_spec.paths import FIXTURES, SPEC
from support.serving import served
from support.validating_app import validating_app

API = "/api/ver1.0"
SECRETS = {
    "c1200000000000000000000000000001": "c0ffee01" * 4,
    "c1200000000000000000000000000002": "c0ffee02" * 4,
    "c1200000000000000000000000000003": "c0ffee03" * 4,
    "c1200000000000000000000000000004": "c0ffee04" * 4,
    "c1200000000000000000000000000005": "c0ffee05" * 4,
    "c1200000000000000000000000000006": "c0ffee06" * 4,
    "c1200000000000000000000000000007": "c0ffee07" * 4,
    "c1200000000000000000000000000008": "c0ffee08" * 4,
    "c1300000000000000000000000000001": "decade01" * 4,
    "c1300000000000000000000000000002": "decade02" * 4,
    "c1300000000000000000000000000003": "decade03" * 4,
    "c1400000000000000000000000000001": "facade01" * 4,
    "c1500000000000000000000000000001": "deadbeef" * 4,
}
TRUSTED = "c1200000000000000000000000000001"
TRUSTED_CALL_API = "c1200000000000000000000000000002"
LOGIN = "c1200000000000000000000000000003"
OTHER_LOGIN = "c1300000000000000000000000000002"
LIMITED = "c1400000000000000000000000000001"


class RunningMock:
    """The mock as its clients see it, with its clock and a reset for tests."""

    def __init__(self, app: MockApp, url: str) -> None:
        self.url = url
        self.conformance = Conformance(app.contract)
        self.http = httpx.Client(base_url=url)
        self._app = app

    @property
    def clock(self) -> Clock:
        """Its clock, which tests can advance."""
        return self._app.state.clock

    def reset(self) -> None:
        self._app.sessions.default.reset()

    def anonymous(self) -> Api:
        return Api(self, None)

    def request_token(self, **parameters: str) -> httpx.Response:
        """Sends a form with these parameters to the token endpoint."""
        return self.anonymous().request("POST", "/oauth/token", data=parameters)

    def token(self, login: str | None = None, application: str | None = None) -> dict[str, Any]:
        """A token response: for a user who logs in, or for the owner of a trusted application."""
        if login is None:
            application = application or TRUSTED
            parameters = {"grant_type": "client_credentials"}
        else:
            other = login.startswith("other-")
            application = application or (OTHER_LOGIN if other else LOGIN)
            parameters = {"grant_type": "password", "username": login, "password": f"mock-{login}"}
        response = self.request_token(
            client_id=application, client_secret=SECRETS[application], **parameters
        )
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def as_user(self, login: str, application: str | None = None) -> Api:
        """A client with the token of a user, who logs in with the password of the fixtures."""
        return Api(self, self.token(login, application)["access_token"])

    def as_application(self, application: str = TRUSTED) -> Api:
        """A client with the token of a trusted application."""
        return Api(self, self.token(application=application)["access_token"])


class Api:
    """Requests with one token; every response must conform."""

    def __init__(self, mock: RunningMock, token: str | None) -> None:
        self.token = token
        self._mock = mock

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends a request to a path from the root; the response must conform."""
        headers = dict(arguments.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        response = self._mock.http.request(method, path, headers=headers, **arguments)
        if path.startswith((API, "/oauth")):
            assert self._mock.conformance.problems(response) == []
        return response

    def get(self, path: str, **query: Any) -> httpx.Response:
        """Sends a GET below /api/ver1.0."""
        return self.request("GET", API + path, params=query)

    def post(self, path: str, body: object) -> httpx.Response:
        return self.request("POST", API + path, json=body)

    def put(self, path: str, body: object) -> httpx.Response:
        return self.request("PUT", API + path, json=body)

    def delete(self, path: str, **query: Any) -> httpx.Response:
        return self.request("DELETE", API + path, params=query)

    def read(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that must succeed."""
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()


@contextmanager
def running_mock(spec: Path = SPEC, fixtures: Path = FIXTURES) -> Iterator[RunningMock]:
    """Runs a mock in a thread during the block."""
    app = validating_app(spec, fixtures)
    with served(app) as url:
        mock = RunningMock(app, url)
        with mock.http:
            yield mock
