"""Errors in a document: refused at startup, with the place and a correction."""

from __future__ import annotations

from typing import Any

import pytest

from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from ringme_spec.extensions import check_extensions, extension_keys
from support.operations import REMOVED, changed_document

WHOAMI = ("paths", "/api/ver1.0/user/", "get")
GROUPS = ("paths", "/api/ver1.0/client/{client_id}/extension_group/", "get")
LIST = (*GROUPS, "x-resource")
HISTORY = ("paths", "/api/ver1.0/client/{client_id}/call_history/", "get")
PAGE = ("components", "parameters", "Page")
RECORD, CALL = ("x-collections", "record"), ("x-collections", "call")
PART, GATHERED = (*RECORD, "part_of"), (*CALL, "gathered")
ENVELOPE = "x-resource.envelope: needs x-default-per-page, and parameters with"
FOREIGN = {"200": {"$ref": "responses.yaml#/User"}}
# The node, its key, the value that replaces it, and a part of the message.
MISTAKES: list[tuple[tuple[str | int, ...], str | int, Any, str]] = [
    (RECORD, "witin", {}, "x-collections.record: unknown key witin; did you mean within?"),
    (RECORD, "zzz", 1, "x-collections.record: unknown key zzz; known keys: key, identifiers,"),
    (
        RECORD,
        "within",
        {"client": {"thru": "extension"}},
        "x-collections.record.within.client: unknown key thru; did you mean through?",
    ),
    (
        RECORD,
        "initial",
        {"duration": {"now": "minute"}},
        "x-collections.record.initial.duration.now: must be one of second",
    ),
    (RECORD, "stored", REMOVED, "x-collections.record: stored is missing"),
    (
        ("x-collections", "extension"),
        "identifier",
        "sequence",
        "x-collections.extension: unknown key identifier; did you mean identifiers?",
    ),
    (
        WHOAMI,
        "x-resource",
        {"collection": "user", "acton": "current"},
        "GET /api/ver1.0/user/: x-resource: unknown key acton; did you mean action?",
    ),
    (
        WHOAMI,
        "x-resource",
        {"collection": "user", "action": "current"},
        "GET /api/ver1.0/user/: x-resource: owners is missing",
    ),
    (WHOAMI, "responses", FOREIGN, "$ref responses.yaml#/User: refers to another file"),
    (PAGE, "x-role", "pages", "components.parameters.Page.x-role: must be one of page, page_size,"),
    (("x-rules", 0), "levl", "MUST", "x-rules.0: unknown key levl; did you mean level?"),
    ((), "x-rate-limit", {"requests": 0, "seconds": 1}, "x-rate-limit.requests: must be at"),
    ((*HISTORY, "x-resource"), "envelope", "calls", "envelope: the response has no property calls"),
    ((*HISTORY, "x-resource"), "envelope", "page", "envelope: page is not an array of the respons"),
    (HISTORY, "parameters", [], ENVELOPE),
    ((), "x-default-per-page", REMOVED, ENVELOPE),
    (GATHERED, "of", "legs", "x-collections.call: there is no collection legs"),
    (GATHERED, "list", "legs", "x-collections.call: gathered: there is no property legs"),
    (GATHERED, "by", "uuid", "x-collections.call: gathered: needs the key uuid"),
    (GATHERED, "picks", {}, "x-collections.call: gathered.values.flow: there is no pick first"),
    (GATHERED, "list_of", "cdr", "unknown key list_of"),
    (PART, "collection", "fax", "x-collections.record: part_of: its order must begin with"),
    (PART, "collection", "call", "part_of: call must be a collection of its own"),
    (PART, "own", ["result"], "part_of: result of leg must allow null"),
    (PART, "own", ["colour"], "x-collections.record: part_of: there is no property colour"),
    (LIST, "collection", "elephant", "elephant"),
    (GROUPS, "operationId", REMOVED, f"GET {GROUPS[1]}: operationId is missing"),
    (GROUPS, "operationId", "listExtensions", "listExtensions"),
    ((*GROUPS, "responses"), "200", {"$ref": "#/components/responses/Gone"}, "responses/Gone"),
    ((*GROUPS, "parameters"), 0, {"$ref": "#/components/parameters/Gone"}, "parameters/Gone"),
    (
        ("components", "schemas", "Group", "properties"),
        "name",
        {"$ref": "#/components/schemas/Gone"},
        "schemas/Gone",
    ),
]


@pytest.mark.parametrize(("place", "key", "value", "message"), MISTAKES)
def test_error_in_a_document_names_its_place(
    place: tuple[str | int, ...], key: str | int, value: Any, message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        Contract(changed_document(place, key, value))
    assert message in str(refused.value)


def test_unknown_extensions_are_ignored() -> None:
    check_extensions(changed_document((), "x-logo", {"url": "a", "keyy": 1}))


@pytest.mark.parametrize("key", ["example", "default"])
def test_extension_keys_in_examples_are_ignored(key: str) -> None:
    check_extensions(changed_document(WHOAMI, key, {"x-role": "none of ours"}))


def test_every_extension_key_has_a_description() -> None:
    for name, (description, keys) in extension_keys().items():
        assert description, name
        assert all(key.description for key in keys), name
