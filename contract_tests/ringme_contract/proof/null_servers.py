"""Servers that implement nothing, and so must pass nothing."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ringme_contract.proof.messages import Before, Request, Response
from ringme_spec.schema import Schema, Schemas

_LIMITS = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "999", "x-ratelimit-reset": "3600"}


def _unauthorized(_: Request) -> Response:
    """Responds with the document's 401 to everything."""
    headers = {**_LIMITS, "www-authenticate": "Bearer", "cache-control": "no-store"}
    response = Response(401, headers)
    response.set_json({"message": "Unauthorized", "error": "invalid_client"})
    return response


def _missing(_: Request) -> Response:
    """Responds with 404 to everything, as for an unknown path."""
    response = Response(404, dict(_LIMITS))
    response.set_json({"message": "No such path"})
    return response


def _example(request: Request) -> Response:
    """Responds to each operation with an example of the document, and to the rest with 404."""
    operation = request.operation
    if operation is None:
        return _missing(request)
    node = operation.responses[str(operation.status)]
    response = Response(operation.status, {**_LIMITS, "cache-control": "no-store"})
    for media_type, content in node.get("content", {}).items():
        if media_type == "application/json":
            schema = content["schema"]
            response.set_json(content.get("example", _example_of(operation.schemas, schema)))
        else:
            response.body = b"example"
            response.headers["content-type"] = media_type
            response.headers["content-disposition"] = 'attachment; filename="example"'
    return response


NULL_SERVERS: dict[str, Before] = {
    "unauthorized": _unauthorized,
    "missing": _missing,
    "example": _example,
}


@cache
def deserved_passes() -> dict[str, dict[str, str]]:
    """The rules that each null server meets, with the reason."""
    text = files("ringme_contract.proof").joinpath("null_servers.yaml").read_text("utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def _example_of(schemas: Schemas, schema: Schema) -> Any:
    """An example of a schema: its own, or made of its parts."""
    schema = schemas.resolve(schema)
    if "example" in schema:
        return json.loads(json.dumps(schema["example"]))
    if schema.get("type") == "array":
        return [_example_of(schemas, schema["items"])]
    if schema.get("nullable"):
        return None
    if "enum" in schema:
        return schema["enum"][0]
    if properties := schemas.properties(schema):
        return {name: _example_of(schemas, value) for name, value in properties.items()}
    simple = {"integer": 1, "boolean": False, "string": "example"}
    return simple.get(schema.get("type", "string"))
