"""Responses of a document, compiled: statuses, headers and bodies."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from ringme_spec.json_text import read_json
from ringme_spec.schema import Formats, Schema, Schemas, drop_required

JSON = "application/json"
Problem = tuple[str, str]


class ResponseSchema:
    """Response of the document: its headers, and its body by media type."""

    def __init__(self, schemas: Schemas, node: dict[str, Any]) -> None:
        self._headers = [
            _Header(schemas, name, schemas.resolve(one))
            for name, one in node.get("headers", {}).items()
            # OpenAPI ignores it here, as the media types define it.
            if name.lower() != "content-type"
        ]
        self._contents = {
            plain_media_type(name): _Content(schemas, name, one.get("schema", {}))
            for name, one in node.get("content", {}).items()
        }

    def problems(
        self, headers: Mapping[str, str], media_type: str, body: bytes | None
    ) -> Iterator[Problem]:
        """Yield field and reason of each way in which a response breaks the document.

        The names of `headers` are in lower case, `media_type` may be empty, and `body` is None if
        it is not sent. No reason repeats a value.
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
    """Responses of a document by operation and status, each compiled once."""

    def __init__(self, document: dict[str, Any]) -> None:
        references = Schemas(document)
        self._document: dict[str, Any] = {
            name: _for_response(references, document[name])
            for name in ("paths", "components")
            if name in document
        }
        self._schemas = Schemas(self._document, _FORMATS)
        # By identity, as operations share responses, and the document does not change.
        self._made: dict[int, ResponseSchema] = {}

    def of(self, path: str, method: str) -> dict[str, ResponseSchema]:
        """Return the responses of an operation by status; `5XX` and `DEFAULT` are in capitals."""
        responses = self._document["paths"][path][method.lower()]["responses"]
        return {str(code).upper(): self._shape(node) for code, node in responses.items()}

    def _shape(self, node: dict[str, Any]) -> ResponseSchema:
        node = self._schemas.resolve(node)
        if id(node) not in self._made:
            self._made[id(node)] = ResponseSchema(self._schemas, node)
        return self._made[id(node)]


def find_response(shapes: Mapping[str, ResponseSchema], status: int) -> ResponseSchema | None:
    """Find the response for a status: its own, that of its range, or the default."""
    for name in (str(status), f"{status // 100}XX", "DEFAULT"):
        if name in shapes:
            return shapes[name]
    return None


def plain_media_type(text: str) -> str:
    """Return a media type in lower case, without parameters."""
    return text.partition(";")[0].strip().lower()


class _Header:
    def __init__(self, schemas: Schemas, name: str, node: dict[str, Any]) -> None:
        schema = schemas.resolve(node.get("schema", {}))
        self._name = name
        self._required = node.get("required", False)
        self._kind = schema.get("type", "string")
        self._item_kind = schemas.resolve(schema.get("items", {})).get("type", "string")
        self._validator = schemas.compile(schema)

    def problems(self, headers: Mapping[str, str]) -> Iterator[Problem]:
        text = headers.get(self._name.lower())
        if text is None:
            if self._required:
                yield self._name, "is missing"
        elif self._kind == "array":
            items = [_read(self._item_kind, item.strip()) for item in text.split(",")]
            yield from self._validator.problems(items, self._name)
        # Objects are not checked, as documents differ in how they write them.
        elif self._kind != "object":
            yield from self._validator.problems(_read(self._kind, text), self._name)


class _Content:
    def __init__(self, schemas: Schemas, name: str, schema: Schema) -> None:
        media_type = plain_media_type(name)
        self._is_json = media_type == JSON or media_type.endswith("+json")
        self._is_bytes = not self._is_json and (
            not schema or schemas.resolve(schema).get("format") == "binary"
        )
        self._validator = schemas.compile(schema)

    def problems(self, body: bytes) -> Iterator[Problem]:
        if self._is_bytes:
            return
        try:
            text = body.decode("utf-8")
            value = _read_json(text) if self._is_json else text
        except UnicodeDecodeError:
            yield "body", "must be UTF-8"
            return
        except ValueError as error:
            yield "body", str(error)
            return
        try:
            yield from list(self._validator.problems(value, "body"))
        except ValueError as error:
            # The validator has limits of its own, far beyond any schema.
            deep = "ecursion" in str(error)
            yield "body", "must not be nested that deeply" if deep else "must be text of Unicode"


def _read_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        # orjson refuses numbers that are too large for a float.
        return read_json(text)


def _read(kind: str, text: str) -> Any:
    """Convert the text of a header to this type, or return it unchanged if that is impossible."""
    if kind in ("integer", "number", "boolean"):
        try:
            return orjson.loads(text)
        except ValueError:
            return text
    return text


def _for_response(schemas: Schemas, node: Any) -> Any:
    """Convert all schemas below `node`: forbid `writeOnly` properties, and do not require them."""
    if isinstance(node, list):
        return [_for_response(schemas, part) for part in node]
    if not isinstance(node, dict):
        return node
    converted = {name: _for_response(schemas, part) for name, part in node.items()}
    properties = converted.get("properties")
    if isinstance(properties, dict):
        hidden = schemas.flagged(node, "writeOnly")
        properties.update({name: {"not": {}} for name in hidden})
        drop_required(converted, hidden)
    return converted


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


# Formats of OpenAPI that JSON Schema draft 4 lacks.
_FORMATS: Formats = {"byte": _is_base64, "uuid": _is_uuid}
