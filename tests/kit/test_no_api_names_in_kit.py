"""The kit takes paths, operation ids and property names from the document."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ringme_contract
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC

_KIT = Path(ringme_contract.__file__).parent
_CONTRACT = read_contract(SPEC)
# Packages that are specific to this API; the model is one of groups, numbers and users.
_OF_THIS_API = ("scenarios", "proof", "model")


@cache
def _texts() -> list[tuple[Path, int, str]]:
    """Return the string constants of the kit, except docstrings."""
    return list(_find_texts())


def _find_texts() -> Iterator[tuple[Path, int, str]]:
    for path in sorted(_KIT.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in docstrings:
                continue
            if isinstance(node.value, str):
                yield path.relative_to(_KIT), node.lineno, node.value


def test_kit_contains_no_paths_of_the_document() -> None:
    parts = {
        part
        for one in _CONTRACT.operations.values()
        for part in one.path.split("/")
        if part and not part.startswith("{")
    }
    known = "|".join(map(re.escape, sorted(parts)))
    path = re.compile(rf"/({known})(?![\w-])|(?<![\w-])({known})/")
    assert [one for one in _texts() if path.search(one[2])] == []


def test_kit_contains_no_operation_ids_of_the_document() -> None:
    assert [one for one in _texts() if one[2] in _CONTRACT.operations] == []


def test_property_names_are_only_in_packages_specific_to_this_api() -> None:
    names = {name for one in _CONTRACT.collections.values() for name in one.properties}
    for one in _CONTRACT.operations.values():
        names |= {each.name for each in one.parameters} | {*one.response_properties}
        names |= {*(one.json_body.properties if one.json_body else ())}
    token = next(one for one in _CONTRACT.operations.values() if one.action == "token")
    # OAuth defines its own names, and single words are ambiguous.
    of_oauth = {
        *token.response_properties,
        *(token.body.properties if token.body else ()),
    }
    own = {name for name in names - of_oauth if "_" in name}
    assert [one for one in _texts() if one[2] in own and one[0].parts[0] not in _OF_THIS_API] == []
