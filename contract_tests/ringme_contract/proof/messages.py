"""Requests and responses between a client and the mock."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from ringme_spec.operations import Operation

_LIMIT = "x-ratelimit"


@dataclass
class Request:
    """A request; the mock gets it as the hooks leave it.

    `path` is decoded, `raw_path` as it was sent. `operation` and `values`, its path parameters, are
    those of the original path. `sent` has the requests that the mock got for it, with their
    responses.
    """

    method: str
    path: str
    query_string: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    raw_path: str = ""
    operation: Operation | None = None
    values: dict[str, str] = field(default_factory=dict)
    scope: dict[str, Any] = field(default_factory=dict, repr=False)
    sent: list[tuple[tuple[Any, ...], Response]] = field(default_factory=list, repr=False)

    @property
    def told(self) -> tuple[Any, ...]:
        """Everything that the mock gets of it."""
        return self.method, self.path, self.query_string, tuple(self.headers), self.body

    @property
    def sent_path(self) -> bytes:
        """The path for the mock: as it came, unless a hook changed it."""
        same = self.raw_path and self.path == self.scope.get("path", self.path)
        return (self.raw_path if same else quote(self.path)).encode("latin-1")

    @property
    def name(self) -> str:
        """The id of the operation; empty without one."""
        return self.operation.id if self.operation else ""

    @property
    def action(self) -> str:
        return self.operation.action if self.operation else ""

    @property
    def collection(self) -> str:
        return self.operation.collection.name if self.operation else ""

    @property
    def key(self) -> str:
        """The last path parameter; empty without one."""
        return next(reversed(self.values.values()), "")

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string, keep_blank_values=True)

    @query.setter
    def query(self, pairs: list[tuple[str, str]]) -> None:
        # Without a change the bytes stay as they came.
        if pairs != self.query:
            self.query_string = urlencode(pairs)

    @property
    def token(self) -> str:
        kind, _, token = self.header("authorization").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def matches(
        self,
        operations: Sequence[str] = (),
        actions: Sequence[str] = (),
        methods: Sequence[str] = (),
        contains: str = "",
        query: dict[str, str] | None = None,
        grants: Sequence[str] = (),
        sent: dict[str, str] | None = None,
    ) -> bool:
        """True if a fault selects it; without an argument any value matches.

        `contains` is a part of the path, `sent` has patterns of headers.
        """
        return (
            (not operations or self.name in operations)
            and (not actions or self.action in actions)
            and (not methods or self.method in methods)
            and contains in self.path
            and all(self.parameter(name) == value for name, value in (query or {}).items())
            and (not grants or self.grant in grants)
            and all(re.search(pattern, self.header(name)) for name, pattern in (sent or {}).items())
        )

    def parameter(self, name: str) -> str | None:
        """The last value of a query parameter; None without one."""
        return dict(self.query).get(name)

    def with_query(self, **values: Any) -> Request:
        changed = replace(self)
        kept = [(key, value) for key, value in self.query if key not in values]
        added = [(key, str(value)) for key, value in values.items() if value is not None]
        changed.query = kept + added
        return changed

    @property
    def given(self) -> set[str]:
        return {key.partition("[")[0] for key, value in self.query if value}

    def without(self, names: Collection[str]) -> Request:
        """A copy without some query parameters, in any of their forms."""
        changed = self.with_query()
        changed.query = [pair for pair in self.query if pair[0].partition("[")[0] not in names]
        return changed

    def of_whole_list(self) -> Request:
        """A copy for the whole list; a list in an envelope has only pages."""
        envelope = self.operation.envelope if self.operation else None
        return self.with_query(page=None, per_page=1000 if envelope else None)

    def listed(self, response: Response) -> Any:
        return self.operation.listed(response.json) if self.operation else response.json

    def set_listed(self, response: Response, items: list[Any]) -> None:
        envelope = self.operation.envelope if self.operation else None
        response.set_json({**response.json, envelope: items} if envelope else items)

    def with_token(self, token: str) -> Request:
        changed = replace(self)
        changed.set_header("authorization", f"Bearer {token}")
        return changed

    def with_fields(self, value: Any) -> Request:
        changed = replace(self)
        changed.set_fields(value)
        return changed

    @property
    def grant(self) -> str:
        return self.form().get("grant_type", "") if self.action == "token" else ""

    def form(self) -> dict[str, str]:
        """The parameters of a token request, from query, form and HTTP Basic."""
        text = self.body.decode("latin-1")
        if self.header("content-type").startswith("multipart/"):
            pairs = re.findall(r'name="(\w+)"\r\n\r\n(.*?)\r\n', text, re.DOTALL)
        else:
            pairs = parse_qsl(text)
        found = {**dict(self.query), **dict(pairs)}
        kind, _, encoded = self.header("authorization").partition(" ")
        if kind.lower() == "basic":
            with suppress(ValueError):
                name, _, secret = b64decode(encoded).decode().partition(":")
                found |= {"client_id": name, "client_secret": secret}
        return found

    def with_form(self, form: dict[str, str]) -> Request:
        """A copy of a token request with other parameters, all in a form."""
        changed = replace(self, query_string="")
        changed.headers = [(key, value) for key, value in self.headers if key != "authorization"]
        changed.set_body(urlencode(form).encode("ascii"))
        changed.set_header("content-type", "application/x-www-form-urlencoded")
        return changed

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def set_header(self, name: str, value: str) -> None:
        self.headers = [(key, old) for key, old in self.headers if key != name] + [(name, value)]

    def fields(self) -> dict[str, Any]:
        """The JSON object of the body; empty if it is not one."""
        value = _parse(self.body)
        return value if isinstance(value, dict) else {}

    def set_fields(self, value: Any) -> None:
        self.set_body(json.dumps(value).encode("utf-8"))
        self.set_header("content-type", "application/json")

    def set_body(self, body: bytes) -> None:
        self.body = body
        self.set_header("content-length", str(len(body)))


@dataclass
class Response:
    """A response; the client gets it as the hooks leave it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The JSON of the body; None if it is not JSON."""
        return _parse(self.body)

    @property
    def is_compressed(self) -> bool:
        """True if the client gets the body compressed."""
        return self.headers.get("content-encoding") == "gzip" and bool(self.body)

    @property
    def told(self) -> tuple[Any, ...]:
        """Everything that the client gets of it, however its JSON is spelt."""
        media_type = self.headers.get("content-type", "").partition(";")[0]
        headers = {**self.headers, "content-type": media_type, "content-length": ""}
        return self.status, headers, self.body if self.json is None else self.json

    @property
    def word(self) -> str | None:
        """The `status` of an error of the API; None without one."""
        value = self.json
        return value.get("status") if isinstance(value, dict) and not self.ok else None

    @property
    def ok(self) -> bool:
        return self.status < 300

    def objects(self) -> Iterator[dict[str, Any]]:
        value = self.json
        values = value if isinstance(value, list) else [value]
        return (one for one in values if isinstance(one, dict))

    def set_json(self, value: Any) -> None:
        self.body = json.dumps(value, ensure_ascii=False).encode("utf-8")
        self.headers["content-type"] = "application/json"

    def become(self, other: Response) -> None:
        """Takes over another response, but for the headers of the rate limit."""
        limits = {key: value for key, value in self.headers.items() if key.startswith(_LIMIT)}
        self.status, self.body = other.status, other.body
        self.headers = {**other.headers, **limits}

    def refuse(self, status: int, word: str | None, message: str = "Refused") -> None:
        self.status = status
        self.set_json({"message": message, **({"status": word} if word else {})})

    def copy(self) -> Response:
        return replace(self, headers=dict(self.headers))


# A hook that changes a request or responds itself, and one that changes a response.
Before = Callable[[Request], Awaitable[Response | None] | Response | None]
After = Callable[[Request, Response], Awaitable[None] | None]


def refusal(status: int, message: str = "Refused", word: str | None = None) -> Response:
    """An error of the API that the mock did not send."""
    limits = {"limit": "1000000", "remaining": "999999", "reset": "3600"}
    response = Response(status, {f"{_LIMIT}-{name}": value for name, value in limits.items()})
    response.refuse(status, word, message)
    return response


def encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers]


def joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name in lower case; repeated ones are joined."""
    found: dict[str, str] = {}
    for key, value in headers:
        name, text = key.decode("latin-1").lower(), value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
