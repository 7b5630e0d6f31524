"""Huge values of JSON, reduced to the part that is worth checking."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import Any

# No schema has so many properties. A few of the others suffice to show that there are any.
_MANY_NAMES, _FEW = 1000, 10


def has_over(many: int, value: object) -> bool:
    """Tell if a value contains more than `many` others, at any depth."""
    waiting, found = [value], 0
    while waiting and found <= many:
        one = waiting.pop()
        if isinstance(one, dict | list):
            found += len(one)
            waiting += one.values() if isinstance(one, dict) else one
    return found > many


def without_most_unknown(value: Any, known: Collection[str]) -> Any:
    """Copy a value; huge objects keep the known names and a few others."""
    if isinstance(value, list):
        return [without_most_unknown(one, known) for one in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    if len(names) > _MANY_NAMES:
        others = (name for name in names if name not in known)
        names = [*(name for name in names if name in known), *islice(others, _FEW)]
    return {name: without_most_unknown(value[name], known) for name in names}


def property_names(schema: Any) -> set[str]:
    """Collect the names of the properties in a schema, at any depth."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            for key in ("properties", "required"):
                if isinstance(one.get(key), dict | list):
                    found.update(name for name in one[key] if isinstance(name, str))
            waiting += one.values()
    return found
