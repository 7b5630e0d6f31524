"""The operations of a document: the one class for them, with parameters, body and responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ringme_spec.collections import CollectionRule
from ringme_spec.errors import ConfigError
from ringme_spec.schema import Schema, Schemas, Validator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON = "application/json"


@dataclass(frozen=True)
class Filter:
    """The property that a query parameter filters by; `after`: its part behind this text counts."""

    property: str
    after: str | None


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation.

    `collection` is what a path parameter addresses (`x-collection`), `me` the text that means the
    caller's own (`x-me`), `role` what a query parameter does to a list (`x-role`).
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

    @property
    def kind(self) -> str:
        """The JSON type of its value."""
        return str(self.schema.get("type", "string"))

    @property
    def item_kind(self) -> str:
        """The JSON type of the items of its value, if that is an array."""
        return str(self.item_schema.get("type", "string"))

    @property
    def is_list(self) -> bool:
        """It can be given several times."""
        return "items" in self.schema

    @property
    def value_schema(self) -> Schema:
        """The schema of one value: that of an item, if it is a list."""
        return self.item_schema if self.is_list else self.schema

    @cached_property
    def validator(self) -> Validator:
        """The compiled schema."""
        return self.schemas.compile(self.schema)


@dataclass(frozen=True)
class Body:
    """The request body of an operation.

    `schema` is that of its first media type. `properties` are those that a client may send, each
    with its schema; `defaults` those of them that have a default.
    """

    required: bool
    media_types: tuple[str, ...]
    schema: Schema
    schemas: Schemas
    properties: dict[str, Schema]
    defaults: dict[str, Any]

    @property
    def required_properties(self) -> tuple[str, ...]:
        """The properties that a client has to send."""
        return tuple(name for name in self.schema.get("required", ()) if name in self.properties)

    @cached_property
    def validator(self) -> Validator:
        """The compiled schema; nothing that is `readOnly` is required."""
        return self.schemas.compile(self.schema, is_sent=True)


@dataclass(frozen=True)
class Operation:
    """One operation of a document.

    `path` has its parameters in braces, `node` is the operation as the document has it,
    `responses` are the response objects by status with their references resolved. `scopes` is None
    for an operation without security. `path_collections` are the collections that the path leads
    through, outermost first. `resource` is its `x-resource`, empty where it has none.
    """

    id: str
    method: str
    path: str
    node: dict[str, Any]
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: dict[str, dict[str, Any]]
    scopes: tuple[str, ...] | None
    resource: dict[str, Any]
    collection_rule: CollectionRule | None
    path_collections: tuple[CollectionRule, ...]
    schemas: Schemas

    @property
    def reads(self) -> bool:
        """It is a GET."""
        return self.method == "GET"

    @property
    def action(self) -> str:
        """The action that `x-resource` names; empty where it names none."""
        return str(self.resource.get("action", ""))

    @property
    def collection(self) -> CollectionRule:
        """The collection that `x-resource` names. Raises LookupError where it names none."""
        if self.collection_rule is None:
            raise LookupError(f"{self.id} has no x-resource")
        return self.collection_rule

    @property
    def description(self) -> str:
        """The description in the document."""
        return str(self.node.get("description", ""))

    @property
    def summary(self) -> str:
        """The summary in the document, else the id."""
        return str(self.node.get("summary", self.id))

    @cached_property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """Those in the path, in its order."""
        return tuple(one for one in self.parameters if one.location == "path")

    @cached_property
    def query_parameters(self) -> tuple[Parameter, ...]:
        """Those in the query."""
        return tuple(one for one in self.parameters if one.location == "query")

    @cached_property
    def roles(self) -> Mapping[str, Parameter]:
        """The query parameters that have a role, by role."""
        return {one.role: one for one in self.query_parameters if one.role}

    @cached_property
    def entry_parameters(self) -> tuple[Parameter, ...]:
        """The path parameters that each lead to an entry, from owner to owner."""
        return tuple(one for one in self.path_parameters if one.collection)

    @property
    def section(self) -> str | None:
        """The name of the collection that the path begins at, if it leads through any."""
        return self.path_collections[0].name if self.path_collections else None

    @property
    def json_body(self) -> Body | None:
        """The body, if it is sent as JSON."""
        return self.body if self.body and JSON in self.body.media_types else None

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names of the parameters in the path, in its order."""
        return tuple(one.name for one in self.path_parameters)

    @property
    def range_required(self) -> bool:
        """It needs a range of time."""
        return self.ranged and self.roles["range_start"].required

    @property
    def ranged(self) -> bool:
        """It takes a range of time."""
        return "range_start" in self.roles

    def fill(self, values: Mapping[str, object]) -> str:
        """The path with values for its parameters."""
        return self.path.format(**values)

    @cached_property
    def ends_at_item(self) -> bool:
        """The path leads to an entry of the operation's own collection."""
        last = self.path_collections[-1:]
        return bool(last) and last[0] is self.collection_rule

    @cached_property
    def where(self) -> dict[str, Any]:
        """Values that all entries have which this operation is about."""
        found: dict[str, Any] = self.resource.get("where", {})
        return found

    @cached_property
    def status(self) -> int:
        """The status of success. Raises LookupError where the document has none."""
        for code in self.responses:
            if code.startswith("2"):
                return int(code)
        raise LookupError("responses: a status of success is missing")

    @cached_property
    def success_schema(self) -> Schema | None:
        """The schema of the JSON of success; None where success has none."""
        media = self.responses[str(self.status)].get("content", {}).get(JSON)
        return self.schemas.resolve(media["schema"]) if media else None

    @cached_property
    def response_properties(self) -> tuple[str, ...]:
        """The properties that the JSON of success shows, or each item of it, in order."""
        schema = self.success_schema
        if schema is None:
            return ()
        properties = self.schemas.properties(schema.get("items", schema))
        return tuple(
            name
            for name, one in properties.items()
            if not self.schemas.resolve(one).get("writeOnly")
        )


