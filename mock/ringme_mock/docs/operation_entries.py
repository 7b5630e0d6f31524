"""The operations of a document, and where the reference shows each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ringme_mock.docs.grade import grades_of
from ringme_spec.operations import METHODS


@dataclass(frozen=True)
class OperationEntry:
    """One operation. `anchor` is its place on Redoc's page, `responses` its answers by code."""

    id: str
    method: str
    path: str
    summary: str
    grades: tuple[str, ...]
    anchor: str
    responses: dict[str, dict[str, Any]]


def read_operations(document: dict[str, Any]) -> dict[str, OperationEntry]:
    """All operations that have an id, in the order of the document."""
    return {
        node["operationId"]: OperationEntry(
            id=node["operationId"],
            method=method.upper(),
            path=path,
            summary=node.get("summary", node["operationId"]),
            grades=grades_of(node.get("description", "")),
            anchor=_anchor(node),
            responses={
                str(code): resolve(document, answer)
                for code, answer in node.get("responses", {}).items()
            },
        )
        for path, method, node in operation_nodes(document)
    }


def operation_nodes(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and node of each operation that has an id."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if "operationId" in item.get(method, {}):
                yield path, method, item[method]


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a node stands for: itself, or what its `$ref` leads to within the document."""
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _anchor(node: dict[str, Any]) -> str:
    """As Redoc 2 makes it: operations lie below the first of their tags."""
    tags = node.get("tags", [])
    section = f"tag/{re.sub(r'[^A-Za-z0-9_.-]+', '-', tags[0])}/" if tags else ""
    return f"{section}operation/{node['operationId']}"
