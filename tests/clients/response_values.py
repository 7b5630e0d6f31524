"""Values in the responses to a client program: JSON pointers, kinds and patterns."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d\d)?")
KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str) and bool(value),
    "moment": lambda value: isinstance(value, str) and bool(_MOMENT.fullmatch(value)),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list) and bool(value),
    "empty list": lambda value: value == [],
    "null": lambda value: value is None,
}


def values(content: Any, pointer: str) -> list[Any]:
    """Return the values at a JSON pointer; `*` is every entry of a list, -1 the last one.

    `/` is the whole content. Missing values are left out.
    """
    found = [content]
    for part in [one for one in pointer.split("/") if one]:
        found = [inner for outer in found for inner in _inside(outer, part)]
    return found


def _inside(outer: Any, part: str) -> list[Any]:
    if isinstance(outer, list):
        if part == "*":
            return outer
        return outer[int(part) :][:1]
    return [outer[part]] if isinstance(outer, dict) and part in outer else []


def problem(content: Any, pointer: str, wanted: Any) -> str | None:
    """Return what is wrong with the values at a pointer, or None."""
    parent, _, name = pointer.rpartition("/")
    holders, found = values(content, parent), values(content, pointer)
    if wanted == "absent":
        return f"{pointer} is there: {found[0]!r}" if found else None
    if not found or (name not in ("", "*") and len(found) < len(holders)):
        return f"{pointer} is not there"
    wrong = [one for one in found if not matches(wanted, one)]
    return f"{pointer} is {wrong[0]!r}, not {wanted!r}" if wrong else None


def matches(wanted: Any, value: Any) -> bool:
    """Tell if a value equals the wanted one, is in its list, or has its pattern or kind."""
    if isinstance(wanted, list):
        return any(value == one and type(value) is type(one) for one in wanted)
    if isinstance(wanted, str) and wanted.startswith("matches "):
        return isinstance(value, str) and bool(re.fullmatch(wanted.removeprefix("matches "), value))
    if not isinstance(wanted, str):
        return bool(value == wanted)
    return any(KINDS[kind](value) for kind in wanted.split(" or "))
