"""The rules of behaviour (`x-rules`), with the operations that each one binds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringme_mock.docs.operation_entries import OperationEntry

_EVERY_OPERATION = "*"


@dataclass(frozen=True)
class Rule:
    """One rule. `operations` are those it names; `general` says that it binds all of them."""

    id: str
    text: str
    grade: str
    level: str
    area: str
    general: bool
    operations: tuple[OperationEntry, ...]


def read_rules(document: dict[str, Any], operations: dict[str, OperationEntry]) -> tuple[Rule, ...]:
    """All rules in the order of the document; names of operations it lacks are left out."""
    return tuple(
        Rule(
            id=entry["id"],
            text=entry["text"],
            grade=entry["grade"],
            level=entry["level"],
            area=entry["area"],
            general=_EVERY_OPERATION in entry["operations"],
            operations=tuple(
                operations[name] for name in entry["operations"] if name in operations
            ),
        )
        for entry in document.get("x-rules", [])
    )


def by_area(rules: tuple[Rule, ...]) -> dict[str, list[Rule]]:
    """The rules under the names of their areas, both in the order of the document."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.area, []).append(rule)
    return found


def of_operation(rules: tuple[Rule, ...], operation: str) -> list[Rule]:
    """The rules that name one operation."""
    return [rule for rule in rules if any(one.id == operation for one in rule.operations)]
