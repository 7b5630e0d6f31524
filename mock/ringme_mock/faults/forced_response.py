"""Forced responses, made from the examples and schemas of the document."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ringme_mock.actions.response import JSON, Reply, json_reply
from ringme_mock.faults.fault_rule import FaultRule, ForcedResponse
from ringme_mock.store.rate_limits import Allowance
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation
from ringme_spec.schema import Schema, Schemas

# Statuses of gateways and crashes, which need not be documented.
ANY_SERVER = (500, 502, 503, 504)
_UNKNOWN = object()
_LIMIT_HEADERS = {name.decode() for name, _ in Allowance(0, 0, 0).headers()}


class ForcedResponses:
    def __init__(self, contract: Contract) -> None:
        self._schemas = contract.schemas
        self._statuses = {
            operation.id: operation.responses for operation in contract.operations.values()
        }

    def check_rule(self, rule: FaultRule) -> None:
        """Raise ValueError for a fault that can never apply."""
        operation = rule.source.get("match", {}).get("operation")
        if operation is not None and operation not in self._statuses:
            raise ValueError(f"match.operation: the document has no operation {operation[:64]}")
        if rule.response is not None:
            self._check(operation, rule.response)

    def _check(self, operation: str | None, wanted: ForcedResponse) -> None:
        """Raise ValueError for a response that the operation (None: every operation) lacks."""
        tables = self._statuses.values() if operation is None else [self._statuses[operation]]
        known = {int(code) for table in tables for code in table} | set(ANY_SERVER)
        if wanted.status not in known:
            codes = ", ".join(str(code) for code in sorted(known))
            raise ValueError(f"answer.status: must be one of {codes}")
        if operation is not None and wanted.body is None:
            self._content(self._statuses[operation].get(str(wanted.status)), wanted)

    def make(self, operation: Operation | None, wanted: ForcedResponse) -> Reply | None:
        """Make the response; None if the operation has no such response."""
        response = self._statuses[operation.id].get(str(wanted.status)) if operation else None
        headers = {**self._headers(response or {}), **dict(wanted.headers)}
        if wanted.body is not None:
            return json_reply(wanted.status, wanted.body, headers)
        if response is None:
            if wanted.status not in ANY_SERVER:
                return None
            phrase = HTTPStatus(wanted.status).phrase
            return json_reply(wanted.status, {"message": phrase}, headers)
        try:
            body = self._content(response, wanted)
        except ValueError:
            return None
        if body is _UNKNOWN:
            return Reply(wanted.status, headers=headers)
        return json_reply(wanted.status, body, headers)

    def _headers(self, response: dict[str, Any]) -> dict[str, str]:
        """Return example headers of a response, except those of the rate limit."""
        headers = {
            name: self._schemas.resolve(header)
            for name, header in response.get("headers", {}).items()
            if name.lower() not in _LIMIT_HEADERS
        }
        return {
            name: str(header.get("example", sample(self._schemas, header["schema"])))
            for name, header in headers.items()
        }

    def _content(self, response: dict[str, Any] | None, wanted: ForcedResponse) -> Any:
        """Return the JSON of a response; _UNKNOWN if it has none."""
        media = (response or {}).get("content", {}).get(JSON)
        if media is None:
            return _UNKNOWN
        if wanted.example is not None:
            return _named_example(media, wanted.example)
        body = _example(self._schemas, media)
        if wanted.word is not None:
            body = self._with_word(media["schema"], body, wanted.word)
        if not self._schemas.compile(media["schema"]).is_valid(body):
            raise ValueError(f"answer.body: is missing, and {wanted.status} has no example")
        return body

    def _with_word(self, schema: Schema, body: Any, word: str) -> Any:
        prop, words = _words(self._schemas, schema)
        if word not in words:
            known = ", ".join(words) or "none"
            raise ValueError(f"answer.word: must be one of {known}")
        message = word.replace("_", " ").capitalize()
        return {**body, "message": message, prop: word} if body.get(prop) != word else body


def _words(schemas: Schemas, schema: Schema) -> tuple[str, list[str]]:
    """Find the property of an error with its code, and the possible codes."""
    for name, one in schemas.properties(schema).items():
        found = schemas.resolve(one).get("enum")
        if found:
            return name, list(found)
    return "", []


def _named_example(media: dict[str, Any], name: str) -> Any:
    examples = media.get("examples", {})
    if name not in examples:
        known = ", ".join(examples) or "none"
        raise ValueError(f"answer.example: must be one of {known}")
    return examples[name]["value"]


def _example(schemas: Schemas, media: dict[str, Any]) -> Any:
    if "example" in media:
        return media["example"]
    for one in media.get("examples", {}).values():
        return one["value"]
    return sample(schemas, media["schema"])


def sample(schemas: Schemas, schema: Schema) -> Any:
    """Make a value for a schema: its example or default, or from its enum or type."""
    schema = schemas.resolve(schema)
    for key in ("example", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("nullable"):
        return None
    properties = schemas.properties(schema)
    if properties:
        return {name: sample(schemas, one) for name, one in properties.items()}
    if schema.get("type") == "array":
        return [sample(schemas, schema["items"])]
    plain = {"integer": schema.get("minimum", 0), "number": 0.0, "boolean": False, "object": {}}
    return plain.get(schema.get("type", "string"), "text")
