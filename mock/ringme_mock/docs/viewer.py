"""Document for the viewer, with its rules in each operation."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from ringme_mock.docs.markdown import slug
from ringme_spec.operations import Operation
from ringme_spec.rules import Rule
from ringme_spec.shape import METHODS

_GENERAL = "#description/rules-for-every-operation"
_ESCAPED = str.maketrans({one: f"\\{one}" for one in "\\`*_[]<>&#|"})


def with_rules(
    document: dict[str, Any], rules: tuple[Rule, ...], grades: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """Copy a document without its extensions, and with the rules in its descriptions."""
    shown = {key: copy.deepcopy(value) for key, value in document.items() if key[:2] != "x-"}
    general = [rule for rule in rules if rule.general]
    note = f"\nThe {len(general)} [rules for every operation]({_GENERAL}) hold, too.\n"
    for item in shown.get("paths", {}).values():
        for node in (item[method] for method in METHODS if method in item):
            for key in [key for key in node if key[:2] == "x-"]:
                del node[key]
            bound = [rule for rule in rules if node["operationId"] in rule.operations]
            if bound or general:
                _append(node, f"**Rules**\n{_list(bound, grades)}{note if general else ''}")
    if general:
        heading = "## Rules for every operation\n"
        _append(shown.setdefault("info", {}), heading + _list(general, grades))
    return shown


def anchor(operation: Operation) -> str:
    """Make the URL fragment of an operation; viewer.js makes the same."""
    tags = operation.node.get("tags", [])
    return f"tag/{slug(tags[0])}/{operation.id}" if tags else operation.id


def _list(rules: Iterable[Rule], grades: dict[str, dict[str, str]]) -> str:
    def word(rule: Rule) -> str:
        return grades.get(rule.grade, {"word": rule.grade})["word"]

    lines = (
        f"- [`{rule.id}`](rules.html#{rule.id}) {rule.text.translate(_ESCAPED)}"
        f" *{rule.level}, {word(rule)}* \\[{rule.grade}\\]\n"
        for rule in rules
    )
    return "\n" + "".join(lines)


def _append(node: dict[str, Any], text: str) -> None:
    node["description"] = f"{node.get('description', '').rstrip()}\n\n{text}"
