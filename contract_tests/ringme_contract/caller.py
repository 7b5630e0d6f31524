"""Requests with one token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ringme_contract.entries.list_pages import all_pages

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

# Reading through each of these is the same.
_READERS = ("client", "client_read_only", "call_api")


class Caller:
    """Requests with one token."""

    def __init__(self, kit: CheckContext, name: str, token: str | None) -> None:
        self.name = name
        self.token = token
        self._kit = kit

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request to a path from the root.

        Raises Failure or NotReached in the stead of one that might harm what the run has not made.
        """
        headers = dict(arguments.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        guard, transport = self._kit.guard, self._kit.transport
        guard.allow(method, path, arguments)
        response = None
        try:
            response = transport.send(self.name, method, path, headers=headers, **arguments)
        finally:
            guard.note(self.name, method, path, arguments, response)
        return response

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.request("GET", path, params=query or None)

    def post(self, path: str, body: object) -> httpx.Response:
        return self.request("POST", path, json=body)

    def put(self, path: str, body: object) -> httpx.Response:
        return self.request("PUT", path, json=body)

    def delete(self, path: str, **query: Any) -> httpx.Response:
        return self.request("DELETE", path, params=query or None)

    def read(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that has to succeed."""
        return self._kit.expect(self.get(path, **query), 200).json()

    def entries(self, path: str, **query: Any) -> Any:
        """The entries of a list; all of them, unless the query picks a page."""
        operation = self._kit.templates.find("GET", path)[0]
        if operation is None or operation.action != "list":
            return self.read(path, **query)
        return all_pages(operation, lambda more: self.read(path, **query, **more), query)


def readers(kit: CheckContext) -> list[Caller]:
    """Those who see all of the client, whatever else they may do."""
    return [kit.caller(name) for name in _READERS if name in kit.target.identities]
