"""Expected failures: rules that a target is known to break, each with a reason and an end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ringme_contract.target import read_toml
from ringme_spec.errors import ConfigError, raise_all, read_each, unknown_key

_KEYS = ("rule", "reason", "expires")


@dataclass(frozen=True)
class Expectation:
    """One rule that is expected to fail, up to and with the day `expires`."""

    rule: str
    reason: str
    expires: date

    def expired(self, today: date) -> bool:
        return today > self.expires


def load_expectations(path: Path, rules: Iterable[str]) -> dict[str, Expectation]:
    """The expected failures of a TOML file by rule. Raises ConfigError.

    The file holds tables `[[expected]]`, each with rule, reason and expires (a date).
    """
    content = read_toml(path)
    nodes = content.pop("expected", [])
    raise_all(f"{path}: {unknown_key(key, ['expected'])}" for key in content)
    if not isinstance(nodes, list):
        raise ConfigError(f"{path}: expected: must be tables, [[expected]]")
    known = set(rules)
    found: dict[str, Expectation] = {}

    def read(numbered: tuple[int, Any]) -> None:
        number, node = numbered
        one = _read(node, f"{path}: expected failure {number}", known)
        if one.rule in found:
            raise ConfigError(f"{path}: the rule {one.rule} is there twice")
        found[one.rule] = one

    read_each(enumerate(nodes, 1), read)
    return found


def _read(node: Any, where: str, known: set[str]) -> Expectation:
    if not isinstance(node, dict):
        raise ConfigError(f"{where}: must be a table")
    problems = [unknown_key(key, _KEYS) for key in node if key not in _KEYS]
    for key in ("rule", "reason"):
        value = node.get(key)
        problems += [] if isinstance(value, str) and value.strip() else [f"{key}: is missing"]
    rule, expires = node.get("rule"), node.get("expires")
    if isinstance(expires, datetime) or not isinstance(expires, date):
        problems.append("expires: must be a date, as 2030-01-31 without quotes")
    if isinstance(rule, str) and rule.strip() and rule not in known:
        problems.append(f"rule: the document has no rule {rule}")
    raise_all(f"{where}: {problem}" for problem in problems)
    return Expectation(node["rule"], node["reason"].strip(), node["expires"])
