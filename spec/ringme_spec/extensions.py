"""Extensions of OpenAPI that mock and kit read, validated with a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from ringme_spec.errors import raise_all, unknown_key
from ringme_spec.schema import reason
from ringme_spec.shape import METHODS

# Keys whose values may contain any keys.
_VALUES = ("example", "examples", "default", "enum")


@dataclass(frozen=True)
class ExtensionKey:
    """Key of an extension, for the documentation."""

    path: str
    description: str
    required: bool


@cache
def extension_schema() -> dict[str, Any]:
    """Return the JSON Schema whose properties are the extensions."""
    text = files("ringme_spec").joinpath("extensions.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def check_extensions(document: dict[str, Any]) -> None:
    """Raise ConfigError with place and key of each error; extensions of other tools are ignored."""
    raise_all(
        f"{_shown(place)}{'.'.join(map(str, (name, *error.instance_path)))}: {_explain(error)}"
        for place, name, value in _extensions(document, [])
        for error in sorted(_validator(name).iter_errors(value), key=_unknown_key_first)
    )


def extension_keys() -> dict[str, tuple[str, list[ExtensionKey]]]:
    """Return description and keys of each extension, in the order of the schema."""
    return {
        name: (node["description"], list(_keys(node, "")))
        for name, node in extension_schema()["properties"].items()
    }


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    schema = extension_schema()
    return jsonschema_rs.Draft202012Validator(
        {**schema["properties"][name], "$defs": schema["$defs"]}
    )


def _extensions(node: Any, path: list[str]) -> Iterator[tuple[list[str], str, Any]]:
    """Yield path of the object, name and value of each known extension."""
    if isinstance(node, list):
        for number, one in enumerate(node):
            yield from _extensions(one, [*path, str(number)])
    if not isinstance(node, dict):
        return
    are_names = path[-1:] == ["properties"]
    for name, one in node.items():
        if not are_names and name in extension_schema()["properties"]:
            yield path, name, one
        if are_names or name not in _VALUES:
            yield from _extensions(one, [*path, str(name)])


def _unknown_key_first(error: jsonschema_rs.ValidationError) -> bool:
    return not isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties)


def _explain(error: jsonschema_rs.ValidationError) -> str:
    kind: Any = error.kind
    keyword = type(kind).__name__
    if keyword == "Required":
        return f"{kind.property} is missing"
    if keyword != "AdditionalProperties":
        return reason(keyword, kind)
    known = list(_at(extension_schema(), error.schema_path[:-1])["properties"])
    return unknown_key(str(kind.unexpected[0]), known)


def _at(node: Any, path: list[Any]) -> Any:
    for part in path:
        node = node[part]
    return node


def _shown(path: list[str]) -> str:
    """Return the place of an object for messages, with a separator at the end."""
    if path[:1] == ["paths"] and len(path) > 2 and path[2] in METHODS:
        return ": ".join([f"{path[2].upper()} {path[1]}", *path[3:], ""])
    return "".join(f"{part}." for part in path)


def _keys(node: dict[str, Any], path: str) -> Iterator[ExtensionKey]:
    if "$ref" in node:
        node = _at(extension_schema(), node["$ref"].removeprefix("#/").split("/"))
    for name, one in node.get("properties", {}).items():
        key = f"{path}.{name}" if path else name
        yield ExtensionKey(key, one["description"], name in node.get("required", []))
        yield from _keys(one, key)
    for rest, mark in (("additionalProperties", "*"), ("items", "[]")):
        if isinstance(node.get(rest), dict):
            yield from _keys(node[rest], f"{path}.{mark}" if path else mark)
