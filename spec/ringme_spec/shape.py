"""Types of the parts of a document, checked before they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from ringme_spec.errors import raise_all

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# A text, a list of one shape, or an object of shapes by name; `*` stands for all other names.
Shape: TypeAlias = Any

_KINDS: dict[Any, str] = {str: "text", list: "a list", dict: "an object"}
_SCHEMA: dict[str, Shape] = {"required": [""], "enum": ["?"]}
_SCHEMA |= {"items": _SCHEMA, "allOf": [_SCHEMA], "properties": {"*": _SCHEMA}}
_PARAMETER: Shape = {"name": "", "in": "", "schema": _SCHEMA}
_CONTENT: Shape = {"*": {"schema": _SCHEMA}}
_BODY: Shape = {"content": _CONTENT}
_RESPONSE: Shape = {"content": _CONTENT, "headers": {"*": {"schema": _SCHEMA}}}
_SECURITY: Shape = [{"*": [""]}]
_OPERATION: Shape = {
    "operationId": "",
    "parameters": [_PARAMETER],
    "requestBody": _BODY,
    "responses": {"*": _RESPONSE},
    "security": _SECURITY,
}
_COMPONENTS: Shape = {
    "schemas": {"*": _SCHEMA},
    "parameters": {"*": _PARAMETER},
    "requestBodies": {"*": _BODY},
    "responses": {"*": _RESPONSE},
    "securitySchemes": {"*": {}},
}
_DOCUMENT: Shape = {
    "paths": {"*": {"parameters": [_PARAMETER], **dict.fromkeys(METHODS, _OPERATION)}},
    "components": _COMPONENTS,
    "security": _SECURITY,
}


def check_shape(document: dict[str, Any]) -> None:
    """Raise ConfigError with the places of all parts of a wrong type."""
    raise_all(_problems(document, _DOCUMENT, []))


def _problems(value: Any, shape: Shape, path: list[str]) -> Iterator[str]:
    if shape == "?":
        return
    if not isinstance(value, type(shape)):
        yield f"{_shown(path)}must be {_KINDS[type(shape)]}"
    elif isinstance(shape, list):
        for number, one in enumerate(value):
            yield from _problems(one, shape[0], [*path, str(number)])
    elif isinstance(shape, dict):
        for name, one in value.items():
            part = shape.get(name, shape.get("*"))
            if part is not None:
                yield from _problems(one, part, [*path, str(name)])


def _shown(path: list[str]) -> str:
    """Return the place of a part for messages; within an operation, method and path come first."""
    if path[:1] == ["paths"] and len(path) > 2 and path[2] in METHODS:
        path = [f"{path[2].upper()} {path[1]}", *([".".join(path[3:])] if path[3:] else [])]
        return ": ".join([*path, ""])
    return f"{'.'.join(path)}: "
