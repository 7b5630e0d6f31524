"""A user at the login page: the requests of a browser, without one."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from support.server import SECRETS, RunningMock

PUBLIC = "c1200000000000000000000000000007"
CONSENT_CLIENT = "c1200000000000000000000000000008"
OTHER_PUBLIC = "c1300000000000000000000000000003"
CALLBACK = "http://localhost:3000/callback"
AUTHORIZE, LOGIN = "/oauth/authorize", "/oauth/login"
# Headers of a browser when a user submits a form.
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


class Browser:
    """The cookies of one browser. Redirects are not followed; responses must conform."""

    def __init__(self, mock: RunningMock, **query: str) -> None:
        self._mock = mock
        self.cookies = httpx.Cookies()
        known = {"response_type": "code", "client_id": PUBLIC, "redirect_uri": CALLBACK}
        self.query = known | query

    def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends a request with the query of this browser's application."""
        return self.request(method, path, **{"params": self.query, **arguments})

    def request(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        """Sends a request with the cookies of this browser."""
        http = self._mock.http
        http.cookies.clear()
        http.cookies.update(self.cookies)
        response = http.request(method, url, **arguments)
        self.cookies = httpx.Cookies(http.cookies)
        http.cookies.clear()
        if "/s/" not in url:
            assert self._mock.conformance.problems(response) == []
        return response

    def log_in(self, login: str = "sales-lead", password: str | None = None) -> httpx.Response:
        form = {"username": login, "password": password or f"mock-{login}"}
        return self.send("POST", LOGIN, data=form)

    def authorize(self) -> dict[str, str]:
        """The parameters that the redirect URI gets for a logged-in user."""
        return callback_parameters(self.send("GET", AUTHORIZE))

    def code(self, login: str = "sales-lead") -> str:
        """Logs in, and returns the code."""
        assert self.log_in(login).status_code == 302
        return self.authorize()["code"]

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        """The response of the token endpoint to a code; empty parameters are left out."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.query["redirect_uri"],
            "client_id": self.query["client_id"],
            "client_secret": SECRETS[self.query["client_id"]],
        } | changes
        return self._mock.request_token(**{name: one for name, one in form.items() if one})

    def tokens(self, login: str = "sales-lead") -> dict[str, str]:
        """Logs in, and exchanges the code for tokens."""
        response = self.exchange(self.code(login))
        assert response.status_code == 200, response.text
        found: dict[str, str] = response.json()
        return found


def callback_parameters(response: httpx.Response, at: str = CALLBACK) -> dict[str, str]:
    """The parameters that a redirect adds to the redirect URI, and its own ones."""
    assert response.status_code == 302, response.text
    location = response.headers["Location"]
    assert location.startswith((f"{at}?", f"{at}&")), location
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


def alert_message(response: httpx.Response) -> str:
    """The message of a page that refuses a request; empty without one."""
    found = re.search(r'role="alert">(.*?)</p>', response.text, re.DOTALL)
    return unescape(found[1]) if found else ""
