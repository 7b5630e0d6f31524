"""The report for people at a terminal: progress while it runs, then what was found."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from ringme_contract.check_run import Report
from ringme_contract.evaluation import EXPECTED_FAILURE, UNEXPECTED_PASS, RuleFinding, summary
from ringme_contract.report.content import worst_first
from ringme_contract.report.finding_text import failures
from ringme_contract.report.printable import printable
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
}
_SILENT = (
    Verdict.ERROR.value,
    Verdict.NOT_REACHED.value,
    EXPECTED_FAILURE,
    Verdict.NOT_OFFERED.value,
)
_PLAIN_STEPS = 10
_REASONS = 3


class ProgressLine:
    """Says how far a run is: a bar at a terminal, a line for each tenth of the way elsewhere."""

    def __init__(self, console: Console, total: int, quiet: bool = False) -> None:
        self._console = console
        self._total = max(total, 1)
        self._quiet = quiet
        self._done = 0
        self._failed = 0
        self._seen: set[str] = set()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task = self._bar.add_task("checks", total=self._total)

    def __enter__(self) -> ProgressLine:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, outcome: Outcome) -> None:
        """Takes note of an outcome. A check and the outcome of its responses count once."""
        name = f"{outcome.layer}/{outcome.check.rpartition('/')[2]}"
        if outcome.verdict is Verdict.FAIL:
            self._failed += 1
            self.say(f"fail  {outcome.check}: {outcome.message}", "red")
        if name in self._seen:
            return
        self._seen.add(name)
        before = self._done * _PLAIN_STEPS // self._total
        self._done += 1
        self._bar.update(self._task, completed=self._done, description=f"{outcome.layer} checks")
        if not self._console.is_terminal and self._done * _PLAIN_STEPS // self._total > before:
            self.say(f"{self._done} of {self._total} checks, {self._failed} failures")

    def say(self, line: str, style: str = "") -> None:
        if not self._quiet:
            _print(self._console, line, style)


def print_report(console: Console, report: Report, quiet: bool = False) -> None:
    """Prints what was found; with `quiet` just the failures and the last line."""
    if not quiet:
        console.print()
    for finding in worst_first(report.findings):
        if finding.state in (Verdict.FAIL.value, UNEXPECTED_PASS, Verdict.WARN.value):
            _print_failure(console, finding)
    if not quiet:
        _print_silent(console, report)
    for note in report.notes:
        _print(console, f"note: {note}", "yellow")
    for line in report.result.left_behind:
        _print(console, f"not cleaned up: {line}", "yellow")
    if report.result.left_behind:
        _print(console, "`ringme-contract sweep` removes what the kit left behind", "yellow")
    if report.result.interrupted:
        _print(console, "interrupted: what was made has been removed", "yellow")
    last = summary(report.findings)
    seconds = f"{report.result.requests} requests in {report.result.seconds:.1f} s"
    _print(console, f"{last} ({seconds})", "bold green" if report.code == 0 else "bold red")


def _print_failure(console: Console, finding: RuleFinding) -> None:
    rule = finding.rule
    _print(console, f"{finding.state}: {rule.id}", _STYLES[finding.state])
    _print(console, f"  {rule.text}")
    _print(console, f"  {rule.level}, {rule.pointer} in the document", "dim")
    if finding.note:
        _print(console, f"  {finding.note}")
    for line in failures(finding):
        _print(console, f"  {line}" if line else "")
    console.print()


def _print_silent(console: Console, report: Report) -> None:
    """The rules without a failure to show: a line each unless they passed."""
    for state in (
        Verdict.ERROR.value,
        Verdict.NOT_REACHED.value,
        EXPECTED_FAILURE,
        Verdict.NOT_OFFERED.value,
    ):
        rules: dict[str, list[str]] = {}
        for finding in report.findings:
            if finding.state == state:
                rules.setdefault(_why(finding), []).append(finding.rule.id)
        for why, names in rules.items():
            _print(console, f"{state}: {', '.join(names)}: {why}", _STYLES[state])
    # A rule that passes by one check may have another that could not be made.
    partly = [
        finding
        for finding in report.findings
        if finding.verdict is Verdict.PASS and finding.reasons
    ]
    for finding in partly:
        _print(console, f"in part: {finding.rule.id}: {'; '.join(finding.reasons)}", "dim")
    passed = [one.rule.id for one in report.findings if one.state == Verdict.PASS.value]
    if passed:
        _print(console, f"pass: {', '.join(passed)}", "green")


def _why(finding: RuleFinding) -> str:
    reasons = [finding.note] if finding.note else finding.reasons
    rest = len(reasons) - _REASONS
    return "; ".join(reasons[:_REASONS]) + (f" (and {rest} more reasons)" if rest > 0 else "")


def _print(console: Console, line: str, style: str = "") -> None:
    # As text, not markup: what a target sends must not be able to style the terminal; and not
    # wrapped, so that a curl line can be copied.
    console.print(Text(printable(line), style=style), soft_wrap=True, highlight=False)
