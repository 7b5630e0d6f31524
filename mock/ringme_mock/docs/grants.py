"""How a token is had: the grants that the token operation names in its `x-resource`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringme_mock.docs.operation_entries import operation_nodes


@dataclass(frozen=True)
class Grant:
    """One grant: the types of applications that have it, and the parameters that it needs."""

    name: str
    application_types: tuple[str, ...]
    parameters: tuple[str, ...]


def token_operation(document: dict[str, Any]) -> str | None:
    """The id of the operation that gives tokens, if there is one."""
    for _, _, node in operation_nodes(document):
        if _grants(node):
            return str(node["operationId"])
    return None


def read_grants(document: dict[str, Any]) -> list[Grant]:
    """All grants of the document; none if no operation gives tokens."""
    return [
        Grant(name, tuple(grant["for"]), tuple(grant["needs"]))
        for _, _, node in operation_nodes(document)
        for name, grant in _grants(node).items()
    ]


def read_scopes(document: dict[str, Any]) -> dict[str, str]:
    """What each access level of an application opens, in the document's words."""
    scopes: dict[str, str] = {}
    for scheme in document.get("components", {}).get("securitySchemes", {}).values():
        for flow in scheme.get("flows", {}).values():
            scopes |= flow.get("scopes", {})
    return scopes


def _grants(node: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = node.get("x-resource", {}).get("grants", {})
    return found
