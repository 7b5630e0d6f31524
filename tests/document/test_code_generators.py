"""The document as input of generators of clients, servers and request collections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from document.resolved_operations import ALL, DOCUMENT
from ringme_spec.paths import SPEC

# SnakeYAML, used by Java programs, refuses a document with more aliases.
MOST_ALIASES = 50
# JavaScript represents no larger integer exactly.
MAX_SAFE_INTEGER = 2**53 - 1
# Names that have another meaning in TypeScript, Java, Python, C# or Kotlin.
RESERVED_NAMES = """
Any Array Attr Blob Boolean Byte Callable Character Class Comment Comparable Date Decimal Dict
Document Double Element Enum Error Event Exception File Float Function Headers History Image
Integer Iterable Iterator List Location Long Map Math Module Node None Notification Number Object
Option Optional Package Plugin Process Promise Property Proxy Range Record Request Response
Runtime Selection Set Short String Symbol System Text Thread Throwable Type Unit Void
"""


def parts(node: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all objects of the document, by place."""
    if isinstance(node, dict):
        yield where, node
    for name, one in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(one, dict | list):
            yield from parts(one, f"{where}.{name}")


def integers() -> Iterator[tuple[str, dict[str, Any]]]:
    return ((where, one) for where, one in parts(DOCUMENT) if one.get("type") == "integer")


def test_document_has_few_enough_yaml_aliases_for_java() -> None:
    events = yaml.parse(SPEC.read_text("utf-8"), Loader=yaml.CSafeLoader)
    aliases = [one.anchor for one in events if isinstance(one, yaml.AliasEvent)]
    assert len(aliases) <= MOST_ALIASES


def test_no_schema_has_a_reserved_name() -> None:
    assert set(RESERVED_NAMES.split()) & set(DOCUMENT["components"]["schemas"]) == set()


def test_every_error_response_has_a_named_schema() -> None:
    inline = [
        (operation.name, code)
        for operation in ALL.values()
        for code, response in operation.responses.items()
        if code.startswith("4")
        and "$ref" not in response["content"].get("application/json", {"schema": {}})["schema"]
    ]
    assert inline == []


def test_every_integer_has_a_format() -> None:
    without = [where for where, one in integers() if "format" not in one]
    assert [where for where in without if where.startswith((".components", ".paths"))] == []


@pytest.mark.parametrize("bound", ["minimum", "maximum"])
def test_integer_bounds_are_safe_in_javascript(bound: str) -> None:
    assert [where for where, one in integers() if abs(one.get(bound, 0)) > MAX_SAFE_INTEGER] == []


def test_link_parameters_refer_to_the_response_body() -> None:
    # Bruno copies any other value unchanged into its scripts, which then do not run.
    values = {
        value
        for operation in ALL.values()
        for response in operation.responses.values()
        for link in response.get("links", {}).values()
        for value in link.get("parameters", {}).values()
    }
    assert {value.rpartition("/")[0] for value in values} == {"$response.body#"}


# Without log entries, which have no URL of their own.
LISTS = [
    name
    for name, one in ALL.items()
    if one.node["x-resource"]["action"] in ("list", "list_calls")
    and one.node["x-resource"]["collection"] != "reg_status_log"
]


@pytest.mark.parametrize("name", LISTS)
def test_list_operation_links_to_operations_on_its_entries(name: str) -> None:
    links = ALL[name].responses["200"]["links"].values()
    assert {link["operationId"] for link in links} <= set(ALL)
    assert all("id`" in link["description"] for link in links)
