"""Holds one answer against the document: status, media type, headers, body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx
import jsonschema_rs

from ringme_contract.masking import is_secret_name, mask


@dataclass(frozen=True)
class DocumentedOperation:
    """One operation of the document: its id, method, path template, and answers by status."""

    id: str
    method: str
    path: str
    responses: dict[str, Any]


class Conformance:
    """Checks answers against one OpenAPI 3.0 document, whoever asked for what.

    `before` is what comes before the paths of the document in those of the target.
    """

    def __init__(self, document: dict[str, Any], before: str = "") -> None:
        self._document = document
        self._before = before.rstrip("/")
        self._schemas = _to_json_schema(document.get("components", {}).get("schemas", {}))
        self._validators: dict[int, jsonschema_rs.Draft4Validator] = {}
        self._templates = sorted(
            ((_pattern(path), path) for path in document["paths"]),
            key=lambda pair: pair[1].count("{"),
        )

    def find(self, method: str, path: str) -> DocumentedOperation | None:
        """The operation of a request by its raw path in any slash form; None if there is none."""
        plain = re.sub("/+", "/", _decoded(path).removeprefix(self._before)).rstrip("/")
        for pattern, template in self._templates:
            if pattern.fullmatch(plain):
                node = self._document["paths"][template].get(method.lower())
                if node is None:
                    return None
                return DocumentedOperation(node["operationId"], method, template, node["responses"])
        return None

    def find_of(self, request: httpx.Request) -> DocumentedOperation | None:
        """The operation of a request that was sent."""
        return self.find(request.method, request.url.raw_path.decode("ascii").partition("?")[0])

    def problems(self, response: httpx.Response) -> list[str]:
        """What an answer says that the document does not; empty if it conforms.

        A 404 or 405 to a request for no operation conforms if it is an error of the API.
        """
        operation = self.find_of(response.request)
        if operation is None or _is_decoded_first(response):
            return list(self._undocumented(response))
        node = operation.responses.get(str(response.status_code))
        if node is None:
            known = ", ".join(operation.responses)
            return [f"{operation.id}: status {response.status_code} is not documented, but {known}"]
        answer = self._resolve(node)
        return [
            f"{operation.id} {response.status_code}: {problem}"
            for problem in (*self._header_problems(answer, response), *self._body(answer, response))
        ]

    def _undocumented(self, response: httpx.Response) -> Iterator[str]:
        if response.status_code == 405 and not response.headers.get("Allow"):
            yield "405 without Allow"
        if response.status_code not in (404, 405):
            yield f"status {response.status_code} for a request that the document does not have"
            return
        if response.request.method == "HEAD":
            return
        if _media_type(response) != "application/json" or "message" not in response.json():
            yield f"{response.status_code} without a JSON object that has a message"

    def _header_problems(self, answer: dict[str, Any], response: httpx.Response) -> Iterator[str]:
        for name, node in answer.get("headers", {}).items():
            header = self._resolve(node)
            text = response.headers.get(name)
            if text is None:
                if header.get("required"):
                    yield f"the header {name} is missing"
                continue
            schema = self._resolve(header["schema"])
            value: object = text
            if schema.get("type") == "integer" and re.fullmatch("-?[0-9]+", text):
                value = int(text)
            for problem in self._schema_problems(schema, value):
                yield f"the header {name}: {problem}"

    def _body(self, answer: dict[str, Any], response: httpx.Response) -> Iterator[str]:
        content = answer.get("content", {})
        if not content:
            if response.content:
                yield f"a body of {len(response.content)} bytes where none is documented"
            return
        media_type = _media_type(response)
        if media_type not in content:
            yield f"the media type {media_type or 'nothing'} is not documented, but {list(content)}"
            return
        if media_type != "application/json":
            return
        try:
            value = response.json()
        except ValueError:
            yield "the body is not JSON"
            return
        yield from self._schema_problems(content[media_type]["schema"], value)

    def _schema_problems(self, schema: dict[str, Any], value: object) -> Iterator[str]:
        for error in self._validator(schema).iter_errors(value):
            where = "".join(f"[{part!r}]" for part in error.instance_path)
            secret = any(map(is_secret_name, error.instance_path))
            # What is said of a value begins with the value.
            said = "is not as described" if secret else mask(error.message)[:300]
            yield f"{where or 'the value'}: {said}"

    def _validator(self, schema: dict[str, Any]) -> jsonschema_rs.Draft4Validator:
        # The document lives as long as this object does, so that the identity of a part of it
        # is a key that is never used twice.
        if id(schema) not in self._validators:
            self._validators[id(schema)] = jsonschema_rs.Draft4Validator(
                {
                    "allOf": [_to_json_schema(schema)],
                    "components": {"schemas": self._schemas},
                },
                validate_formats=True,
            )
        return self._validators[id(schema)]

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node


def _to_json_schema(node: Any) -> Any:
    """The words of OpenAPI 3.0 for null in those of JSON Schema."""
    if isinstance(node, list):
        return [_to_json_schema(part) for part in node]
    if not isinstance(node, dict):
        return node
    converted = {key: _to_json_schema(value) for key, value in node.items()}
    if converted.pop("nullable", None) is True and "type" in converted:
        converted["type"] = [converted["type"], "null"]
    return converted


def _is_decoded_first(response: httpx.Response) -> bool:
    """Whether an escaped slash was taken for one: many servers do, and have no such path then."""
    return response.status_code == 404 and b"%2f" in response.request.url.raw_path.lower()


def _decoded(path: str) -> str:
    """A raw path, decoded but for the slashes that part nothing (rule segments)."""
    return unquote(re.sub("%2[fF]", "%252F", path))


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template.rstrip("/"))
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
