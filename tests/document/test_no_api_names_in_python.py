"""The Python code of the mock contains no paths and lists of fields that the document defines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ringme_mock
import ringme_spec
from ringme_mock.control.middleware import interface
from support.operations import DOCUMENT

PACKAGES = [Path(package.__path__[0]) for package in (ringme_mock, ringme_spec)]
MODULES = {
    path.relative_to(package).as_posix(): path
    for package in PACKAGES
    for path in package.rglob("*.py")
}
SEGMENTS = {
    segment
    for path in DOCUMENT["paths"]
    for segment in path.split("/")
    if segment and not segment.startswith("{")
}
PATH = re.compile(rf"/(?:{'|'.join(map(re.escape, sorted(SEGMENTS)))})(?![\w.-])")


def property_names() -> set[str]:
    """Return the property names of all schemas, except those internal to the mock."""
    found: set[str] = set()
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if not name.startswith("Stored"):
            for part in (schema, *schema.get("allOf", [])):
                found |= part.get("properties", {}).keys()
    return found - counted_values()


def counted_values() -> set[str]:
    """Return values that statistics count by: they are keys of responses, but no fields."""
    schemas = DOCUMENT["components"]["schemas"].values()
    operations = [one for item in DOCUMENT["paths"].values() for one in item.values()]
    counted = {one["x-resource"]["by"] for one in operations if "by" in one["x-resource"]}
    found: set[str] = set()
    for schema in schemas:
        for name in counted & schema.get("properties", {}).keys():
            found |= set(schema["properties"][name].get("enum", []))
    return found


NAMES = property_names()
# Names of actions, as x-resource defines them; some properties have the same name.
ACTION_NAMES = {
    one["x-resource"]["action"] for item in DOCUMENT["paths"].values() for one in item.values()
}
# The control interface defines its own fields, some of which have the same names.
CONTROL = interface().contract.document["components"]["schemas"]
CONTROL_PATHS = set(interface().contract.document["paths"])
CONTROL_SHAPES = [set(schema.get("properties", {})) for schema in CONTROL.values()]
CONTROL_MODULES = (
    "control/", "ui/", "store/identities.py", "http/journal.py", "http/journal_entry.py",
    "delivery/deliveries.py",
)  # fmt: skip


def strings(nodes: list[ast.expr | None]) -> list[str]:
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def code_without_docstrings(module: ast.Module) -> Iterator[ast.AST]:
    """Yield all nodes except docstrings."""
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
    yield from ast.walk(module)


def paths_in(module: ast.Module) -> list[str]:
    """List constants that contain part of a path of the document, by line.

    Paths of the control interface are its own, even if a segment has the same name.
    """
    return [
        f"line {node.lineno}: {node.value!r}"
        for node in code_without_docstrings(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value not in CONTROL_PATHS
        and PATH.search(node.value)
    ]


def lists_of_fields_in(module: ast.Module, shapes: list[set[str]]) -> list[str]:
    """List lists, tuples, sets and dicts that contain at least two fields of the API, by line.

    Excepted are dicts whose keys all belong to one of `shapes`, and ASGI messages.
    """
    found = []
    for node in code_without_docstrings(module):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            texts = strings([*node.elts])
        elif isinstance(node, ast.Dict):
            texts = strings(node.keys)
            if any(f"{text}.".startswith("http.") for text in strings([*node.values])):
                continue
            if any(shape.issuperset(texts) for shape in [*shapes, ACTION_NAMES]):
                continue
        else:
            continue
        names = sorted(NAMES.intersection(texts))
        if len(names) > 1:
            found.append(f"line {node.lineno}: {', '.join(names)}")
    return found


def test_segments_and_names_are_read_from_the_document() -> None:
    assert {"api", "ver1.0", "oauth", "extension_group", "reg_status_log"} <= SEGMENTS
    assert {"extension_group_id", "record_uuid", "file_name", "access_token", "message"} <= NAMES
    assert {"app.py", "actions/token_endpoint.py"} <= MODULES.keys()


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('url = f"{base}/api/ver1.0/client/@me/extension_group/"', 1),
        ('PATHS = ["/oauth/token", "/user"]', 2),
        ('"""A docstring about /extension_group/."""', 0),
        ('STORAGE = "/storage"; NAME = "extension_group"; TYPE = "text/user-list"', 0),
    ],
)
def test_paths_in_python_code_are_found(code: str, count: int) -> None:
    assert len(paths_in(ast.parse(code))) == count


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('FIELDS = ("id", "name")', 1),
        ('FIELDS = {"login": 1, "email": 2}', 1),
        ('FIELDS = ["colour", "label", "domain"]', 1),
        ('FIELDS = {"count", "size"}', 1),
        ('entry["id"], entry["name"]', 0),
        ('FIELDS = ["id", "colour"]', 0),
    ],
)
def test_lists_of_fields_in_python_code_are_found(code: str, count: int) -> None:
    assert len(lists_of_fields_in(ast.parse(code), [])) == count


def test_no_module_contains_paths_or_lists_of_fields_of_the_api() -> None:
    for name, path in MODULES.items():
        shapes = CONTROL_SHAPES if name.startswith(CONTROL_MODULES) else []
        text = path.read_text("utf-8")
        assert paths_in(ast.parse(text)) == [], name
        assert lists_of_fields_in(ast.parse(text), shapes) == [], name
