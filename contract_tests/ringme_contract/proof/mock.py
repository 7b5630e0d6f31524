"""The healthy mock behind the faults, used only through its HTTP interface."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message

from ringme_contract.proof.messages import Request, Response, encoded, joined
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation
from ringme_spec.path_templates import PathTemplates

Entry = dict[str, Any]
State = dict[str, Any]
_CONTROL = "/__mock__"
_SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.3"},
    "http_version": "1.1",
    "scheme": "http",
    "root_path": "",
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 80),
}


class Mock:
    """The mock without the fault.

    Requests with a token count against the rate limit of its client. All methods but `send` and
    `call` use the control interface, which does not count.
    """

    def __init__(self, app: ASGIApp, document: dict[str, Any]) -> None:
        self.app = app
        self.document = document
        self.operations = list(Contract(document).operations.values())
        self._templates = PathTemplates(self.operations)
        self._callers: dict[str, tuple[str, str]] = {}

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
        """The operation of a decoded path, in any form of slashes, and its path parameters."""
        return self._templates.find(method, path)

    def operation(self, action: str) -> Operation:
        return next(one for one in self.operations if one.action == action)

    async def send(self, request: Request) -> Response:
        """Sends a request without changing it."""
        scope = {
            **_SCOPE,
            **request.scope,
            "method": request.method,
            "path": request.path,
            "raw_path": request.sent_path,
            "query_string": request.query_string.encode("latin-1"),
            "headers": encoded(request.headers),
        }
        response = Response(500)
        given = False

        async def receive() -> Message:
            nonlocal given
            if given:
                return {"type": "http.disconnect"}
            given = True
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                response.status = message["status"]
                response.headers = joined(message.get("headers", []))
            elif message["type"] == "http.response.body":
                response.body += message.get("body", b"")

        await self.app(scope, receive, send)
        if response.is_compressed:
            # Hooks read it; it is compressed again before it is sent.
            response.body = gzip.decompress(response.body)
        request.sent.append((request.told, response.copy()))
        return response

    async def call(
        self, method: str, path: str, body: Any = None, token: str = "", **query: Any
    ) -> Response:
        """Sends a new request; `body` is sent as JSON."""
        request = Request(method, path, urlencode(query), [("host", "127.0.0.1")])
        if token:
            request.set_header("authorization", f"Bearer {token}")
        if body is not None:
            request.set_fields(body)
        return await self.send(request)

    async def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The JSON of the control interface. Raises LookupError for an error."""
        response = await self.call(method, _CONTROL + path, body, **query)
        if not response.ok:
            raise LookupError(f"{method} {path}: {response.status} {response.body.decode()[:300]}")
        return response.json

    async def token(self, login: str, application: str | None = None) -> str:
        """A new access token of a user, through an application of its client."""
        body = {"login": login, **({"application": application} if application else {})}
        return str((await self.control("POST", "/tokens", body))["access_token"])

    async def caller(self, request: Request) -> tuple[str, str] | None:
        """The login and application of a request's token; None if it is not valid.

        It sends a request to the mock, which counts for the client. Each token is looked up once.
        """
        if not request.token or request.token in self._callers:
            return self._callers.get(request.token)
        # Every user may send this request.
        await self.call("GET", self.operation("current").path, token=request.token)
        (noted,) = await self.control("GET", "/journal", limit=1)
        if noted["login"] is None:
            return None
        self._callers[request.token] = (noted["login"], noted["application"])
        return self._callers[request.token]

    async def parties(self, request: Request) -> dict[str, Entry]:
        """The `user`, `application` and `client` of a request; empty if there are none.

        For a token request or a login, those that it names.
        """
        state = await self.state()
        form = request.form() if request.action in ("token", "log_in") else {}
        caller = await self.caller(request) or (form.get("username"), form.get("client_id"))
        application = _find(state, "application", "client_id", caller[1])
        if application is None:
            return {}
        by = ("login", caller[0]) if caller[0] else ("id", application["user_id"])
        user = _find(state, "user", *by)
        if user is None:
            return {}
        client = _find(state, "client", "id", user["client_id"])
        return {"user": user, "application": application, "client": client or {}}

    async def user(self, request: Request) -> Entry | None:
        """The user whose token a request has; None without one."""
        return (await self.parties(request)).get("user") if request.token else None

    async def state(self) -> State:
        """All collections by name, each with its `entries`."""
        found: State = await self.control("GET", "/state")
        return found

    async def set_state(self, state: State) -> None:
        """Replaces all entries. Tokens and clock stay, rate limits are reset."""
        await self.control("PUT", "/state", state)

    async def entries(self, collection: str) -> list[Entry]:
        """The stored entries of a collection, including properties that are never shown."""
        found: list[Entry] = (await self.state())[collection]["entries"]
        return found

    async def keys(self, collection: str, **values: Any) -> list[Any]:
        name, entries = self.key(collection), await self.entries(collection)
        return [one[name] for one in entries if values.items() <= one.items()]

    async def entry(self, collection: str, key: Any) -> Entry | None:
        """The entry with a key, number or text; None if it does not exist."""
        return _find(await self.state(), collection, self.key(collection), key)

    async def change(self, collection: str, key: Any, **values: Any) -> None:
        """Stores other values in an entry, if it exists."""
        state = await self.state()
        entry = _find(state, collection, self.key(collection), key)
        if entry is not None and {**entry, **values} != entry:
            entry.update(values)
            await self.set_state(state)

    @asynccontextmanager
    async def changed(self, *changes: tuple[str, Any, dict[str, Any]]) -> AsyncIterator[None]:
        """Stores other values in some entries (collection, key, values) during a block."""
        kept = []
        for collection, key, values in changes:
            entry = await self.entry(collection, key) or {}
            kept.append((collection, key, {name: entry.get(name) for name in values}))
            await self.change(collection, key, **values)
        try:
            yield
        finally:
            for collection, key, values in kept:
                await self.change(collection, key, **values)

    async def remove(self, collection: str, entries: list[Entry]) -> None:
        """Removes entries, and nothing else with them."""
        if entries:
            state, name = await self.state(), self.key(collection)
            gone = [one[name] for one in entries]
            kept = [one for one in state[collection]["entries"] if one[name] not in gone]
            state[collection]["entries"] = kept
            await self.set_state(state)

    def key(self, collection: str) -> str:
        return str(self.rule(collection)["key"])

    def rule(self, collection: str) -> dict[str, Any]:
        found: dict[str, Any] = self.document["x-collections"].get(collection, {})
        return found


def _find(state: State, collection: str, name: str, value: Any) -> Entry | None:
    entries: list[Entry] = state[collection]["entries"]
    return next((one for one in entries if str(one[name]) == str(value)), None)
