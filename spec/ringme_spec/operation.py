"""Operation of a document, with its parameters, body and responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ringme_spec.collections import CollectionRule
from ringme_spec.parameters import Parameter
from ringme_spec.schema import Schema, Schemas, Validator

JSON = "application/json"


@dataclass(frozen=True)
class Body:
    """Request body of an operation.

    `schema` is that of the first media type. `properties` are those that a client may send, by
    name; `defaults` are their default values.
    """

    required: bool
    media_types: tuple[str, ...]
    schema: Schema
    schemas: Schemas
    properties: dict[str, Schema]
    defaults: dict[str, Any]

    @property
    def required_properties(self) -> tuple[str, ...]:
        return tuple(name for name in self.schema.get("required", ()) if name in self.properties)

    @cached_property
    def validator(self) -> Validator:
        """Validator of the schema that does not require `readOnly` properties."""
        return self.schemas.compile(self.schema, is_sent=True)


@dataclass(frozen=True)
class Operation:
    """Operation of a document.

    `method` is in capitals, `path` has its parameters in braces, `node` is the operation object.
    `responses` are response objects by status, references resolved. `scopes` is None without
    security. `path_collections` are those of the path parameters, outermost first. `resource` is
    `x-resource`, or empty. `default_page_size` is `x-default-per-page`, if there is one.
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
    default_page_size: int | None = None

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @cached_property
    def action(self) -> str:
        """Action that `x-resource` names, or an empty text."""
        return str(self.resource.get("action", ""))

    @cached_property
    def collection(self) -> CollectionRule:
        """Collection that `x-resource` names. Raises LookupError if it names none."""
        if self.collection_rule is None:
            raise LookupError(f"{self.id} has no x-resource")
        return self.collection_rule

    @property
    def description(self) -> str:
        return str(self.node.get("description", ""))

    @property
    def summary(self) -> str:
        return str(self.node.get("summary", self.id))

    @cached_property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """Path parameters in the order of the path."""
        return tuple(one for one in self.parameters if one.location == "path")

    @cached_property
    def query_parameters(self) -> tuple[Parameter, ...]:
        return tuple(one for one in self.parameters if one.location == "query")

    @cached_property
    def roles(self) -> Mapping[str, Parameter]:
        return {one.role: one for one in self.query_parameters if one.role}

    @cached_property
    def entry_parameters(self) -> tuple[Parameter, ...]:
        """Path parameters that address entries, outermost first."""
        return tuple(one for one in self.path_parameters if one.collection)

    @cached_property
    def addresses_entries(self) -> bool:
        """True if all path parameters address entries of collections."""
        return len(self.entry_parameters) == len(self.path_parameters)

    @property
    def section(self) -> str | None:
        return self.path_collections[0].name if self.path_collections else None

    @property
    def json_body(self) -> Body | None:
        return self.body if self.body and JSON in self.body.media_types else None

    @property
    def sent(self) -> dict[str, Schema]:
        """Properties of a JSON body by name; empty without one."""
        return self.json_body.properties if self.json_body else {}

    @property
    def needed(self) -> tuple[str, ...]:
        """Required properties of a JSON body."""
        return self.json_body.required_properties if self.json_body else ()

    @property
    def path_names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.path_parameters)

    @property
    def range_required(self) -> bool:
        return self.ranged and self.roles["range_start"].required

    @property
    def ranged(self) -> bool:
        return "range_start" in self.roles

    def fill(self, values: Mapping[str, object]) -> str:
        return self.path.format(**values)

    @cached_property
    def ends_at_item(self) -> bool:
        """True if the path addresses an entry of the operation's own collection."""
        last = self.path_collections[-1:]
        return bool(last) and last[0] is self.collection_rule

    @cached_property
    def where(self) -> dict[str, Any]:
        """Values by property that all entries of this operation have."""
        found: dict[str, Any] = self.resource.get("where", {})
        return found

    @property
    def null_is_absent(self) -> bool:
        """True if null in the body counts as not sent."""
        return bool(self.resource.get("null_is_absent"))

    @cached_property
    def zero_is_null(self) -> tuple[str, ...]:
        """Properties of the body in which 0 stands for null."""
        references = self.collection_rule.references if self.collection_rule and self.body else {}
        return tuple(name for name, one in references.items() if one.zero == "none")

    @property
    def own_errors(self) -> bool:
        """True if the action itself responds to missing parameters."""
        return bool(self.resource.get("own_errors"))

    @cached_property
    def shows(self) -> dict[str, str]:
        """Stored properties by the name that they have in the response, if it differs."""
        found: dict[str, str] = self.resource.get("shows", {})
        return found

    @property
    def is_part(self) -> bool:
        """True if the path below an entry reads or changes a part of that entry."""
        beside = not self.path.rstrip("/").endswith("}")
        return self.ends_at_item and beside and self.action in ("read", "update")

    @cached_property
    def status(self) -> int:
        """Success status. Raises LookupError if the document has none."""
        for code in self.responses:
            if code.startswith("2"):
                return int(code)
        raise LookupError("responses: a success status is missing")

    @cached_property
    def success_schema(self) -> Schema | None:
        """Schema of the success response, if that is JSON."""
        media = self.responses[str(self.status)].get("content", {}).get(JSON)
        return self.schemas.resolve(media["schema"]) if media else None

    @cached_property
    def envelope(self) -> str | None:
        """Property of the response that holds the list; None for a bare array."""
        found: str | None = self.resource.get("envelope")
        return found

    def listed(self, body: Any) -> Any:
        return body[self.envelope] if self.envelope else body

    @cached_property
    def echoed(self) -> tuple[str, ...]:
        """Properties of an envelope besides the list, which repeat query parameters."""
        properties = self.schemas.properties(self.success_schema or {}) if self.envelope else ()
        return tuple(name for name in properties if name != self.envelope)

    @cached_property
    def entry_schema(self) -> Schema | None:
        """Schema of an entry in the JSON success response; of its items, if it is a list."""
        schema = self.success_schema
        if schema is not None and self.envelope:
            schema = self.schemas.resolve(self.schemas.properties(schema)[self.envelope])
        return schema and self.schemas.resolve(schema.get("items", schema))

    @cached_property
    def response_properties(self) -> tuple[str, ...]:
        """Properties, in order, of the JSON success response or of its items."""
        return self._shown(self.entry_schema)

    def listed_properties(self, name: str) -> tuple[str, ...]:
        """Return the properties, in order, of entries in a list within an entry."""
        found = self.schemas.resolve(self.schemas.properties(self.entry_schema or {})[name])
        return self._shown(self.schemas.resolve(found["items"]))

    def _shown(self, schema: Schema | None) -> tuple[str, ...]:
        return tuple(
            name
            for name, one in (self.schemas.properties(schema) if schema else {}).items()
            if not self.schemas.resolve(one).get("writeOnly")
        )
