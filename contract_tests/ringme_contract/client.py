"""A client of one implementation, which holds every answer against the document."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx

from ringme_contract.conformance import Conformance

API = "/api/ver1.0"


class Client:
    """Makes requests with one token. An answer that is not as documented is an AssertionError."""

    def __init__(self, url: str, document: dict[str, Any]) -> None:
        """`url` is where the host of the implementation is; the API lies below its root."""
        self.url = url.rstrip("/")
        self.token: str | None = None
        self._conformance = Conformance(document)
        self._http = httpx.Client(base_url=self.url, timeout=10)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def log_in(
        self, client_id: str, client_secret: str, username: str | None, password: str | None
    ) -> None:
        """Gets a token: of the user if one is named, else of the owner of the application."""
        form = {"client_id": client_id, "client_secret": client_secret}
        if username is None:
            form["grant_type"] = "client_credentials"
        else:
            form |= {"grant_type": "password", "username": username, "password": password or ""}
        answer = self.request("POST", "/oauth/token", data=form)
        assert answer.status_code == 200, f"no token: {answer.status_code} {answer.text}"
        self.token = answer.json()["access_token"]

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends a request to a path from the root; further arguments are those of httpx."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        response = self._http.request(method, path, headers=headers, **arguments)
        problems = self._conformance.problems(response)
        assert not problems, f"{method} {response.url}:\n" + "\n".join(problems)
        return response

    def get(self, path: str, **query: Any) -> httpx.Response:
        """GET below /api/ver1.0; the query as keywords."""
        return self.request("GET", API + path, params=query)

    def post(self, path: str, body: object) -> httpx.Response:
        """POST of a JSON body below /api/ver1.0."""
        return self.request("POST", API + path, json=body)

    def put(self, path: str, body: object) -> httpx.Response:
        """PUT of a JSON body below /api/ver1.0."""
        return self.request("PUT", API + path, json=body)

    def read(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that must succeed."""
        response = self.get(path, **query)
        assert response.status_code == 200, f"GET {path}: {response.status_code} {response.text}"
        return response.json()
