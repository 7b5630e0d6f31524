"""The operations of the document, as far as requests are made from their schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringme_contract.check_context import TOKEN_PATH, CheckContext
from ringme_contract.lists import resolve

_METHODS = ("get", "post", "put", "delete")
_CAPABILITIES = {"reg_status_log": "registration_log"}
# The range of a list, and the parameters that pick a page of it, by their roles.
RANGE = ("range_start", "range_end")


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, its place, its role or None, the schema of one value, an example."""

    name: str
    place: str
    required: bool
    role: str | None
    schema: dict[str, Any]
    several: bool
    example: Any


@dataclass(frozen=True)
class Operation:
    """One operation: what a request for it may hold, and the status of its success.

    `path` is from the root, with its parameters in braces; `body` the schema of its JSON body.
    """

    id: str
    method: str
    path: str
    collection: str
    action: str
    success: int
    parameters: tuple[Parameter, ...]
    body: dict[str, Any] | None
    node: dict[str, Any]

    @property
    def reads(self) -> bool:
        """Whether it is a GET."""
        return self.method == "GET"

    @property
    def creates(self) -> bool:
        """Whether it makes a thing that has to be removed again."""
        return self.action == "create"

    @property
    def gives_token(self) -> bool:
        """Whether it is the token endpoint."""
        return self.path == TOKEN_PATH

    @property
    def deletes_recorded_item(self) -> bool:
        """Whether it deletes one call record, voicemail or fax, which nobody can make anew."""
        return self.method == "DELETE" and self.action == "delete" and not self._is_configuration

    @property
    def _is_configuration(self) -> bool:
        return self.collection in ("extension_group", "extension", "user")

    def placed(self, place: str) -> list[Parameter]:
        """Its parameters in the path or in the query."""
        return [one for one in self.parameters if one.place == place]

    def role(self, role: str) -> Parameter | None:
        """Its parameter of a role, as `page_size`."""
        return next((one for one in self.parameters if one.role == role), None)


def operations(kit: CheckContext) -> list[Operation]:
    """All operations of the document that the target does not declare as lacking."""
    found = [
        _operation(kit.document, path, method, node)
        for path, item in kit.document["paths"].items()
        for method, node in item.items()
        if method in _METHODS
    ]
    return [one for one in found if not {_capability(one), one.action} & kit.target.off]


def _capability(operation: Operation) -> str:
    return _CAPABILITIES.get(operation.collection, operation.collection)


def _operation(document: dict[str, Any], path: str, method: str, node: dict[str, Any]) -> Operation:
    declared = [*document["paths"][path].get("parameters", []), *node.get("parameters", [])]
    content = resolve(document, node.get("requestBody", {})).get("content", {})
    body = content.get("application/json")
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        collection=node["x-resource"]["collection"],
        action=node["x-resource"]["action"],
        success=min(int(status) for status in node["responses"]),
        parameters=tuple(_parameter(document, resolve(document, one)) for one in declared),
        body=resolve(document, body["schema"]) if body else None,
        node=node,
    )


def _parameter(document: dict[str, Any], node: dict[str, Any]) -> Parameter:
    schema = resolve(document, node["schema"])
    return Parameter(
        name=node["name"],
        place=node["in"],
        required=node.get("required", False),
        role=node.get("x-role"),
        schema=resolve(document, schema.get("items", schema)),
        several="items" in schema,
        example=node.get("example"),
    )
