"""The responses of a document, compiled: statuses, headers and bodies."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from ringme_spec.schema import Formats, Schema, Schemas, drop_required

JSON = "application/json"
Problem = tuple[str, str]


class ResponseSchema:
    """One response of the document: which headers it has, and what its body is."""

    def __init__(self, schemas: Schemas, node: dict[str, Any]) -> None:
        self._headers = [
            _Header(schemas, name, schemas.resolve(one))
            for name, one in node.get("headers", {}).items()
            # The document says that of the content.
            if name.lower() != "content-type"
        ]
        self._contents = {
            plain_media_type(name): _Content(schemas, name, one.get("schema", {}))
            for name, one in node.get("content", {}).items()
        }

    def problems(
        self, headers: Mapping[str, str], media_type: str, body: bytes | None
    ) -> Iterator[Problem]:
        """Differences between a response and the document: pairs of a field and a reason.

        The names of `headers` are in lower case, `media_type` is empty where there is none, and
        `body` None stands for one that is not sent. No reason repeats a value.
        """
        for header in self._headers:
            yield from header.problems(headers)
        if not self._contents:
            if body:
                yield "body", "must be empty"
            return
        content = self._content(plain_media_type(media_type))
        if content is None:
            yield "Content-Type", f"must be {' or '.join(self._contents)}"
        elif body is not None:
            yield from content.problems(body)

    def _content(self, media_type: str) -> _Content | None:
        kind = media_type.partition("/")[0]
        for name in (media_type, f"{kind}/*", "*/*"):
            if media_type and name in self._contents:
                return self._contents[name]
        return None


class ResponseSchemas:
    """All responses of a document by operation and status, each made ready once."""

    def __init__(self, document: dict[str, Any]) -> None:
        references = Schemas(document)
        self._document: dict[str, Any] = {
            name: _as_answered(references, document[name])
            for name in ("paths", "components")
            if name in document
        }
        self._schemas = Schemas(self._document, _FORMATS)
        # By identity: many operations share a response, and the document stays as it is.
        self._made: dict[int, ResponseSchema] = {}

    def of(self, path: str, method: str) -> dict[str, ResponseSchema]:
        """The responses of an operation by status as the document has it, in capitals."""
        responses = self._document["paths"][path][method.lower()]["responses"]
        return {str(code).upper(): self._shape(node) for code, node in responses.items()}

    def _shape(self, node: dict[str, Any]) -> ResponseSchema:
        node = self._schemas.resolve(node)
        if id(node) not in self._made:
            self._made[id(node)] = ResponseSchema(self._schemas, node)
        return self._made[id(node)]


def find_response(shapes: Mapping[str, ResponseSchema], status: int) -> ResponseSchema | None:
    """The response for a status: its own, that of its hundred, or the default one."""
    for name in (str(status), f"{status // 100}XX", "DEFAULT"):
        if name in shapes:
            return shapes[name]
    return None


def plain_media_type(text: str) -> str:
    """A media type in lower case, without parameters."""
    return text.partition(";")[0].strip().lower()


class _Header:
    """One header of a response."""

    def __init__(self, schemas: Schemas, name: str, node: dict[str, Any]) -> None:
        schema = schemas.resolve(node.get("schema", {}))
        self._name = name
        self._required = node.get("required", False)
        self._kind = schema.get("type", "string")
        self._item_kind = schemas.resolve(schema.get("items", {})).get("type", "string")
        self._validator = schemas.compile(schema)

    def problems(self, headers: Mapping[str, str]) -> Iterator[Problem]:
        """Problems of this header among those of a response."""
        text = headers.get(self._name.lower())
        if text is None:
            if self._required:
                yield self._name, "is missing"
        elif self._kind == "array":
            items = [_read(self._item_kind, item.strip()) for item in text.split(",")]
            yield from self._validator.problems(items, self._name)
        # How an object is written into a header is for each document to say.
        elif self._kind != "object":
            yield from self._validator.problems(_read(self._kind, text), self._name)


class _Content:
    """The body of a response in one media type."""

    def __init__(self, schemas: Schemas, name: str, schema: Schema) -> None:
        media_type = plain_media_type(name)
        self._is_json = media_type == JSON or media_type.endswith("+json")
        self._is_bytes = not self._is_json and (
            not schema or schemas.resolve(schema).get("format") == "binary"
        )
        self._validator = schemas.compile(schema)

    def problems(self, body: bytes) -> Iterator[Problem]:
        """Problems of a body."""
        if self._is_bytes:
            return
        try:
            text = body.decode("utf-8")
            value = orjson.loads(text) if self._is_json else text
        except UnicodeDecodeError:
            yield "body", "must be UTF-8"
            return
        except ValueError:
            yield "body", "must be JSON"
            return
        yield from self._validator.problems(value, "body")


def _read(kind: str, text: str) -> Any:
    """The value that the text of a header stands for, or the text where it stands for none."""
    if kind in ("integer", "number", "boolean"):
        try:
            return orjson.loads(text)
        except ValueError:
            return text
    return text


def _as_answered(schemas: Schemas, node: Any) -> Any:
    """Schemas as JSON Schema has them for a response.

    What is `writeOnly` is in no answer, so it is not required there, either.
    """
    if isinstance(node, list):
        return [_as_answered(schemas, part) for part in node]
    if not isinstance(node, dict):
        return node
    answered = {name: _as_answered(schemas, part) for name, part in node.items()}
    properties = answered.get("properties")
    if isinstance(properties, dict):
        hidden = schemas.flagged(node, "writeOnly")
        properties.update({name: {"not": {}} for name in hidden})
        drop_required(answered, hidden)
    return answered


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


# Those that OpenAPI and its users have beside the ones of JSON Schema draft 4.
_FORMATS: Formats = {"byte": _is_base64, "uuid": _is_uuid}
