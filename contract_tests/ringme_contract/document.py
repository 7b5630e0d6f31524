"""Reads an OpenAPI 3.0 document: its operations, and a request of examples for each."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation, with the document's own examples as a request that should succeed."""

    id: str
    method: str
    path: str
    success: int
    path_parameters: dict[str, Any]
    query: dict[str, Any]
    required_query: dict[str, Any]
    body: Any
    media_type: str | None

    @property
    def label(self) -> str:
        """Method and path, as reports name it."""
        return f"{self.method} {self.path}"

    @property
    def url(self) -> str:
        """The path with the examples in it."""
        return self.path.format(**self.path_parameters)


@dataclass(frozen=True)
class Link:
    """A way from the answer of one operation to a request of another."""

    name: str
    source: Operation
    target: Operation
    parameters: dict[str, Any]

    @property
    def id(self) -> str:
        """Its name and where it leads, as reports name it."""
        return f"{self.source.id}-{self.name}"

    def values(self, request_path: dict[str, Any], body: Any) -> dict[str, Any]:
        """Its parameters, by the path parameters and the answer of a request to the source."""
        return {
            name: _evaluated(expression, request_path, body)
            for name, expression in self.parameters.items()
        }


def read_document(path: Path) -> dict[str, Any]:
    """The document in a YAML or JSON file, as plain values with text as keys."""
    text = path.read_text(encoding="utf-8")
    # Through JSON, so that no two parts of it are the same object (anchors) and no key is a number.
    document: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(text)))
    return document


def operations(document: dict[str, Any]) -> list[Operation]:
    """All operations, in an order in which none takes away what a later one's examples need.

    Reading comes first, then creating and changing, then deleting: the fewer operations need a
    thing, the sooner it goes, and what a thing holds goes before the thing itself.
    """
    found = [
        _operation(document, path, method, node)
        for path, item in document["paths"].items()
        for method, node in item.items()
        if method in METHODS
    ]
    names = Counter(name for one in found for name in one.path_parameters)

    def place(one: Operation) -> tuple[int, int, bool]:
        last = list(one.path_parameters)[-1:]
        users = max((names[name] for name in last), default=0)
        return METHODS.index(one.method.lower()), users, not one.path.endswith("/")

    return sorted(found, key=place)


def links(document: dict[str, Any]) -> list[Link]:
    """All links, in the order of the document."""
    known = {one.id: one for one in operations(document)}
    return [
        Link(name, known[node["operationId"]], known[link["operationId"]], link["parameters"])
        for item in document["paths"].values()
        for method, node in item.items()
        if method in METHODS
        for answer in node["responses"].values()
        for name, link in resolve(document, answer).get("links", {}).items()
    ]


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a part of the document stands for, if it is a reference; else the part itself."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _evaluated(expression: Any, request_path: dict[str, Any], body: Any) -> Any:
    text = str(expression)
    if text.startswith("$request.path."):
        return request_path[text.removeprefix("$request.path.")]
    if text.startswith("$response.body#/"):
        for key in text.removeprefix("$response.body#/").split("/"):
            body = body[key]
        return body
    if text.startswith("$"):
        raise ValueError(f"a link with an expression that this does not know: {text}")
    return expression


def _operation(document: dict[str, Any], path: str, method: str, node: dict[str, Any]) -> Operation:
    declared = [
        *document["paths"][path].get("parameters", []),
        *node.get("parameters", []),
    ]
    parameters = [resolve(document, one) for one in declared]
    query = [one for one in parameters if one["in"] == "query" and "example" in one]
    media_type, body = _body(document, node)
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        success=min(int(status) for status in node["responses"]),
        path_parameters={one["name"]: one["example"] for one in parameters if one["in"] == "path"},
        query={one["name"]: one["example"] for one in query},
        required_query={one["name"]: one["example"] for one in query if one.get("required")},
        body=body,
        media_type=media_type,
    )


def _body(document: dict[str, Any], node: dict[str, Any]) -> tuple[str | None, Any]:
    content = resolve(document, node.get("requestBody", {})).get("content", {})
    for media_type, part in content.items():
        schema = resolve(document, part["schema"])
        return media_type, part.get("example", schema.get("example"))
    return None, None
