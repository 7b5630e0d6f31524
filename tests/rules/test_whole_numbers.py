"""Whole numbers of more than 64 bits: each is a 400 that names the field (contract section 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ringme_mock.control.middleware import interface
from ringme_spec.operations import Operation
from support.operations import DOCUMENT, OPERATIONS, body_of, path_of, query_of, send
from support.server import Api

BEYOND = [2**63, -(2**63) - 1, 2**64 - 1, 2**64, -(2**64), 10**30, -(10**300), 10**400]


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """All schemas of whole numbers, and of numbers, below a part of a document."""
    if isinstance(node, dict):
        if node.get("type") in ("integer", "number"):
            yield node
        for part in node.values():
            yield from schemas(part)
    elif isinstance(node, list):
        for part in node:
            yield from schemas(part)


@pytest.mark.parametrize(
    ("document", "least"),
    [(DOCUMENT, 30), (interface().contract.document, 35)],
    ids=["api", "control"],
)
def test_every_number_of_a_document_has_bounds(document: dict[str, Any], least: int) -> None:
    found = list(schemas(document))
    assert len(found) >= least
    for schema in found:
        assert (
            schema.get("format") in ("int32", "int64", "unix-microseconds")
            or ("minimum" in schema and "maximum" in schema)
            or "enum" in schema
            # Of what the mock says itself.
            or schema["type"] == "number"
        ), schema


def in_bodies() -> list[Any]:
    """The whole numbers of all bodies."""
    return [
        pytest.param(one, name, id=f"{one.id}-{name}")
        for one in OPERATIONS
        if one.body
        for name, schema in one.body.properties.items()
        if schema.get("type") == "integer"
    ]


def in_parameters(place: str) -> list[Any]:
    """The whole numbers of all paths or queries."""
    return [
        pytest.param(one, parameter.name, id=f"{one.id}-{parameter.name}")
        for one in OPERATIONS
        for parameter in one.parameters
        # The id of a client is a text of the document, as it may be @me.
        if parameter.location == place and (parameter.kind == "integer" or parameter.me)
    ]


def check_refusal(answer: Any, name: str) -> None:
    """A 400 that names the field and says what would be right, without the value."""
    assert answer.status_code == 400
    message = answer.json()["message"]
    assert message.startswith(f"{name}: must be ")
    assert len(message) < 150


@pytest.mark.rule("body")
@pytest.mark.parametrize(("one", "name"), in_bodies())
def test_in_a_body(admin: Api, one: Operation, name: str) -> None:
    for number in [*BEYOND[:-1], 1e20, -1e300]:
        content = json.dumps({**(body_of(one) or {}), name: number}).encode()
        check_refusal(admin.request(one.method, path_of(one), content=content), name)


@pytest.mark.rule("body")
@pytest.mark.parametrize(("number", "reason"), [
    (2**63, f"must be at most {2**63 - 1}"),
    (2**64, f"must be a whole number from {-(2**63)} to {2**63 - 1} or null"),
    (-(2**63) - 1, f"must be a whole number from {-(2**63)} to {2**63 - 1} or null"),
    (1e20, f"must be a whole number from {-(2**63)} to {2**63 - 1} or null"),
    (1.0, "must be a whole number or null"),
    (1.5, "must be a whole number or null"),
])  # fmt: skip
def test_the_message_says_what_would_be_right(admin: Api, number: float, reason: str) -> None:
    answer = admin.post("/client/@me/extension/", {"name": "555", "dial_rule_limit": number})
    assert answer.status_code == 400
    assert answer.json()["message"] == f"dial_rule_limit: {reason}"


@pytest.mark.rule("body")
@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
def test_the_last_of_64_bits_are_taken(admin: Api, number: int) -> None:
    path = "/client/@me/extension/30"
    changed = admin.put(path, {"dial_rule_limit": number})
    assert (changed.status_code, changed.json()["dial_rule_limit"]) == (200, number)
    assert str(number) in admin.get(path).text


@pytest.mark.rule("body")
@pytest.mark.parametrize(("one", "name"), in_parameters("path"))
def test_in_a_path(admin: Api, one: Operation, name: str) -> None:
    for number in BEYOND:
        check_refusal(send(admin, one, {name: number}), name)


@pytest.mark.rule("empty-query")
@pytest.mark.parametrize(("one", "name"), in_parameters("query"))
def test_in_a_query(admin: Api, one: Operation, name: str) -> None:
    for number in BEYOND:
        check_refusal(send(admin, one, query={**query_of(one), name: number}), name)


@pytest.mark.rule("codes")
@pytest.mark.parametrize(
    "path", ["/client/012/extension/30", "/client/@me/extension/030", "/extension/030/ani/"]
)
def test_an_id_has_one_spelling(admin: Api, path: str) -> None:
    answer = admin.get(path)
    assert answer.status_code == 400
    assert "must be a whole number" in answer.json()["message"]
