"""Validation of the document, and its part for Connexion."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema_rs

from ringme_mock.http.connexion_parts import OpenAPISpecification, Specification
from ringme_spec.document import objects_in
from ringme_spec.schema import to_json_schema
from ringme_spec.shape import METHODS

# Connexion needs only these; ringme_spec reads everything else.
_OF_DOCUMENT = ("openapi", "info", "security")
_OF_OPERATION = ("operationId", "summary", "tags", "security")


def check_document(document: dict[str, Any]) -> None:
    """Raise Connexion's InvalidSpecification for a document that is not valid OpenAPI 3.0.

    The compiled schema decides, as Connexion's own check takes a hundred times as long. That check
    only words the errors of an invalid document.
    """
    if not _is_valid(document):
        Specification.load(copy.deepcopy(document))


def connexion_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a valid document for `add_api`: operations, ids and security."""
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
            _fits(to_json_schema(schema), schema["default"])
            for schema in objects_in(document)
            if "default" in schema
        )
    except (ValueError, jsonschema_rs.ReferencingError):
        return False


def _fits(schema: Any, value: Any) -> bool:
    validator = jsonschema_rs.Draft4Validator(schema, validate_formats=False)
    return bool(validator.is_valid(value))
