"""Operations of a document, read from its paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ringme_spec.collections import CollectionRule
from ringme_spec.errors import ConfigError, read_each, reason_of
from ringme_spec.operation import Body as Body
from ringme_spec.operation import Operation as Operation
from ringme_spec.parameters import read_parameters
from ringme_spec.schema import Schemas
from ringme_spec.shape import METHODS


def read_operations(
    document: dict[str, Any], schemas: Schemas, collections: Mapping[str, CollectionRule]
) -> dict[str, Operation]:
    """Read all operations by id, in order. Raises ConfigError with method and path of errors."""
    found: dict[str, Operation] = {}

    def read(node: tuple[str, str, dict[str, Any]]) -> None:
        path, method, item = node
        try:
            operation = _read(document, schemas, collections, path, method, item)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise ConfigError(f"{method.upper()} {path}: {reason_of(error)}") from None
        if operation.id in found:
            raise ConfigError(f"operationId {operation.id}: is used by two operations")
        found[operation.id] = operation

    read_each(_nodes(document), read)
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
    parameters = read_parameters(schemas, path, item, node)
    operation = Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        node=node,
        parameters=parameters,
        body=_read_body(schemas, node),
        responses={str(code): schemas.resolve(one) for code, one in node["responses"].items()},
        scopes=_scopes(document, node),
        resource=resource,
        collection_rule=_collection(collections, resource["collection"]) if resource else None,
        path_collections=tuple(
            _collection(collections, one.collection) for one in parameters if one.collection
        ),
        schemas=schemas,
        default_page_size=document.get("x-default-per-page"),
    )
    _check_shows(operation)
    _check_envelope(operation)
    return operation


def _check_envelope(operation: Operation) -> None:
    """Raise ValueError for an envelope that the response lacks, or that has no pages."""
    if operation.envelope is None:
        return
    schema = operation.schemas.properties(operation.success_schema or {}).get(operation.envelope)
    if schema is None:
        raise ValueError(f"x-resource.envelope: the response has no property {operation.envelope}")
    if "items" not in operation.schemas.resolve(schema):
        raise ValueError(
            f"x-resource.envelope: {operation.envelope} is not an array of the response"
        )
    if operation.action != "list":
        return
    if not {"page", "page_size"} <= operation.roles.keys() or not operation.default_page_size:
        raise ValueError(
            "x-resource.envelope: needs x-default-per-page, and parameters with the roles page"
            " and page_size"
        )
    names = {one.name for one in operation.query_parameters}
    for name in operation.echoed:
        if name not in names:
            raise ValueError(f"x-resource.envelope: there is no query parameter {name}")


def _check_shows(operation: Operation) -> None:
    """Raise ValueError for names in `shows` that the response or the collection lacks."""
    for shown, stored in operation.shows.items():
        if shown not in operation.response_properties:
            raise ValueError(f"x-resource.shows: the response has no property {shown}")
        if stored not in operation.collection.properties:
            raise ValueError(f"x-resource.shows: the collection has no property {stored}")


def _collection(collections: Mapping[str, CollectionRule], name: str) -> CollectionRule:
    if name not in collections:
        raise ValueError(f"there is no collection {name}")
    return collections[name]


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


def _scopes(document: dict[str, Any], node: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the scopes, None without security. Raises LookupError for unknown schemes."""
    known = document.get("components", {}).get("securitySchemes", {})
    requirements: list[dict[str, list[str]]] = node.get("security", document.get("security", []))
    for name in (name for requirement in requirements for name in requirement):
        if name not in known:
            raise LookupError(f"security: there is no scheme {name} in securitySchemes")
    if not requirements:
        return None
    return tuple(scope for scopes in requirements[0].values() for scope in scopes)
