"""Reads the document once into plain objects: operations, parameters, bodies, rules. No HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ringme_spec.collections import CollectionRule, read_collections
from ringme_spec.errors import ConfigError
from ringme_spec.request_shape import METHODS, Parameter, RequestShape, read_body, read_parameters
from ringme_spec.schema import Schemas


@dataclass(frozen=True)
class Operation(RequestShape):
    """One operation of the document, ready to be run.

    `scopes` is None for an operation without security. `resource` is its `x-resource`;
    `answer` the names of the properties that an answer shows, in order, `status` its code;
    `stations` are the collections that the path leads through, in its order.
    """

    id: str
    method: str
    path: str
    resource: dict[str, Any]
    collection: CollectionRule
    action: str
    scopes: tuple[str, ...] | None
    status: int
    answer: tuple[str, ...]
    stations: tuple[CollectionRule, ...]

    @cached_property
    def steps(self) -> tuple[Parameter, ...]:
        """The parameters in the path that each lead to an entry, from owner to owner."""
        return tuple(parameter for parameter in self.path_parameters if parameter.collection)

    @cached_property
    def ends_at_item(self) -> bool:
        """Whether the path leads to an entry of the operation's own collection."""
        return bool(self.steps) and self.steps[-1].collection == self.collection.name

    @cached_property
    def where(self) -> dict[str, Any]:
        """Values that all entries have which this operation is about."""
        found: dict[str, Any] = self.resource.get("where", {})
        return found


class Contract:
    """The document as the mock uses it. Raises ConfigError where its extensions make no sense."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.schemas.check_references()
        self.collections = read_collections(document, self.schemas)
        self.user_types: dict[str, str] = document.get("x-user-types", {})
        self.rate_limit: dict[str, int] = document.get("x-rate-limit", {})
        self.operations: dict[str, Operation] = {}
        for operation in self._read_operations():
            if operation.id in self.operations:
                raise ConfigError(f"operationId {operation.id}: two operations have it")
            self.operations[operation.id] = operation
        for name in self.user_types:
            if name not in self.collections:
                raise ConfigError(f"x-user-types: there is no collection {name}")

    def _read_operations(self) -> Iterator[Operation]:
        for path, item in self.document.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    where = f"{method.upper()} {path}"
                    try:
                        yield self._read_operation(path, method, item)
                    except (KeyError, TypeError, AttributeError) as error:
                        raise ConfigError(f"{where}: {_explain(error)}") from None

    def _read_operation(self, path: str, method: str, item: dict[str, Any]) -> Operation:
        node = item[method]
        resource = node["x-resource"]
        name = resource["collection"]
        if name not in self.collections:
            raise ConfigError(f"{method.upper()} {path}: x-resource: there is no collection {name}")
        parameters = read_parameters(self.schemas, path, item, node)
        status, response = next(
            (int(code), self._resolve(answer))
            for code, answer in node["responses"].items()
            if str(code).startswith("2")
        )
        return Operation(
            id=node["operationId"],
            method=method.upper(),
            path=path,
            resource=resource,
            collection=self.collections[name],
            action=resource["action"],
            scopes=_scopes(node.get("security", self.document.get("security", []))),
            parameters=parameters,
            body=read_body(self.schemas, node),
            status=status,
            answer=self._answer_properties(response),
            stations=tuple(self._station(one) for one in parameters if one.collection),
        )

    def _station(self, parameter: Parameter) -> CollectionRule:
        name = parameter.collection or ""
        if name not in self.collections:
            raise ConfigError(f"parameter {parameter.name}: there is no collection {name}")
        return self.collections[name]

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        return self.schemas.resolve(node)

    def _answer_properties(self, response: dict[str, Any]) -> tuple[str, ...]:
        media = response.get("content", {}).get("application/json")
        if media is None:
            return ()
        schema = self._resolve(media["schema"])
        properties = self.schemas.properties(schema.get("items", schema))
        return tuple(
            name for name, one in properties.items() if not self._resolve(one).get("writeOnly")
        )


def _scopes(security: list[dict[str, list[str]]]) -> tuple[str, ...] | None:
    if not security:
        return None
    return tuple(scope for scopes in security[0].values() for scope in scopes)


def _explain(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
