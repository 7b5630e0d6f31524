"""The document as Redoc shows it: each operation with its rules."""

from __future__ import annotations

import copy
import re
from typing import Any

from jinja2 import Environment

from ringme_spec.operations import Operation
from ringme_spec.rules import Rule
from ringme_spec.shape import METHODS

# Below these keys are names that the API chose, and values: no keys of OpenAPI.
_NAMES = ("properties", "headers", "patternProperties")
_VALUES = ("example", "default", "enum")


def derived_document(
    document: dict[str, Any],
    rules: tuple[Rule, ...],
    grades: dict[str, dict[str, str]],
    environment: Environment,
) -> dict[str, Any]:
    """Copy a document without extensions, and with the rules in its descriptions."""
    derived: dict[str, Any] = _without_extensions(copy.deepcopy(document))
    if rules:
        words = {letter: grade["word"] for letter, grade in grades.items()}
        _append_rules(derived, rules, words, environment)
    return derived


def _append_rules(
    derived: dict[str, Any],
    rules: tuple[Rule, ...],
    words: dict[str, str],
    environment: Environment,
) -> None:
    general = [rule for rule in rules if rule.general]
    of_one = environment.get_template("parts/operation_rules.html.j2")
    of_all = environment.get_template("parts/general_rules.md.j2")
    nodes = [item[one] for item in derived["paths"].values() for one in METHODS if one in item]
    for node in nodes:
        bound = [rule for rule in rules if node["operationId"] in rule.operations]
        _append(node, of_one.render(rules=bound, general=general, words=words))
    _append(derived.setdefault("info", {}), of_all.render(rules=general, words=words))


def _append(node: dict[str, Any], text: str) -> None:
    # After an empty line, Markdown takes what follows for HTML.
    node["description"] = f"{node.get('description', '').rstrip()}\n\n{text.strip()}\n"


def _without_extensions(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_extensions(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if key in _VALUES:
            kept[key] = value
        elif key in _NAMES and isinstance(value, dict):
            kept[key] = {name: _without_extensions(entry) for name, entry in value.items()}
        elif not str(key).startswith("x-"):
            kept[key] = _without_extensions(value)
    return kept


def anchor(operation: Operation) -> str:
    """Make the fragment as Redoc 2 does: operations are below the first of their tags."""
    tags = operation.node.get("tags", [])
    section = f"tag/{re.sub(r'[^A-Za-z0-9_.-]+', '-', tags[0])}/" if tags else ""
    return f"{section}operation/{operation.id}"
