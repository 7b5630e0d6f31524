"""Requests to every operation of a document, from nearly valid to far from it."""

from __future__ import annotations

import io
import random
import zipfile
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hostile.odd_values import (
    HEADERS,
    JSON_BYTES,
    MEDIA_TYPES,
    METHODS,
    OddValues,
    encoded,
    json_bytes,
)
from ringme_spec.shape import METHODS as DOCUMENTED

# Values of path parameters that exist in the fixtures.
KNOWN = {
    "client_id": ["@me", "12", "13", "999"],
    "ext_group_id": ["3", "5", "4"],
    "extension_id": ["31", "30", "28"],
    "user_id": ["104", "105", "107"],
    "uuid": ["4b95953c-302d-4742-89b1-1c422a845b77"],
    "name": ["one", "two"],
    "id": ["1", "2"],
}
PAGES = [
    "/", "/docs/", "/docs", "/docs/api.html", "/docs/../openapi.json", "/reference/", "/reference",
    "/reference/index.html", "/openapi.json", "/favicon.ico", "/storage/record/x", "/storage/fax/x",
    "/storage/record/..%2f..%2fx", "/storage//x", "/__mock__/page/", "/__mock__/journal/har",
    "/__mock__/openapi.json", "/__mock__/page/assets/0/x", "/__mock__/journal", "/x", "//",
    "/__mock__/entries/extension", "/__mock__/entries/call",
]  # fmt: skip
FIELDS = [
    "login", "operation", "status", "text", "verdict", "path", "method", "limit", "offset", "order",
    "owner", "owner_id", "count", "properties", "format",
]  # fmt: skip
# Fields whose value makes a request slow: each with a limit that keeps the run fast.
_COSTLY = {"groups": 20, "extensions": 30, "records": 50, "voicemail": 50, "faxes": 50,
           "registrations": 50, "milliseconds": 5, "from": 3, "to": 5}  # fmt: skip


