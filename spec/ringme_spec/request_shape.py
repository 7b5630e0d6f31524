"""What a request to an operation looks like: its parameters and its body. No HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ringme_spec.schema import Schema, Schemas, Validator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Filter:
    """Which property a query parameter filters by; `after`: its part after this text counts too."""

    property: str
    after: str | None


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation.

    `kind` is the JSON type of its value. `collection` says what a path parameter addresses, `me`
    is the text that means the caller's own. `role` says what a query parameter does to a list.
    """

    name: str
    location: str
    required: bool
    schema: Schema
    kind: str
    item_kind: str
    validator: Validator
    collection: str | None
    me: str | None
    role: str | None
    filter: Filter | None


@dataclass(frozen=True)
class Body:
    """A request body: its media types, and for JSON its validator, properties and defaults."""

    required: bool
    media_types: tuple[str, ...]
    validator: Validator
    properties: tuple[str, ...]
    defaults: dict[str, Any]


@dataclass(frozen=True)
class RequestShape:
    """What an operation takes."""

    parameters: tuple[Parameter, ...]
    body: Body | None

    @cached_property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """Those in the path, in its order."""
        return tuple(parameter for parameter in self.parameters if parameter.location == "path")

    @cached_property
    def query_parameters(self) -> tuple[Parameter, ...]:
        """Those in the query."""
        return tuple(parameter for parameter in self.parameters if parameter.location == "query")


def read_parameters(
    schemas: Schemas, path: str, item: dict[str, Any], node: dict[str, Any]
) -> tuple[Parameter, ...]:
    """The parameters of an operation `node` in a path item, those of the path in its order."""
    by_name = {}
    for raw in [*item.get("parameters", []), *node.get("parameters", [])]:
        parameter = _read_parameter(schemas, schemas.resolve(raw))
        by_name[parameter.location, parameter.name] = parameter
    found = list(by_name.values())
    found.sort(key=lambda one: path.find("{" + one.name + "}"))
    return tuple(found)


def _read_parameter(schemas: Schemas, node: dict[str, Any]) -> Parameter:
    schema = schemas.resolve(node["schema"])
    filter_node = node.get("x-filter")
    return Parameter(
        name=node["name"],
        location=node["in"],
        required=node.get("required", False),
        schema=schema,
        kind=schema.get("type", "string"),
        item_kind=schemas.resolve(schema.get("items", {})).get("type", "string"),
        validator=schemas.compile(schema),
        collection=node.get("x-collection"),
        me=node.get("x-me"),
        role=node.get("x-role"),
        filter=Filter(filter_node["property"], filter_node.get("after")) if filter_node else None,
    )


def read_body(schemas: Schemas, node: dict[str, Any]) -> Body | None:
    """The body of an operation `node`; None where it takes none."""
    if "requestBody" not in node:
        return None
    body = schemas.resolve(node["requestBody"])
    schema = next(iter(body["content"].values()))["schema"]
    properties = {
        name: schemas.resolve(value) for name, value in schemas.properties(schema).items()
    }
    return Body(
        required=body.get("required", False),
        media_types=tuple(name.lower() for name in body["content"]),
        validator=schemas.compile(schema, is_sent=True),
        properties=tuple(name for name, one in properties.items() if not one.get("readOnly")),
        defaults={name: one["default"] for name, one in properties.items() if "default" in one},
    )
