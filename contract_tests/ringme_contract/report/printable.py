"""Texts of a target, made harmless for terminals, XML parsers and logs."""

from __future__ import annotations

import json

_KEPT = "\n\t"
_LENGTH = 600


def printable(text: str) -> str:
    """A text whose control characters, and those that turn its direction, are written out."""
    return "".join(
        one if one in _KEPT or one.isprintable() or one == "\u00a0" else _escape(one)
        for one in text
    )


def shown(value: object) -> str:
    """A value as reports show it: text as it is, all else as JSON; cut if it is long."""
    if isinstance(value, str):
        text = value
    else:
        try:
            text = json.dumps(value, ensure_ascii=False, default=_plain)
        except (TypeError, ValueError):
            text = repr(value)
    if len(text) > _LENGTH:
        text = f"{text[:_LENGTH]} ... ({len(text)} characters)"
    return printable(text)


def difference(expected: object, got: object) -> str:
    """The first difference of two long values; empty if they are no lists or objects."""
    return _difference(plain(expected), plain(got), "")


def plain(value: object) -> object:
    try:
        return json.loads(json.dumps(value, default=_plain, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def _difference(expected: object, got: object, where: str) -> str:
    if isinstance(expected, list) and isinstance(got, list):
        for index, (one, other) in enumerate(zip(expected, got, strict=False)):
            if one != other:
                return _deeper(one, other, f"{where}[{index}]")
        if len(expected) != len(got):
            return f"{where or 'the list'} has {len(got)} items instead of {len(expected)}"
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in expected:
            if key not in got:
                return f"{where}[{key!r}] is missing"
            if expected[key] != got[key]:
                return _deeper(expected[key], got[key], f"{where}[{key!r}]")
        more = [key for key in got if key not in expected]
        if more:
            return f"{where}[{more[0]!r}] is too much"
    return ""


def _deeper(expected: object, got: object, where: str) -> str:
    found = _difference(expected, got, where)
    return found or f"{where} is {shown(got)} instead of {shown(expected)}"


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return repr(value)


def _escape(one: str) -> str:
    code = ord(one)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
