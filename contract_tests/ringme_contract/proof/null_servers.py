"""Servers that implement nothing, and must be given no credit for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from starlette.types import ASGIApp

from ringme_contract.proof.interception import Before
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.site import Site
from ringme_spec.schema import Schema, Schemas

_LIMITS = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "999", "x-ratelimit-reset": "3600"}


def unauthorized() -> Before:
    """Responds 401 to everything, in the very words of the document."""

    def before(_: Request) -> Response:
        response = Response(401, {**_LIMITS, "www-authenticate": "Bearer"})
        response.headers["cache-control"] = "no-store"
        response.set_json({"message": "Unauthorized", "error": "invalid_client"})
        return response

    return before


def missing() -> Before:
    """Responds 404 to everything, as to a path that is none."""

    return lambda _: _no_such_path()


def example() -> Before:
    """Responds to each operation with success and an example of the document; all else is 404."""

    def before(request: Request) -> Response:
        operation = request.operation
        if operation is None:
            return _no_such_path()
        node = operation.responses[str(operation.status)]
        response = Response(operation.status, {**_LIMITS, "cache-control": "no-store"})
        for media_type, content in node.get("content", {}).items():
            if media_type == "application/json":
                schema = content["schema"]
                response.set_json(content.get("example", _example(operation.schemas, schema)))
            else:
                response.body = b"example"
                response.headers["content-type"] = media_type
                response.headers["content-disposition"] = 'attachment; filename="example"'
        return response

    return before


NULL_SERVERS: dict[str, Callable[[], Before]] = {
    "unauthorized": unauthorized,
    "missing": missing,
    "example": example,
}


def null_app(name: str) -> ASGIApp:
    """Builds one of the servers that implement nothing."""
    site = Site()
    site.before(NULL_SERVERS[name]())
    return site.build()


@cache
def deserved_passes() -> dict[str, dict[str, str]]:
    """Reads the rules that each null server does keep, each with the reason why that is so."""
    text = files("ringme_contract.proof").joinpath("null_servers.yaml").read_text("utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def _no_such_path() -> Response:
    response = Response(404, dict(_LIMITS))
    response.set_json({"message": "No such path"})
    return response


def _example(schemas: Schemas, schema: Schema) -> Any:
    """Makes an example of a schema: its own, or one of those of its parts."""
    schema = schemas.resolve(schema)
    if "example" in schema:
        return json.loads(json.dumps(schema["example"]))
    if schema.get("type") == "array":
        return [_example(schemas, schema["items"])]
    if schema.get("nullable"):
        return None
    if "enum" in schema:
        return schema["enum"][0]
    properties = schemas.properties(schema)
    if properties:
        return {name: _example(schemas, value) for name, value in properties.items()}
    simple = {"integer": 1, "boolean": False, "string": "example"}
    return simple.get(schema.get("type", "string"))