def read_operations(
    document: dict[str, Any], schemas: Schemas, collections: Mapping[str, CollectionRule]
) -> dict[str, Operation]:
    """All operations by id, in the order of the document.

    Raises ConfigError, which names method and path, for one that makes no sense.
    """
    found: dict[str, Operation] = {}
    for path, method, item in _nodes(document):
        where = f"{method.upper()} {path}"
        try:
            operation = _read(document, schemas, collections, path, method, item)
        except (KeyError, TypeError, AttributeError, LookupError, ValueError) as error:
            raise ConfigError(f"{where}: {_reason(error)}") from None
        if operation.id in found:
            raise ConfigError(f"operationId {operation.id}: two operations have it")
        found[operation.id] = operation
    return found


def _nodes(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item


def _read(
    document: dict[str, Any],
    schemas: Schemas,
    collections: Mapping[str, CollectionRule],
    path: str,
    method: str,
    item: dict[str, Any],
) -> Operation:
    node = item[method]
    resource = node.get("x-resource", {})
    parameters = _read_parameters(schemas, path, item, node)
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        node=node,
        parameters=parameters,
        body=_read_body(schemas, node),
        responses={str(code): schemas.resolve(one) for code, one in node["responses"].items()},
        scopes=_scopes(node.get("security", document.get("security", []))),
        resource=resource,
        collection_rule=_collection(collections, resource["collection"]) if resource else None,
        path_collections=tuple(
            _collection(collections, one.collection) for one in parameters if one.collection
        ),
        schemas=schemas,
    )


def _collection(collections: Mapping[str, CollectionRule], name: str) -> CollectionRule:
    if name not in collections:
        raise ValueError(f"there is no collection {name}")
    return collections[name]


def _read_parameters(
    schemas: Schemas, path: str, item: dict[str, Any], node: dict[str, Any]
) -> tuple[Parameter, ...]:
    """The parameters of path item and operation, which wins; those in the path in its order."""
    by_name = {}
    for raw in [*item.get("parameters", []), *node.get("parameters", [])]:
        parameter = _read_parameter(schemas, schemas.resolve(raw))
        by_name[parameter.location, parameter.name] = parameter
    return tuple(sorted(by_name.values(), key=lambda one: path.find("{" + one.name + "}")))


def _read_parameter(schemas: Schemas, node: dict[str, Any]) -> Parameter:
    schema = schemas.resolve(node["schema"])
    filter_node = node.get("x-filter")
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
        filter=Filter(filter_node["property"], filter_node.get("after")) if filter_node else None,
        example=node.get("example"),
    )


def _read_body(schemas: Schemas, node: dict[str, Any]) -> Body | None:
    if "requestBody" not in node:
        return None
    body = schemas.resolve(node["requestBody"])
    schema = schemas.resolve(next(iter(body["content"].values()))["schema"])
    properties = {
        name: schemas.resolve(value) for name, value in schemas.properties(schema).items()
    }
    return Body(
        required=body.get("required", False),
        media_types=tuple(name.lower() for name in body["content"]),
        schema=schema,
        schemas=schemas,
        properties={name: one for name, one in properties.items() if not one.get("readOnly")},
        defaults={name: one["default"] for name, one in properties.items() if "default" in one},
    )


def _scopes(security: list[dict[str, list[str]]]) -> tuple[str, ...] | None:
    if not security:
        return None
    return tuple(scope for scopes in security[0].values() for scope in scopes)


def _reason(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
