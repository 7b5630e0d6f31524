"""Texts of a target, made harmless for terminals, XML parsers and logs."""

from __future__ import annotations

import json
import re

from ringme_contract.differences import differences, in_json

_KEPT = "\n\t"
_LENGTH = 600
_DIFFERENCES = 12
# `::name` at the beginning of a line, `##[name]` anywhere.
_COMMAND = re.compile(r"(?m)^([ \t]*)::|##\[")


def printable(text: str) -> str:
    """A text without commands for a terminal or for GitHub Actions.

    Control characters, those that change the direction of text, and the first character of a
    workflow command are escaped.
    """
    text = "".join(
        one if one in _KEPT or one.isprintable() or one == "\u00a0" else _escape(one)
        for one in text
    )
    return _COMMAND.sub(lambda found: "#\\x23[" if found[0] == "##[" else f"{found[1]}\\x3a:", text)


def shown(value: object) -> str:
    """A value for a report: text as it is, anything else as JSON; cut if it is long."""
    if isinstance(value, str):
        text = value
    else:
        try:
            text = json.dumps(value, ensure_ascii=False, default=in_json)
        except (TypeError, ValueError):
            text = repr(value)
    if len(text) > _LENGTH:
        text = f"{text[:_LENGTH]} ... ({len(text)} characters)"
    return printable(text)


def differences_shown(expected: object, got: object) -> list[str]:
    """The first differences of two lists or objects, a line each."""
    found = differences(expected, got)
    lines = [shown(str(one)) for one in found[:_DIFFERENCES]]
    rest = len(found) - _DIFFERENCES
    return [*lines, f"and {rest} more"] if rest > 0 else lines


def _escape(one: str) -> str:
    code = ord(one)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
