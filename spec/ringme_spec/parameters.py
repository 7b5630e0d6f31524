"""Parameters of operations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ringme_spec.schema import Schema, Schemas, Validator


@dataclass(frozen=True)
class Filter:
    """Property that a query parameter filters by; the part after `after` matches as well.

    With `any_of`, it is that property of any entry in the list that `property` holds. `zero` is
    `absent` if 0 counts as not given.
    """

    property: str
    after: str | None = None
    any_of: str | None = None
    zero: str | None = None


@dataclass(frozen=True)
class Parameter:
    """Parameter of an operation.

    `collection` is the one that a path parameter addresses (`x-collection`), `me` the value for the
    caller's own entry (`x-me`), `role` the function of a query parameter in a list (`x-role`).
    `route` is the pattern of valid segments (`x-route`). `case` is the case of stored letters,
    `upper` or `lower`, if requests may use either.
    """

    name: str
    location: str
    required: bool
    schema: Schema
    item_schema: Schema
    schemas: Schemas
    collection: str | None
    me: str | None
    role: str | None
    filter: Filter | None
    example: Any
    route: str | None = None
    case: str | None = None

    def stored(self, text: str) -> str:
        """Return a text of a path with letters in the case of stored keys."""
        if self.case is None:
            return text
        return text.upper() if self.case == "upper" else text.lower()

    @property
    def kind(self) -> str:
        """JSON type of the value."""
        return str(self.schema.get("type", "string"))

    @property
    def item_kind(self) -> str:
        """JSON type of the items of an array."""
        return str(self.item_schema.get("type", "string"))

    @property
    def is_list(self) -> bool:
        return "items" in self.schema

    @property
    def value_schema(self) -> Schema:
        """Schema of one value; of an item, if it is a list."""
        return self.item_schema if self.is_list else self.schema

    @cached_property
    def validator(self) -> Validator:
        return self.schemas.compile(self.schema)


def read_parameters(
    schemas: Schemas, path: str, item: dict[str, Any], node: dict[str, Any]
) -> tuple[Parameter, ...]:
    """Read the parameters in the order of the path; those of the operation override the path's."""
    by_name = {}
    for raw in [*item.get("parameters", []), *node.get("parameters", [])]:
        parameter = _read_parameter(schemas, schemas.resolve(raw))
        by_name[parameter.location, parameter.name] = parameter
    return tuple(sorted(by_name.values(), key=lambda one: path.find("{" + one.name + "}")))


def _read_parameter(schemas: Schemas, node: dict[str, Any]) -> Parameter:
    schema = schemas.resolve(node["schema"])
    return Parameter(
        name=node["name"],
        location=node["in"],
        required=node.get("required", False),
        schema=schema,
        item_schema=schemas.resolve(schema.get("items", {})),
        schemas=schemas,
        collection=node.get("x-collection"),
        me=node.get("x-me"),
        role=node.get("x-role"),
        filter=Filter(**node["x-filter"]) if "x-filter" in node else None,
        example=node.get("example"),
        route=schema["pattern"] if "x-route" in node else None,
        case=node.get("x-route", {}).get("case"),
    )
