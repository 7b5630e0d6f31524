"""The document as Connexion takes it, which takes a while to look for what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from connexion.spec import OpenAPISpecification, Specification

from ringme_spec.schema import to_json_schema


class _Sound(OpenAPISpecification):  # type: ignore[misc]
    """A document that was validated already."""

    @classmethod
    def _validate_spec(cls, spec: dict[str, Any]) -> None:
        pass


def read_specification(document: dict[str, Any]) -> Specification:
    """The document for Connexion, which fills in its references in place.

    It is checked by the schema that Connexion checks with. Only what is not clearly right is
    left to Connexion itself, which can say what is wrong and takes a hundred times as long.
    Raises its InvalidSpecification.
    """
    if _is_sound(document):
        return _Sound(document)
    return Specification.load(document)


def _is_sound(document: dict[str, Any]) -> bool:
    if not str(document.get("openapi", "")).startswith("3.0."):
        return False
    try:
        return _fits(OpenAPISpecification.openapi_schema, document) and all(
            _fits(to_json_schema(schema), schema["default"]) for schema in _with_default(document)
        )
    except (ValueError, jsonschema_rs.ReferencingError):
        # Keys that are no text, a part that is no schema, or one that leads elsewhere.
        return False


def _fits(schema: Any, value: Any) -> bool:
    validator = jsonschema_rs.Draft4Validator(schema, validate_formats=False)
    return bool(validator.is_valid(value))


def _with_default(node: Any) -> Iterator[dict[str, Any]]:
    """All parts of a document with a `default`."""
    if isinstance(node, dict):
        if "default" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _with_default(part)
