"""Errors of files that cannot be used."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ConfigError(Exception):
    """A document, fixture or option that cannot be used: one line that names it and the reason."""


def reason_of(error: Exception) -> str:
    """Describe an error that reading a part of the document raised, such as a missing key."""
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    if isinstance(error, (TypeError, AttributeError)):
        # Their own texts speak of Python: null or a number where an object or a list belongs.
        return "is not valid OpenAPI: a part of it has the wrong type"
    return str(error)


def unknown_key(name: str, known: Iterable[str], what: str = "key") -> str:
    """Name an unknown key (or other word) with the nearest of the known ones, or with them all."""
    near = difflib.get_close_matches(name, known := list(known), 1)
    hint = f"did you mean {near[0]}?" if near else f"known {what}s: {', '.join(known)}"
    return f"unknown {what} {name[:100]}; {hint}"
