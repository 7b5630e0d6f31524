"""Changes of the document that responses of the mock violate, and others they conform to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ringme_mock.actions.response import JSON
from support.operations import DOCUMENT
from support.server import API

Change = Callable[[dict[str, Any]], object]

GROUPS = f"{API}/client/{{client_id}}/extension_group/"
GROUP = f"{GROUPS}{{ext_group_id}}"
RECORD = "31-25E671FDA004FEECDD5DD5F8C1DD4588"
RECORDING = f"{API}/client/{{client_id}}/record/{{record_uuid}}"
USER = f"{API}/user/"


def changed(change: Change | None) -> dict[str, Any]:
    """Return the document of the mock, with a change."""
    document: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
    if change is not None:
        change(document)
    return document


def path_of(template: str) -> str:
    """Return a path that exists for client 12."""
    values = {"client_id": "12", "ext_group_id": "3", "record_uuid": RECORD}
    return template.format(**values)


def responses_of(document: dict[str, Any], path: str, method: str = "get") -> dict[str, Any]:
    """Return the responses of an operation, with references resolved."""
    node: dict[str, Any] = document["paths"][path][method]["responses"]
    for code, one in node.items():
        if "$ref" in one:
            name = one["$ref"].rpartition("/")[2]
            node[code] = json.loads(json.dumps(document["components"]["responses"][name]))
    return node


def with_properties(path: str, **properties: Any) -> Change:
    """Require properties in the successful response of a GET."""

    def change(document: dict[str, Any]) -> None:
        media = responses_of(document, path)["200"]["content"][JSON]
        more = {"type": "object", "required": list(properties), "properties": properties}
        media["schema"] = {"allOf": [media["schema"], more]}

    return change


def with_header(name: str, **node: Any) -> Change:
    """Document a header of the response about the token's user."""
    return lambda document: responses_of(document, USER)["200"]["headers"].update({name: node})


def with_content(path: str, content: dict[str, Any]) -> Change:
    """Replace the content of the successful response of a GET."""
    return lambda document: responses_of(document, path)["200"].update(content=content)


def implies(**values: Any) -> dict[str, Any]:
    """Return a schema of groups: one with these values must have the name "Nowhere"."""
    rule = {"if": values, "then": {"name": "Nowhere"}}
    return {"allOf": [{"$ref": "#/components/schemas/Group"}], "x-implies": [rule]}


def without(path: str, *codes: str) -> Change:
    """Remove responses of a GET from the document."""

    def change(document: dict[str, Any]) -> None:
        for code in codes:
            del responses_of(document, path)[code]

    return change


def combine(*changes: Change) -> Change:
    """Combine changes."""
    return lambda document: [change(document) for change in changes]


BREAKING: dict[str, tuple[Change, str, str]] = {
    "status": (
        without(GROUP, "404"),
        GROUP.replace("{ext_group_id}", "999"),
        "getExtensionGroup 404: status: must be one of 200, 400, 401, 403, 429",
    ),
    "missing field": (
        with_content(GROUP, {JSON: {"schema": {"type": "object", "required": ["colour"]}}}),
        GROUP,
        "getExtensionGroup 200: body.colour: is missing",
    ),
    "type": (
        with_properties(GROUP, id={"type": "string"}),
        GROUP,
        "getExtensionGroup 200: body.id: must be text",
    ),
    "format beside those of JSON Schema": (
        with_properties(GROUP, name={"type": "string", "format": "uuid"}),
        GROUP,
        "getExtensionGroup 200: body.name: must be of the format uuid",
    ),
    "what some values imply": (
        with_content(GROUP, {JSON: {"schema": implies(id=3)}}),
        GROUP,
        "getExtensionGroup 200: body: breaks the rule AnyOf",
    ),
    "item of a list": (
        with_content(
            GROUPS, {JSON: {"schema": {"items": {"properties": {"id": {"maximum": 3}}}}}}
        ),
        GROUPS,
        "listExtensionGroups 200: body.1.id: must be at most 3",
    ),
    "missing header": (
        with_header("X-Colour", required=True, schema={"type": "string"}),
        USER,
        "getCurrentUser 200: X-Colour: is missing",
    ),
    "header": (
        with_header("X-RateLimit-Limit", schema={"type": "integer", "maximum": 1}),
        USER,
        "getCurrentUser 200: X-RateLimit-Limit: must be at most 1",
    ),
    "media type": (
        with_content(RECORDING, {"audio/ogg": {}, "Audio/Wav; rate=8000": {}}),
        RECORDING,
        "downloadClientRecord 200: Content-Type: must be audio/ogg or audio/wav",
    ),
    "content": (
        with_content(RECORDING, {}),
        RECORDING,
        "downloadClientRecord 200: body: must be empty",
    ),
}  # fmt: skip


FITTING: dict[str, tuple[Change, str]] = {
    "hundred": (
        combine(
            without(GROUP, "400", "401", "403", "404", "429"),
            lambda document: responses_of(document, GROUP).update(
                {"4XX": {"$ref": "#/components/responses/BadRequest"}}
            ),
        ),
        GROUP.replace("{ext_group_id}", "999"),
    ),
    "default": (
        combine(
            without(GROUP, "404"),
            lambda document: responses_of(document, GROUP).update(
                default={"description": "All else.", "content": {"*/*": {}}}
            ),
        ),
        GROUP.replace("{ext_group_id}", "999"),
    ),
    "values that imply nothing": (with_content(GROUP, {JSON: {"schema": implies(id=4)}}), GROUP),
    "range of media types": (with_content(RECORDING, {"audio/*": {}}), RECORDING),
    "parameters of a media type": (
        with_content(USER, {f"{JSON}; charset=utf-8": {"schema": {"type": "object"}}}),
        USER,
    ),
}  # fmt: skip
