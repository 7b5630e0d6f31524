"""Servers that implement nothing, and must be given no credit for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from starlette.types import ASGIApp

from ringme_contract.proof.interception import After, Answered, Asked, Before, Interception
from ringme_mock.app import create_app
from ringme_spec.contract import Contract
from ringme_spec.paths import FIXTURES, SPEC

_LIMITS = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "999", "x-ratelimit-reset": "3600"}


def unauthorized(_contract: Contract) -> Before:
    """Answers 401 to everything, in the very words of the document."""

    def before(_: Asked) -> Answered:
        answered = Answered(401, {**_LIMITS, "www-authenticate": "Bearer"})
        answered.headers["cache-control"] = "no-store"
        answered.set_json({"message": "Unauthorized", "error": "invalid_client"})
        return answered

    return before


def missing(_contract: Contract) -> Before:
    """Answers 404 to everything, as to a path that is none."""

    return lambda _: _no_such_path()


def example(contract: Contract) -> Before:
    """Answers each operation with success and an example of the document; all else is 404."""

    def before(asked: Asked) -> Answered:
        if asked.operation is None:
            return _no_such_path()
        node = contract.document["paths"][asked.operation.path][asked.method.lower()]
        response = contract.schemas.resolve(node["responses"][str(asked.operation.status)])
        answered = Answered(asked.operation.status, {**_LIMITS, "cache-control": "no-store"})
        for media_type, content in response.get("content", {}).items():
            value = content.get("example", _example(contract, content["schema"]))
            if media_type == "application/json":
                answered.set_json(value)
            else:
                answered.body = b"example"
                answered.headers["content-type"] = media_type
                answered.headers["content-disposition"] = 'attachment; filename="example"'
        return answered

    return before


NULL_SERVERS: dict[str, Callable[[Contract], Before]] = {
    "unauthorized": unauthorized,
    "missing": missing,
    "example": example,
}


def null_app(name: str) -> ASGIApp:
    """One of the servers that implement nothing."""
    app = create_app(SPEC, FIXTURES)
    after: list[After] = []
    return Interception(app, [NULL_SERVERS[name](app.contract)], after)


@cache
def deserved_passes() -> dict[str, dict[str, str]]:
    """The rules that each null server does keep, each with the reason why that is so."""
    text = files("ringme_contract.proof").joinpath("null_servers.yaml").read_text("utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def _no_such_path() -> Answered:
    answered = Answered(404, dict(_LIMITS))
    answered.set_json({"message": "No such path"})
    return answered


def _example(contract: Contract, schema: dict[str, Any]) -> Any:
    """An example of a schema: its own, or one made of those of its parts."""
    schema = contract.schemas.resolve(schema)
    if "example" in schema:
        return json.loads(json.dumps(schema["example"]))
    if schema.get("type") == "array":
        return [_example(contract, schema["items"])]
    if schema.get("nullable"):
        return None
    if "enum" in schema:
        return schema["enum"][0]
    properties = contract.schemas.properties(schema)
    if properties:
        return {name: _example(contract, value) for name, value in properties.items()}
    simple = {"integer": 1, "boolean": False, "string": "example"}
    return simple.get(schema.get("type", "string"))
