"""Integers of more than 64 bits: a 400 that names the field (contract section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ringme_mock.control.middleware import interface
from support.operations import DOCUMENT
from support.server import Api


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all schemas of integers and numbers below a node of a document."""
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
def test_every_number_of_the_documents_is_bounded(document: dict[str, Any], least: int) -> None:
    found = list(schemas(document))
    assert len(found) >= least
    for schema in found:
        assert (
            schema.get("format") in ("int32", "int64", "unix-microseconds")
            or ("minimum" in schema and "maximum" in schema)
            or "enum" in schema
            # Only in responses of the mock.
            or schema["type"] == "number"
        ), schema


@pytest.mark.parametrize(("number", "reason"), [
    (2**63, f"must be at most {2**63 - 1}"),
    (2**64, f"must be a whole number from {-(2**63)} to {2**63 - 1} or null"),
    (-(2**63) - 1, f"must be a whole number from {-(2**63)} to {2**63 - 1} or null"),
    (1e20, f"must be a whole number from {-(2**63)} to {2**63 - 1} or null"),
    (1.0, "must be a whole number or null"),
    (1.5, "must be a whole number or null"),
])  # fmt: skip
def test_error_for_an_out_of_range_number_says_what_is_valid(
    admin: Api, number: float, reason: str
) -> None:
    response = admin.post("/client/@me/extension/", {"name": "555", "dial_rule_limit": number})
    assert response.status_code == 400
    assert response.json()["message"] == f"dial_rule_limit: {reason}"


@pytest.mark.parametrize(
    "path", ["/client/012/extension/30", "/client/@me/extension/030", "/extension/030/ani/"]
)
def test_id_with_leading_zeros_is_refused(admin: Api, path: str) -> None:
    response = admin.get(path)
    assert response.status_code == 400
    assert "must be a whole number" in response.json()["message"]
