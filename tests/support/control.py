"""A client of the control interface that checks every response against its document."""

from __future__ import annotations

from typing import Any

import httpx

from ringme_contract.http.conformance import Conformance
from ringme_mock import MockServer
from ringme_mock.control.middleware import interface

API = "/api/ver1.0"


class Control:
    """Requests to the mock and its control interface, in one session."""

    def __init__(self, server: MockServer, session: str | None = None) -> None:
        self.server = server
        headers = {"X-Mock-Session": session} if session else {}
        self.http = httpx.Client(base_url=server.url, headers=headers)
        self._conformance = Conformance(interface().contract)
        self._others: list[Control] = []

    def __enter__(self) -> Control:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        for other in self._others:
            other.http.close()

    def session(self, name: str) -> Control:
        self._others.append(Control(self.server, name))
        return self._others[-1]

    def request(self, method: str, path: str, body: Any = None, **arguments: Any) -> httpx.Response:
        """Sends a request below /__mock__/; the response must conform."""
        if body is not None:
            arguments["json"] = body
        response = self.http.request(method, f"/__mock__/{path}", **arguments)
        if response.is_client_error:
            assert response.json()["message"]
        else:
            assert self._conformance.problems(response) == []
        return response

    def done(self, method: str, path: str, body: Any = None, **arguments: Any) -> Any:
        """The JSON of a request that must succeed; None for an empty body."""
        response = self.request(method, path, body, **arguments)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def refused(self, method: str, path: str, body: Any = None, **arguments: Any) -> str:
        """The status and message of a request that must be refused."""
        response = self.request(method, path, body, **arguments)
        assert response.is_client_error, response.text
        return f"{response.status_code} {response.json()['message']}"

    def token(self, login: str = "client-admin") -> dict[str, str]:
        """A header with a new token of a user."""
        token = self.done("POST", "tokens", {"login": login})["access_token"]
        return {"Authorization": f"Bearer {token}"}

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        """Sends a GET below /api/ver1.0."""
        return self.http.get(API + path, params=query, headers=headers)

    def groups(self, headers: dict[str, str]) -> list[str]:
        response = self.get("/client/@me/extension_group/", headers)
        assert response.status_code == 200, response.text
        return [group["name"] for group in response.json()]

    def make_group(self, headers: dict[str, str], name: str) -> int:
        """Creates a group of the caller's client; returns its id."""
        response = self.http.post(
            f"{API}/client/@me/extension_group/", json={"name": name}, headers=headers
        )
        assert response.status_code in (200, 201), response.text
        number: int = response.json()["id"]
        return number
