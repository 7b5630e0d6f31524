"""Requests with one token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ringme_contract.entries.list_pages import all_pages

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

# These identities read the same.
_READERS = ("client", "client_read_only", "call_api")


class Caller:
    def __init__(self, kit: CheckContext, name: str, token: str | None) -> None:
        self.name = name
        self.token = token
        self._kit = kit

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends a request to a path from the root.

        Raises Failure or NotReached instead if it might harm entries that the run has not made.
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
        return self._kit.expect(self.get(path, **query), 200).json()

    def entries(self, path: str, **query: Any) -> Any:
        """The entries of a list: of all pages, unless the query picks one."""
        operation = self._kit.templates.find("GET", path)[0]
        if operation is None or operation.action != "list":
            return self.read(path, **query)
        return all_pages(operation, lambda more: self.read(path, **query, **more), query)


def readers(kit: CheckContext) -> list[Caller]:
    """The callers that can read everything of the client."""
    return [kit.caller(name) for name in _READERS if name in kit.target.identities]
