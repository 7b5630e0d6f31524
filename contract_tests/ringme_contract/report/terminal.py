"""The report at a terminal: progress during a run, then the results."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from ringme_contract.report.cause_text import cause_lines, headline, listed
from ringme_contract.report.content import worst_first
from ringme_contract.report.finding_text import failures
from ringme_contract.report.printable import printable
from ringme_contract.run.evaluation import EXPECTED_FAILURE, UNEXPECTED_PASS, Report, RuleFinding
from ringme_contract.verdict import Outcome, Verdict

_STYLES = {
    Verdict.FAIL.value: "bold red",
    UNEXPECTED_PASS: "bold red",
    Verdict.ERROR.value: "bold magenta",
    Verdict.NOT_REACHED.value: "bold yellow",
    Verdict.WARN.value: "yellow",
    EXPECTED_FAILURE: "cyan",
    Verdict.NOT_OFFERED.value: "dim",
    Verdict.PASS.value: "green",
    "in part": "dim",
}
_SHOWN = (Verdict.FAIL.value, Verdict.WARN.value, EXPECTED_FAILURE)
_SILENT = (
    Verdict.ERROR.value,
    Verdict.NOT_REACHED.value,
    EXPECTED_FAILURE,
    Verdict.NOT_OFFERED.value,
)
_PLAIN_STEPS = 4
# The number of lines of each sort, so that the report fits on a screen.
_FULL = 3
_BRIEF = 5
_REASONS = 3
_RULES = 6
_NOTES = 2
_WHY = 400
_LEFT = 6


class ProgressLine(Progress):
    """Shows the progress of a run: a bar at a terminal, elsewhere a line for each quarter."""

    def __init__(
        self, console: Console, total: int, quiet: bool = False, verbose: bool = False
    ) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._verbose = verbose
        self._total = max(total, 1)
        self._quiet = quiet
        self._done = 0
        self._failed = 0
        self._seen: set[str] = set()
        self._task = self.add_task("checks", total=self._total)

    def __call__(self, outcome: Outcome) -> None:
        """Counts an outcome. Several outcomes of the same check count as one."""
        name = f"{outcome.layer}/{outcome.check.rpartition('/')[2]}"
        if outcome.verdict is Verdict.FAIL:
            self._failed += 1
            if self._verbose:
                self.say(f"fail  {outcome.check}: {outcome.message}", "red")
        if name in self._seen:
            return
        self._seen.add(name)
        before = self._done * _PLAIN_STEPS // self._total
        self._done += 1
        self.update(self._task, completed=self._done, description=f"{outcome.layer} checks")
        if not self.console.is_terminal and self._done * _PLAIN_STEPS // self._total > before:
            self.say(f"{self._done} of {self._total} checks, {self._failed} failures")

    def say(self, line: str, style: str = "") -> None:
        if not self._quiet:
            _print(self.console, line, style)


def print_report(
    console: Console, report: Report, quiet: bool = False, verbose: bool = False
) -> None:
    """Prints the verdict, the failures by cause, and further notes.

    That is at most 40 lines. `verbose` has no limit and adds each failed check; `quiet` shows only
    the verdict and the failures.
    """
    verdict, style = verdict_line(report), "bold green" if report.code == 0 else "bold red"
    _print(console, verdict, style)
    if report.result.gone:
        _print(console, report.result.gone, "bold red")
    lines = list(_failed(report, verbose))
    if not quiet:
        lines += _silent(report, verbose)
    lines += _notes(report)
    for line, style_of_line in lines:
        _print(console, line, style_of_line)
    if verbose:
        for finding in worst_first(report.findings):
            if finding.state in _SHOWN:
                _print_failure(console, finding)
        _print(console, verdict, style)


def verdict_line(report: Report) -> str:
    took = f"{report.result.requests} requests in {report.result.seconds:.1f} s"
    left = ", not all cleaned up" if report.result.left_behind else ""
    return f"{report.summary}{left} ({took})"


_Lines = Iterator[tuple[str, str]]


def _failed(report: Report, verbose: bool) -> _Lines:
    """Failures by cause, the first few in full; then unexpected passes."""
    causes = report.causes
    full = len(causes) if verbose else _FULL
    for number, cause in enumerate(causes, 1):
        if number > full + _BRIEF:
            yield f"and {len(causes) - full - _BRIEF} more causes; -v shows them", ""
            break
        state = report.state_of(cause)
        warns = "warn: " if state == Verdict.WARN.value else ""
        yield f"{number}. {warns}{headline(cause, report.contract)}", _STYLES[state]
        if number <= full:
            yield from ((f"   {line}", "") for line in cause_lines(cause, report))
    for state in (Verdict.FAIL.value, UNEXPECTED_PASS):
        noted = [one for one in report.findings if one.state == state and one.note]
        yield from _by_reason(state, noted, verbose)


def _silent(report: Report, verbose: bool) -> _Lines:
    """The rules without a failure; those that passed only with `verbose`."""
    for state in _SILENT:
        found = [one for one in report.findings if one.state == state]
        yield from _by_reason(state, found, verbose)
    # A rule may pass although one of its checks could not run.
    passed = [one for one in report.findings if one.verdict is Verdict.PASS]
    yield from _by_reason("in part", [one for one in passed if one.reasons], verbose)
    if verbose and passed:
        yield f"pass: {', '.join(one.rule.id for one in passed)}", _STYLES[Verdict.PASS.value]


def _by_reason(state: str, findings: list[RuleFinding], verbose: bool) -> _Lines:
    """A line for all rules with the same reason; only the first few reasons and rules."""
    rules: dict[str, list[str]] = {}
    for finding in findings:
        rules.setdefault(_why(finding), []).append(finding.rule.id)
    shown = list(rules.items())
    for why, names in shown if verbose else shown[:_REASONS]:
        yield f"{state}: {listed(names, len(names) if verbose else _RULES)}: {why}", _STYLES[state]
    rest = sum(len(names) for _, names in shown[_REASONS:])
    if rest and not verbose:
        yield f"{state}: {rest} more {'rule' if rest == 1 else 'rules'}; -v shows them", ""


def _notes(report: Report) -> _Lines:
    for note in report.notes[:_NOTES]:
        yield f"note: {note}", "yellow"
    if len(report.notes) > _NOTES:
        yield f"and {len(report.notes) - _NOTES} more notes in the reports", "yellow"
    left = report.result.left_behind
    for line in left[:_LEFT]:
        yield f"not cleaned up: {line}", "yellow"
    if left:
        more = f"and {len(left) - _LEFT} more in the reports; " if len(left) > _LEFT else ""
        yield f"{more}`ringme-contract sweep` removes what the kit left behind", "yellow"
    if report.result.interrupted and not left:
        yield "interrupted: everything that was created has been removed", "yellow"


def _print_failure(console: Console, finding: RuleFinding) -> None:
    rule = finding.rule
    _print(console, f"{finding.state}: {rule.id}", _STYLES[finding.state])
    _print(console, f"  {rule.text}")
    _print(console, f"  {rule.level}, {rule.pointer} in the document", "dim")
    if finding.note:
        _print(console, f"  {finding.note}")
    for line in failures(finding, all_checks=True):
        _print(console, f"  {line}" if line else "")


def _why(finding: RuleFinding) -> str:
    reasons = [finding.note] if finding.note else list(dict.fromkeys(finding.reasons))
    rest = len(reasons) - _REASONS
    text = "; ".join(reasons[:_REASONS])
    text = text if len(text) <= _WHY else f"{text[:_WHY]}..."
    return text + (f" (and {rest} more reasons)" if rest > 0 else "")


def _print(console: Console, line: str, style: str = "") -> None:
    # As text, not markup: a target must not be able to style the terminal. Not wrapped, so that
    # curl lines can be copied.
    console.print(Text(printable(line), style=style), soft_wrap=True, highlight=False)
