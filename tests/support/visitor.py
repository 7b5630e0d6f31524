"""A visitor of the page for people, without a browser: asks for it and sends its forms."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

import httpx

from ringme_mock import MockServer

PAGE = "/__mock__/page"
_STATUS = re.compile(r'<div id="status" role="status">(.*?)</div>', re.DOTALL)
_SAID = re.compile(r'<p class="said(?: bad)?">(.*?)</p>', re.DOTALL)


@dataclass
class Visitor:
    """Asks for the page of one session; `prefix` is that of the session, such as /s/mine."""

    server: MockServer
    http: httpx.Client
    prefix: str = ""

    def of_session(self, name: str) -> Visitor:
        """The same visitor at the page of another session."""
        return Visitor(self.server, self.http, f"/s/{name}")

    def get(self, path: str = "/", **query: str) -> httpx.Response:
        """GET of a path in the session."""
        return self.http.get(self.prefix + path, params=query)

    def page(self, **query: str) -> str:
        """The whole page, which must be there."""
        answer = self.get("/", **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, action: str, **fields: str) -> httpx.Response:
        """A form as a browser without a script sends it."""
        return self.http.post(f"{self.prefix}{PAGE}/do/{action}", data=fields)

    def press(self, action: str, **fields: str) -> httpx.Response:
        """A form as the page's script sends it; the answer are the parts that changed."""
        headers = {"HX-Request": "true"}
        return self.http.post(f"{self.prefix}{PAGE}/do/{action}", data=fields, headers=headers)

    def told(self, action: str, **fields: str) -> str:
        """What the page says of a form that must succeed."""
        answer = self.press(action, **fields)
        assert answer.status_code == 200, answer.text
        return said(answer)

    def api(self, method: str, path: str, login: str = "client-admin", **more: Any) -> Any:
        """The JSON of a request to the API that must succeed."""
        answer = self.http.request(
            method,
            f"{self.prefix}/api/ver1.0{path}",
            headers={"Authorization": f"Bearer {self.token(login)}"},
            **more,
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def token(self, login: str = "client-admin") -> str:
        """A token from the control interface."""
        answer = self.http.post(f"{self.prefix}/__mock__/tokens", json={"login": login})
        token: str = answer.json()["access_token"]
        return token


def said(answer: httpx.Response) -> str:
    """The message in an answer, as a person reads it; empty for none."""
    status = _STATUS.search(answer.text)
    message = _SAID.search(status[1] if status else answer.text)
    return html.unescape(message[1]) if message else ""
