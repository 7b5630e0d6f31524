"""A finding in words: the text of the rule, curl lines, expected and got."""

from __future__ import annotations

from ringme_contract.report.cause_text import counted
from ringme_contract.report.printable import differences_shown, printable, shown
from ringme_contract.run.evaluation import RuleFinding
from ringme_contract.verdict import Outcome

_FAILURES = 3
_PROBLEMS = 3
_STEPS = 6
_LINE = 160


def details(finding: RuleFinding) -> str:
    """The failures of a rule; the first few checks in full."""
    rule = finding.rule
    lines = [rule.text, f"see {rule.pointer} in the document ({rule.level}, grade {rule.grade})"]
    if finding.note:
        lines.append(finding.note)
    return "\n".join([*lines, *failures(finding)])


def reason(finding: RuleFinding) -> str:
    """One line: the first failure with expected and got, or why the rule did not pass."""
    if not finding.failures:
        return finding.note or "; ".join(finding.reasons)
    first = finding.failures[0]
    parts = [first.message, finding.note]
    if first.expected is not None and "expected" not in first.message:
        parts.insert(1, f"expected {_short(first.expected)}, got {_short(first.got)}")
    return "; ".join(filter(None, parts))


def _short(value: object) -> str:
    text = " ".join(shown(value).split())
    return text if len(text) <= _LINE else f"{text[:_LINE]}..."


def failures(finding: RuleFinding, all_checks: bool = False) -> list[str]:
    """The failures of a rule, with an empty line before each; equal ones are merged."""
    lines = []
    distinct = finding.distinct_failures
    limit = len(distinct) if all_checks else _FAILURES
    for outcome, others in distinct[:limit]:
        lines += ["", *_failure_lines(outcome)]
        if others:
            lines.append(
                f"  # the same in {counted(len(others), 'other check')}: {', '.join(others[:3])}"
            )
    rest = sum(1 + len(others) for _, others in distinct[limit:])
    if rest:
        lines += [
            "",
            f"and {counted(rest, 'more failed check')} with other messages; the reports list all",
        ]
    return lines


def _failure_lines(outcome: Outcome) -> list[str]:
    """A failed check: its message, expected and got, and the last requests."""
    lines = [f"{outcome.check}: {printable(outcome.message)}"]
    if outcome.expected is not None or outcome.got is not None:
        lines += [f"  expected  {shown(outcome.expected)}", f"  got       {shown(outcome.got)}"]
        lines += [f"  differs   {one}" for one in differences_shown(outcome.expected, outcome.got)]
    # The last ones show the failure; the JSON and HTML reports have more.
    for exchange in outcome.exchanges[-_STEPS:]:
        lines.append(f"  # {exchange.identity}, status {exchange.status}")
        lines.append(f"  {printable(exchange.curl())}")
        lines += [f"  # {printable(problem)}" for problem in exchange.problems[:_PROBLEMS]]
    return lines
