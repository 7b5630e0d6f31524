"""Which values are nobody's business, and how they are shown instead."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

MASK = "***"


class Secrecy:
    """Masks what a document marks as `format: password`, wherever its name stands."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._names = frozenset(_secret_names(document))

    def mask(self, value: Any) -> Any:
        """A JSON value with every secret in it masked."""
        if isinstance(value, dict):
            return {
                name: MASK if name in self._names else self.mask(one) for name, one in value.items()
            }
        if isinstance(value, list):
            return [self.mask(one) for one in value]
        return value

    def mask_query(self, query: bytes) -> str:
        """A query string with every secret in it masked."""
        if not query:
            return ""
        pairs = (pair.partition("=") for pair in query.decode("latin-1").split("&"))
        return "&".join(
            f"{name}={MASK}" if unquote_plus(name) in self._names else name + equals + value
            for name, equals, value in pairs
        )


def _secret_names(node: Any) -> set[str]:
    """The names of all properties and parameters below `node` that hold secrets."""
    found: set[str] = set()
    if isinstance(node, list):
        for one in node:
            found |= _secret_names(one)
    elif isinstance(node, dict):
        for name, one in node.items():
            if isinstance(one, dict) and one.get("format") == "password":
                found.add(name)
            found |= _secret_names(one)
        schema = node.get("schema")
        if "in" in node and isinstance(schema, dict) and schema.get("format") == "password":
            found.add(node["name"])
    return found
