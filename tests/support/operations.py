"""Every operation of the document as a request that succeeds, made of the document's examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC
from support.server import API, Api

DOCUMENT: dict[str, Any] = read_yaml(SPEC)
SUCCESS = {"GET": 200, "POST": 201, "PUT": 200, "DELETE": 204}
CONFIGURATION = ("extension_group", "extension", "user")
NEVER_EXISTED = {
    "client": "999",
    "extension_group": "999",
    "extension": "999",
    "user": "999",
    "record": "31-00000000000000000000000000000000",
    "voicemail": "31-00000000000000000000000000000000",
    "fax": "00000000-0000-4000-8000-000000000000",
}
# One thing of each kind that belongs to client 13.
OF_CLIENT_13 = {
    "client": "13",
    "extension_group": "4",
    "extension": "20",
    "user": "202",
    "record": "20-63B9D7682AC8FB97912A679B3D34B844",
    "voicemail": "20-543C1483B2DA2D7E95F5B029819DA699",
    "fax": "a8b2c347-99d1-48d1-ba65-e6e9d8a60a83",
}

Outcome = tuple[int, str | None]


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """Follows `$ref` into the document."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@dataclass(frozen=True)
class Operation:
    """One operation below /api/ver1.0.

    `parameters` are the document's own; `body` is the example of the request body and
    `properties` the schemas of what may stand in it, `required` those that have to.
    """

    id: str
    method: str
    template: str
    collection: str
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None
    properties: dict[str, dict[str, Any]]
    required: tuple[str, ...]

    @property
    def section(self) -> str:
        """The first word of the path, which decides what types of users get in."""
        return self.template.removeprefix(API).split("/")[1]

    @property
    def success(self) -> int:
        """The status of success (rule codes)."""
        return SUCCESS[self.method]

    @property
    def changes_configuration(self) -> bool:
        """Whether it changes groups, extensions or users (contract section 2)."""
        return self.method != "GET" and self.collection in CONFIGURATION

    @property
    def in_path(self) -> tuple[dict[str, Any], ...]:
        """The parameters in the path, in its order."""
        return tuple(one for one in self.parameters if one["in"] == "path")

    @property
    def query(self) -> dict[str, Any]:
        """The examples of all parameters in the query."""
        return {one["name"]: one["example"] for one in self.parameters if one["in"] == "query"}

    def path(self, values: Mapping[str, object] | None = None) -> str:
        """The path from the root, with `values` in the place of the examples."""
        values = values or {}
        path = self.template
        for parameter in self.in_path:
            value = values.get(parameter["name"], parameter["example"])
            path = path.replace(f"{{{parameter['name']}}}", quote(str(value), safe="@"))
        return path

    def send(
        self,
        api: Api,
        path_values: Mapping[str, object] | None = None,
        *,
        query: dict[str, Any] | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Makes the request; what is given goes in the place of the examples."""
        arguments: dict[str, Any] = {"headers": headers or {}}
        arguments["params"] = self.query if query is None else query
        if self.body is not None:
            arguments["json"] = self.body if body is None else body
        return api.request(self.method, self.path(path_values), **arguments)


def _read_operations() -> Iterator[Operation]:
    for template, item in DOCUMENT["paths"].items():
        for method, node in item.items():
            if not template.startswith(API):
                continue
            schema: dict[str, Any] = {}
            if "requestBody" in node:
                schema = resolve(node["requestBody"]["content"]["application/json"]["schema"])
            yield Operation(
                id=node["operationId"],
                method=method.upper(),
                template=template,
                collection=node["x-resource"]["collection"],
                parameters=tuple(resolve(one) for one in node.get("parameters", [])),
                body=schema.get("example"),
                properties={
                    name: resolve(one) for name, one in schema.get("properties", {}).items()
                },
                required=tuple(schema.get("required", [])),
            )


OPERATIONS = tuple(_read_operations())
BY_ID = {operation.id: operation for operation in OPERATIONS}
each_operation = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=[operation.id for operation in OPERATIONS]
)


def outcome(response: httpx.Response) -> Outcome:
    """The code of an answer, and the status word of an error that has one."""
    code = response.status_code
    return code, response.json().get("status") if code >= 400 else None


def broken_bodies() -> list[Any]:
    """For each key that a body may have, and each way to break it: the operation, key, value."""
    return [
        pytest.param(operation, name, value, id=f"{operation.id}-{name}-{why}")
        for operation in OPERATIONS
        for name, schema in operation.properties.items()
        for why, value in _broken_values(schema)
    ]


def broken_parameters(location: str) -> list[Any]:
    """For each parameter of the path or query: the operation, its name, a text that it refuses."""
    return [
        pytest.param(operation, one["name"], text, id=f"{operation.id}-{one['name']}-{text}")
        for operation in OPERATIONS
        for one in operation.parameters
        if one["in"] == location
        for text in _broken_texts(resolve(one["schema"]))
    ]


def _broken_values(schema: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """JSON values that break a schema, each with what is wrong with it."""
    yield "wrong type", {"string": 7, "integer": "seven", "boolean": "yes"}[schema["type"]]
    yield "a list", [1]
    if not schema.get("nullable"):
        yield "null", None
    if "enum" in schema:
        yield "not in enum", "no-such-value"
    if "pattern" in schema:
        yield "not of pattern", "?"
    if "maxLength" in schema:
        yield "too long", "x" * (schema["maxLength"] + 1)
    if "minLength" in schema:
        yield "too short", ""
    if "minimum" in schema:
        yield "too small", schema["minimum"] - 1
    if "maximum" in schema:
        yield "too large", schema["maximum"] + 1


def _broken_texts(schema: dict[str, Any]) -> Iterator[str]:
    """Texts of a path or query that break a schema; none for one that any text fits."""
    if schema["type"] == "array":
        schema = resolve(schema["items"])
    if schema["type"] == "integer":
        yield from ("seven", "1.5", "1e3", "0x1")
    if "enum" in schema or "pattern" in schema:
        yield "no-such-value"
    if "minimum" in schema:
        yield str(schema["minimum"] - 1)
    if "maximum" in schema:
        yield str(schema["maximum"] + 1)
