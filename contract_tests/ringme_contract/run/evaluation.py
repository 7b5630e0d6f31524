"""Evaluation of a run: the verdict of each rule, the exit code, and the content of reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from ringme_contract.check import Check
from ringme_contract.profiles import SMOKE
from ringme_contract.run.causes import Cause, find_causes
from ringme_contract.run.engine import RunResult
from ringme_contract.target import Target, read_toml
from ringme_contract.verdict import Outcome, Verdict
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError, raise_all, read_each, unknown_key
from ringme_spec.rules import Rule


class ExitCode(IntEnum):
    PASSED = 0
    FAILED = 1
    COULD_NOT_RUN = 2
    NOT_REACHED = 3
    ERROR = 4
    # The code of a shell for a process that Ctrl-C ended.
    INTERRUPTED = 130


# States of a rule, in the order in which reports list them.
UNEXPECTED_PASS = "unexpected pass"
EXPECTED_FAILURE = "expected failure"
STATES = (
    Verdict.FAIL.value,
    UNEXPECTED_PASS,
    Verdict.ERROR.value,
    Verdict.NOT_REACHED.value,
    Verdict.WARN.value,
    EXPECTED_FAILURE,
    Verdict.NOT_OFFERED.value,
    Verdict.PASS.value,
)
_BROKEN = (Verdict.FAIL, Verdict.WARN)
_FAILING = (Verdict.FAIL.value, UNEXPECTED_PASS, Verdict.ERROR.value)


# Keys of a table of expected failures.
_KEYS_OF_EXPECTED = ("rule", "reason", "expires")


@dataclass(frozen=True)
class Expectation:
    """A rule that is expected to fail, up to and including the day `expires`."""

    rule: str
    reason: str
    expires: date

    def expired(self, today: date) -> bool:
        return today > self.expires


@dataclass(frozen=True)
class RuleFinding:
    """A rule, the outcomes of its checks, and the expectation."""

    rule: Rule
    verdict: Verdict
    outcomes: tuple[Outcome, ...]
    expectation: Expectation | None = None
    expired: bool = False

    @property
    def state(self) -> str:
        """The verdict, given the expectation; one of STATES."""
        if self.expectation is not None and not self.expired:
            if self.verdict in _BROKEN:
                return EXPECTED_FAILURE
            if self.verdict is Verdict.PASS:
                return UNEXPECTED_PASS
        return self.verdict.value

    @property
    def fails(self) -> bool:
        """True if a test of the rule fails: a SHOULD need not be met or reached."""
        not_reached = self.state == Verdict.NOT_REACHED.value and self.rule.level == "MUST"
        return not_reached or self.state in _FAILING

    @property
    def failures(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.verdict is Verdict.FAIL]

    @property
    def distinct_failures(self) -> list[tuple[Outcome, list[str]]]:
        """Failures with different messages, each with the other checks that have the same one."""
        found: dict[str, tuple[Outcome, list[str]]] = {}
        for one in self.failures:
            if one.message in found:
                found[one.message][1].append(one.check)
            else:
                found[one.message] = (one, [])
        return list(found.values())

    @property
    def reasons(self) -> list[str]:
        """The messages of checks that neither passed nor failed, without duplicates."""
        silent = (Verdict.ERROR, Verdict.NOT_REACHED, Verdict.NOT_OFFERED)
        found = [one.message for kind in silent for one in self.outcomes if one.verdict is kind]
        if not self.outcomes:
            found = ["the kit has no check of this rule"]
        return list(dict.fromkeys(found))

    @property
    def note(self) -> str:
        """A sentence about the expectation; empty without one."""
        if self.expectation is None:
            return ""
        if self.expired:
            return f"expected to fail until {self.expectation.expires}: {self.expectation.reason}"
        if self.state == UNEXPECTED_PASS:
            return f"was expected to fail: {self.expectation.reason}; remove it from the list"
        return f"expected until {self.expectation.expires}: {self.expectation.reason}"


def evaluate(
    result: RunResult,
    rules: Mapping[str, Rule],
    assessed: set[str],
    expectations: Mapping[str, Expectation],
    today: date,
) -> list[RuleFinding]:
    """The finding on each assessed rule, in the document's order.

    A rule that is not assessed is included if a response broke it.
    """
    asked = assessed | {outcome.rule for outcome in result.outcomes}
    listed = [rule for name, rule in rules.items() if name in asked]
    return [evaluate_rule(result, rule, expectations, today) for rule in listed]


def evaluate_rule(
    result: RunResult, rule: Rule, expectations: Mapping[str, Expectation], today: date
) -> RuleFinding:
    expectation = expectations.get(rule.id)
    return RuleFinding(
        rule,
        result.verdict(rule),
        tuple(result.of_rule(rule.id)),
        expectation,
        expectation is not None and expectation.expired(today),
    )


def assessed_rules(rules: Mapping[str, Rule], checks: Iterable[Check]) -> set[str]:
    """All rules, except general ones that have a rule for each of their operations instead."""
    return set(rules) - ({one.of for one in rules.values()} - {one.rule for one in checks})


def exit_code(findings: list[RuleFinding], interrupted: bool = False) -> ExitCode:
    if interrupted:
        return ExitCode.INTERRUPTED
    states = {(finding.rule.level, finding.state) for finding in findings}
    if ("MUST", Verdict.FAIL.value) in states or UNEXPECTED_PASS in {state for _, state in states}:
        return ExitCode.FAILED
    # An error of the kit must not be hidden by another check of the same rule.
    if any(one.verdict is Verdict.ERROR for finding in findings for one in finding.outcomes):
        return ExitCode.ERROR
    # A run in which no rule passed or failed is not a good one, whatever the reason.
    if ("MUST", Verdict.NOT_REACHED.value) in states or not any(
        finding.verdict in (Verdict.PASS, *_BROKEN) for finding in findings
    ):
        return ExitCode.NOT_REACHED
    return ExitCode.PASSED


def counts(findings: list[RuleFinding], level: str) -> dict[str, int]:
    states = [finding.state for finding in findings if finding.rule.level == level]
    return {state: states.count(state) for state in STATES if state in states}


def summary(findings: list[RuleFinding]) -> str:
    """One line: `61 of 61 MUST, 3 of 4 SHOULD, 2 not offered`."""
    parts = []
    for level in ("MUST", "SHOULD"):
        of_level = [finding for finding in findings if finding.rule.level == level]
        if of_level:
            passed = sum(finding.verdict is Verdict.PASS for finding in of_level)
            parts.append(f"{passed} of {len(of_level)} {level}")
    for state in STATES:
        number = sum(finding.state == state for finding in findings)
        if number and state != Verdict.PASS.value:
            parts.append(f"{number} {_PLURALS.get(state, state) if number > 1 else state}")
    return ", ".join(parts)


_PLURALS = {
    Verdict.FAIL.value: "fail",
    Verdict.ERROR.value: "errors of the kit",
    Verdict.WARN.value: "warn",
    UNEXPECTED_PASS: "unexpected passes",
    EXPECTED_FAILURE: "expected failures",
}


@dataclass
class Report:
    """The content of all reports of a run."""

    target: Target
    contract: Contract
    result: RunResult
    findings: list[RuleFinding]
    code: ExitCode
    seed: int = 0
    shuffle: int | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    notes: list[str] = field(default_factory=list)
    again: str = "ringme-contract check"
    docs: str = ""

    @property
    def summary(self) -> str:
        """The verdict in one line; a smoke run makes no claim of conformance."""
        text = summary(self.findings)
        smoke = self.target.profile == SMOKE
        return f"smoke run, does not prove conformance: {text}" if smoke else text

    @cached_property
    def causes(self) -> list[Cause]:
        """Causes of the unexpected failures, those of a MUST first."""
        states = (Verdict.FAIL.value, Verdict.WARN.value)
        broken = [one for one in self.findings if one.state in states]
        found = find_causes(outcome for one in broken for outcome in one.failures)
        return sorted(found, key=lambda cause: self.state_of(cause) != Verdict.FAIL.value)

    def state_of(self, cause: Cause) -> str:
        """`fail`, or `warn` if no rule that the cause breaks is a MUST."""
        states = {one.rule.id: one.state for one in self.findings}
        fails = any(states[name] == Verdict.FAIL.value for name in cause.rules)
        return Verdict.FAIL.value if fails else Verdict.WARN.value


# --- expected failures


def load_expectations(path: Path, rules: Iterable[str]) -> dict[str, Expectation]:
    """The expected failures of a TOML file, by rule. Raises ConfigError.

    The file has tables `[[expected]]`, each with rule, reason and expires (a date).
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
        one = _read_expectation(node, f"{path}: expected failure {number}", known)
        if one.rule in found:
            raise ConfigError(f"{path}: the rule {one.rule} is listed twice")
        found[one.rule] = one

    read_each(enumerate(nodes, 1), read)
    return found


def _read_expectation(node: Any, where: str, known: set[str]) -> Expectation:
    if not isinstance(node, dict):
        raise ConfigError(f"{where}: must be a table")
    problems = [unknown_key(key, _KEYS_OF_EXPECTED) for key in node if key not in _KEYS_OF_EXPECTED]
    for key in ("rule", "reason"):
        value = node.get(key)
        problems += [] if isinstance(value, str) and value.strip() else [f"{key}: is missing"]
    rule, expires = node.get("rule"), node.get("expires")
    if isinstance(expires, datetime) or not isinstance(expires, date):
        problems.append("expires: must be a date, such as 2030-01-31, without quotes")
    if isinstance(rule, str) and rule.strip() and rule not in known:
        problems.append(f"rule: the document has no rule {rule}")
    raise_all(f"{where}: {problem}" for problem in problems)
    return Expectation(node["rule"], node["reason"].strip(), node["expires"])
