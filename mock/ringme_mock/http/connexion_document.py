"""The document as Connexion takes it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from ringme_mock.http.connexion_parts import OpenAPISpecification, Specification
from ringme_spec.operations import METHODS
from ringme_spec.schema import to_json_schema

# Connexion routes and secures by these; everything else is read by ringme_spec.
_OF_DOCUMENT = ("openapi", "info", "security")
_OF_OPERATION = ("operationId", "summary", "tags", "security")


def check_document(document: dict[str, Any]) -> None:
    """Raises Connexion's InvalidSpecification for a document that is not valid OpenAPI 3.0.

    The document is checked by Connexion's own schema, compiled. Only one that is not clearly valid
    is left to Connexion itself, which words the error and takes a hundred times as long.
    """
    if not _is_valid(document):
        Specification.load(copy.deepcopy(document))


def connexion_document(document: dict[str, Any]) -> dict[str, Any]:
    """The part of a valid document for `add_api`: operations, their ids and their security."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    return {
        **{name: document[name] for name in _OF_DOCUMENT if name in document},
        "components": {"securitySchemes": schemes},
        "paths": {
            path: {
                method: {
                    **{name: node[name] for name in _OF_OPERATION if name in node},
                    "responses": {"default": {"description": "See the document."}},
                }
                for method, node in item.items()
                if method in METHODS
            }
            for path, item in document["paths"].items()
        },
    }


def _is_valid(document: dict[str, Any]) -> bool:
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
