"""The operations of an OpenAPI document, found by method and path."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ringme_contract.lists import resolve

_METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation: `path` is its template, `node` its part of the document.

    `query` are the schemas of its query parameters by name.
    """

    id: str
    method: str
    path: str
    node: dict[str, Any]
    query: dict[str, Any] = field(default_factory=dict, repr=False)
    pattern: re.Pattern[str] = field(default=re.compile(""), repr=False)

    @property
    def action(self) -> str:
        """Its action in `x-resource`, as `list`."""
        return str(self.node["x-resource"]["action"])

    @property
    def collection(self) -> str:
        """The name of its collection."""
        return str(self.node["x-resource"]["collection"])

    @property
    def success(self) -> int:
        """The status of its success."""
        return min(int(status) for status in self.node["responses"])


class Operations:
    """All operations of a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.all = [
            _operation(document, path, method)
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item
        ]
        # A path without parameters goes before one whose parameters would take it.
        self.all.sort(key=lambda one: one.path.count("{"))

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
        """Finds the operation of a decoded path in any slash form, and its path parameters."""
        plain = re.sub("/+", "/", path).rstrip("/")
        for one in self.all:
            if one.method == method and (match := one.pattern.fullmatch(plain)):
                return one, match.groupdict()
        return None, {}


def _operation(document: dict[str, Any], path: str, method: str) -> Operation:
    item = document["paths"][path]
    node = item[method]
    parameters = [
        resolve(document, one) for one in (*item.get("parameters", ()), *node.get("parameters", ()))
    ]
    return Operation(
        node["operationId"],
        method.upper(),
        path,
        node,
        {
            one["name"]: resolve(document, one["schema"])
            for one in parameters
            if one["in"] == "query"
        },
        re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path.rstrip("/")))),
    )
