"""Expected failures: rules that a target is known to break, each with a reason and an end."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

_KEYS = ("rule", "reason", "expires")


class ExpectationError(Exception):
    """A list of expected failures that cannot be used, in one line."""


@dataclass(frozen=True)
class Expectation:
    """One rule that is expected to fail, up to and with the day `expires`."""

    rule: str
    reason: str
    expires: date

    def expired(self, today: date) -> bool:
        return today > self.expires


def load_expectations(path: Path, rules: Iterable[str]) -> dict[str, Expectation]:
    """The expected failures of a TOML file by rule. Raises ExpectationError.

    The file holds tables `[[expected]]`, each with rule, reason and expires (a date).
    """
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise ExpectationError(f"{path}: cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise ExpectationError(f"{path}: is not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise ExpectationError(f"{path}: is not text in UTF-8") from None
    nodes = content.pop("expected", [])
    if content:
        raise ExpectationError(f"{path}: unknown key {next(iter(content))}; known: [[expected]]")
    if not isinstance(nodes, list):
        raise ExpectationError(f"{path}: expected: must be tables, [[expected]]")
    known = set(rules)
    found: dict[str, Expectation] = {}
    for number, node in enumerate(nodes, 1):
        one = _read(node, f"{path}: expected failure {number}", known)
        if one.rule in found:
            raise ExpectationError(f"{path}: the rule {one.rule} is there twice")
        found[one.rule] = one
    return found


def _read(node: Any, where: str, known: set[str]) -> Expectation:
    if not isinstance(node, dict):
        raise ExpectationError(f"{where}: must be a table")
    for key in node:
        if key not in _KEYS:
            raise ExpectationError(f"{where}: unknown key {key}; known: {', '.join(_KEYS)}")
    for key in ("rule", "reason"):
        if not isinstance(node.get(key), str) or not node[key].strip():
            raise ExpectationError(f"{where}: {key}: is missing")
    expires = node.get("expires")
    if isinstance(expires, datetime) or not isinstance(expires, date):
        raise ExpectationError(f"{where}: expires: must be a date, as 2030-01-31 without quotes")
    if node["rule"] not in known:
        raise ExpectationError(f"{where}: rule: the document has no rule {node['rule']}")
    return Expectation(node["rule"], node["reason"].strip(), expires)