@dataclass
class Request:
    """Request; `target` is the request target of its first line."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    def has_header(self, name: bytes) -> bool:
        """Tell if it has a header of that name, in lower case."""
        return any(one.lower() == name for one, _ in self.headers)

    def summary(self) -> str:
        """Return a summary for a report."""
        headers = [(name, value[:120]) for name, value in self.headers]
        return f"{self.method} {self.target[:300]!r} {headers} {len(self.body)} {self.body[:300]!r}"


class RequestGenerator:
    """Generator of requests to the operations of documents, with the tokens that it is given."""

    def __init__(self, documents: list[dict[str, Any]], source: random.Random) -> None:
        self.random = source
        self.odd = OddValues(source)
        # By the path prefix that selects the session.
        self.tokens: dict[bytes, list[str]] = {}
        self._operations = [
            (
                document,
                path,
                method,
                item.get("parameters", []) + item[method].get("parameters", []),
            )
            for document in documents
            for path, item in document["paths"].items()
            for method in DOCUMENTED
            if method in item
        ]
        self.count = len(self._operations)

    def make(self, number: int) -> Request:
        """Return a request to the operation of this number, or sometimes to a page."""
        if self.random.random() < 0.06:
            return self._page()
        document, path, method, parameters = self._operations[number % self.count]
        node = document["paths"][path][method]
        target = self._path(path)
        query = self._query(document, [_resolved(document, one) for one in parameters])
        if query:
            target += b"?" + query
        request = Request(method.upper(), target)
        self._add_headers(request)
        if "requestBody" in node or self.random.random() < 0.03:
            self._add_body(request, document, node)
        if self.random.random() < 0.03:
            request.method = self.random.choice(METHODS)
        return request

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _path(self, template: str) -> bytes:
        segments = []
        for segment in template.split("/"):
            if segment.startswith("{") and segment.endswith("}"):
                known = KNOWN.get(segment[1:-1], ["31-" + "A" * 32])
                if self._chance(0.15):
                    segments.append(encoded(quote(encoded(self.odd.text()), safe="")))
                else:
                    segments.append(self.random.choice(known).encode())
            else:
                segments.append(segment.encode())
        path = b"/".join(segments)
        if self._chance(0.04):
            path = b"/s/" + quote(encoded(self.odd.text()), safe="").encode() + path
        elif self._chance(0.15):
            path = b"/s/" + self.random.choice((b"one", b"two")) + path
        if self._chance(0.03):
            path = path.replace(
                b"/", self.random.choice((b"//", b"/./", b"/../", b"%2f", b"/%00/"))
            )
        return path

    def _query(self, document: dict[str, Any], parameters: list[dict[str, Any]]) -> bytes:
        pairs = []
        for parameter in parameters:
            if parameter["in"] == "query" and self._chance(0.5):
                value = self._valid_value(document, parameter["schema"], parameter["name"])
                text = str(value) if self._chance(0.7) else self.odd.text()
                pairs.append(f"{parameter['name']}={quote(encoded(text), safe='')}")
        if self._chance(0.04):
            pairs.append(quote(encoded(self.odd.text())) + "=" + quote(encoded(self.odd.text())))
        query = "&".join(pairs).encode()
        if self._chance(0.01):
            key = self.random.choice((b"type[]=phone", b"page=1", b"x", b"type[9]=x", b""))
            query = b"&".join([key] * self.random.choice((100, 2000, 100_000)))
        if self._chance(0.03):
            query = self.odd.mutated(query)
        return query

    def _add_headers(self, request: Request) -> None:
        if self._chance(0.9):
            session = request.target[:6] if request.target.startswith(b"/s/") else b""
            token = self.random.choice(self.tokens.get(session, [""]))
            request.headers.append((b"authorization", f"Bearer {token}".encode()))
        if self._chance(0.15):
            name, value = self.random.choice(HEADERS)
            request.headers.insert(0, (name.lower().encode(), value.encode("latin-1")))

    def _add_body(self, request: Request, document: dict[str, Any], node: dict[str, Any]) -> None:
        content = _resolved(document, node.get("requestBody", {})).get("content", {})
        kind = self.random.choice([*content, "application/json"])
        schema = content.get(kind, {}).get("schema", {})
        if kind == "application/zip":
            request.body = self._archive()
        elif self._chance(0.12):
            request.body = self.random.choice(JSON_BYTES)
        elif kind == "application/x-www-form-urlencoded":
            fields = self._valid_value(document, schema, "")
            request.body = b"&".join(
                b"%s=%s" % (quote(encoded(name)).encode(), quote(encoded(str(value))).encode())
                for name, value in (fields if isinstance(fields, dict) else {}).items()
            )
        else:
            request.body = json_bytes(_cheap(self._valid_value(document, schema, "")))
        if self._chance(0.1):
            request.body = self.odd.mutated(request.body)
        if self._chance(0.08):
            kind = self.random.choice(MEDIA_TYPES)
        request.headers.append((b"content-type", kind.encode("latin-1")))

    def _valid_value(self, document: dict[str, Any], schema: dict[str, Any], name: str) -> Any:
        """Return a value that mostly conforms to a schema."""
        schema = _resolved(document, schema)
        if name in _COSTLY:
            return self.random.randint(-1, _COSTLY[name])
        if self._chance(0.08):
            return self.odd.value()
        if "allOf" in schema:
            whole: dict[str, Any] = {}
            for part in schema["allOf"]:
                found = self._valid_value(document, part, name)
                whole.update(found if isinstance(found, dict) else {})
            return whole
        choices = schema.get("oneOf") or schema.get("anyOf")
        if choices:
            return self._valid_value(document, self.random.choice(choices), name)
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "example" in schema and self._chance(0.7):
            return schema["example"]
        return self._value_of_type(document, schema, name)

    def _value_of_type(self, document: dict[str, Any], schema: dict[str, Any], name: str) -> Any:
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            required = schema.get("required", ())
            return {
                key: self._valid_value(document, one, key)
                for key, one in schema.get("properties", {}).items()
                if self._chance(0.9 if key in required else 0.4)
            }
        if kind == "array":
            count = self.random.choice((0, 1, 3))
            return [
                self._valid_value(document, schema.get("items", {}), name) for _ in range(count)
            ]
        if kind == "integer":
            return self.random.choice((1, 3, 5, 12, 30, 31, 104, 399, schema.get("maximum", 7)))
        if kind == "number":
            return self.random.choice((0, 0.5, 1, 3601, schema.get("maximum", 7)))
        if kind == "boolean":
            return self._chance(0.5)
        return self.random.choice(
            ("x", "399", "client-admin", "group_user", "2016-04-01 00:00:00", "2016-04-21 00:00:00")
        )

    def _archive(self) -> bytes:
        """Return a zip archive that is malformed in one way or another."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for _ in range(self.random.choice((0, 1, 3))):
                name = self.random.choice(
                    ("client.yaml", "user.yaml", "files/x.mp3", "a/b.yaml", "a.yaml")
                )
                if self._chance(0.3):
                    name = encoded(self.odd.text()[:200]).decode("utf-8", "replace")
                content = self.random.choice(
                    (b"entries: []\n", b"entries:\n  - {id: 12}\n", b"\x00" * 3_000_000,
                    b"- " * 9999,
                     b"a: &a [x]\nb: [*a, *a]\n", b"{" * 5000, b"!!python/object:x {}\n")
                )  # fmt: skip
                archive.writestr(name.partition("\0")[0] or "/", content)
        content = buffer.getvalue()
        return self.odd.mutated(content) if self._chance(0.5) else content

    def _page(self) -> Request:
        prefix = self.random.choice((b"", b"", b"/s/one"))
        target = prefix + self.random.choice(PAGES).encode()
        if self._chance(0.3):
            target += f"?{self.random.choice(FIELDS)}={quote(encoded(self._field()))}".encode()
        request = Request(self.random.choice(("GET", "GET", "HEAD", "POST")), target)
        self._add_headers(request)
        return request

    def _field(self) -> str:
        known = ("client-admin", "31", "call", "voicemail", "1", "3", "one", "drop", "200")
        return self.random.choice(known) if self._chance(0.6) else self.odd.text()


def _cheap(value: Any) -> Any:
    """Return a value in which expensive numbers of an example are limited."""
    if isinstance(value, list):
        return [_cheap(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: min(one, _COSTLY[name]) if name in _COSTLY and isinstance(one, int) else _cheap(one)
        for name, one in value.items()
    }


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node
