"""JSON as bytes; input is limited to what can be written again."""

from __future__ import annotations

from typing import Any

import orjson

# Input is written again in exports and the journal, and imported from there. orjson writes 254
# levels, and the YAML reader accepts 100.
DEEPEST_STATE = 100
DEEPEST = DEEPEST_STATE - 10
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_json(content: bytes, deepest: int = DEEPEST) -> Any:
    """Read one value; the last of repeated keys counts.

    An integer beyond 64 bits becomes a float, which no integer schema accepts. Raises ValueError
    for anything but JSON in UTF-8, and for more than `deepest` levels of lists and objects.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ValueError(_explain(content, error)) from None
    if len(content) > 2 * deepest and _is_deeper(content, value, deepest):
        raise ValueError(f"is nested more than {deepest} levels deep")
    return value


def write_json(value: Any) -> bytes:
    """Write JSON with a final newline, for readers at a terminal."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def _is_deeper(content: bytes, value: Any, most: int) -> bool:
    # Too few brackets, as in most values.
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
