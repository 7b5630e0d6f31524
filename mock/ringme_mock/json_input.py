"""JSON from outside: what could not be written again is refused here."""

from __future__ import annotations

from typing import Any

import orjson

# What is read once has to go out again, within an export or the journal, and come in from there:
# orjson writes 254 levels, and the reader of YAML takes 100.
DEEPEST_STATE = 100
DEEPEST = DEEPEST_STATE - 10
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_json(content: bytes, deepest: int = DEEPEST) -> Any:
    """Reads one value, of repeated keys the last.

    A whole number beyond 64 bits comes as a float, which no schema for whole numbers takes. Raises
    ValueError, which says what is wrong, for anything else than JSON in UTF-8, and for lists and
    objects of more levels than `deepest`.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ValueError(_explain(content, error)) from None
    if len(content) > 2 * deepest and _is_deeper(content, value, deepest):
        raise ValueError(f"is nested more than {deepest} levels deep")
    return value


def _is_deeper(content: bytes, value: Any, most: int) -> bool:
    # Nearly nothing has so many brackets that it could be.
    if content.count(b"[") + content.count(b"{") <= most:
        return False
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        level = [
            part
            for one in level
            for part in (one.values() if isinstance(one, dict) else one)
            if isinstance(part, dict | list)
        ]
    return bool(level)


def _explain(content: bytes, error: orjson.JSONDecodeError) -> str:
    if content.startswith(_BYTE_ORDER_MARK):
        return "begins with a byte order mark; send UTF-8 without it"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8"
    return f"cannot be read as JSON: {error.msg}, line {error.lineno}, column {error.colno}"
