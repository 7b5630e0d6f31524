"""A user of the page, without a browser: requests for the page and for the API."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from ringme_mock import MockServer

PAGE = "/__mock__/page"
_LINK = re.compile(r'<(?:link|script)[^>]* (?:href|src)="([^"]*)"')
_IMPORT = re.compile(r'^import .* from "([^"]*)";$', re.MULTILINE)


@dataclass
class PageClient:
    """Requests the page of one session; `prefix` is that of the session, such as /s/mine."""

    server: MockServer
    http: httpx.Client
    prefix: str = ""

    def of_session(self, name: str) -> PageClient:
        """The same user at the page of another session."""
        return PageClient(self.server, self.http, f"/s/{name}")

    def get(self, path: str = "/", **query: str) -> httpx.Response:
        return self.http.get(self.prefix + path, params=query)

    def page(self) -> str:
        """The page, which must exist."""
        response = self.get()
        assert response.status_code == 200, response.text
        return response.text

    def assets(self) -> dict[str, str]:
        """All files that the page and its modules load, by path."""
        found: dict[str, str] = {}
        waiting = [f"{self.prefix}/{link}" for link in links(self.page())]
        while waiting:
            path = waiting.pop()
            if path not in found:
                response = self.http.get(path)
                assert response.status_code == 200, path
                found[path] = response.text
                if path.endswith(".js"):
                    base = httpx.URL(path)
                    waiting += [str(base.join(one)) for one in imports(response.text)]
        return found


def links(page: str) -> list[str]:
    return _LINK.findall(page)


def imports(module: str) -> list[str]:
    return _IMPORT.findall(module)
