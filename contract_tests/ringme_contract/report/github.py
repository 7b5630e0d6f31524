"""Annotations and a summary for a run in GitHub Actions."""

from __future__ import annotations

import html

from ringme_contract.report.cause_text import headline
from ringme_contract.report.content import worst_first
from ringme_contract.report.finding_text import details, reason
from ringme_contract.report.printable import printable
from ringme_contract.run.evaluation import UNEXPECTED_PASS, Report
from ringme_contract.verdict import Verdict

_WORDS = {
    Verdict.FAIL.value: "error",
    UNEXPECTED_PASS: "error",
    Verdict.ERROR.value: "error",
    Verdict.NOT_REACHED.value: "error",
    Verdict.WARN.value: "warning",
}


def workflow_commands(report: Report) -> list[str]:
    """A workflow command for each cause, and for each other rule that needs attention.

    GitHub shows ten of each sort; causes come first.
    """
    lines = []
    for cause in report.causes:
        text = f"{headline(cause, report.contract)}\nbreaks {', '.join(cause.rules)}"
        lines.append(_command(report.state_of(cause), cause.rules[0], text))
    for finding in worst_first(report.findings):
        if finding.state in _WORDS and finding.state not in (
            Verdict.FAIL.value,
            Verdict.WARN.value,
        ):
            text = f"{reason(finding)}\n{finding.rule.text}"
            lines.append(_command(finding.state, finding.rule.id, text))
    return sorted(lines, key=lambda line: line.startswith("::warning"))


def _command(state: str, rule: str, text: str) -> str:
    return f"::{_WORDS[state]} title={_property(f'{state}: {rule}')}::{_data(text)}"


def step_summary(report: Report) -> str:
    lines = [
        f"## ringme-contract: {report.summary}",
        "",
        _cell(report.target.url)
        + f", {report.result.requests} requests in {report.result.seconds:.1f} s"
        + f", exit code {int(report.code)}",
        "",
    ]
    causes = [_cell(headline(one, report.contract)) for one in report.causes]
    lines += [f"{number}. {text}" for number, text in enumerate(causes, 1)]
    lines += [""] if report.causes else []
    rows = [one for one in worst_first(report.findings) if one.state != Verdict.PASS.value]
    if rows:
        lines += ["| verdict | rule | level | why |", "|---|---|---|---|"]
        lines += [
            f"| {finding.state} | `{finding.rule.id}` | {finding.rule.level} "
            f"| {_cell(reason(finding))} |"
            for finding in rows
        ]
    for finding in rows:
        if finding.failures:
            lines += [
                "",
                f"<details><summary>{html.escape(finding.rule.id)}</summary>",
                "",
                f"<pre>{html.escape(details(finding))}</pre>",
                "</details>",
            ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    flat = " ".join(printable(text).split())
    return html.escape(flat, quote=False).replace("|", "\\|").replace("`", "&#96;")


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
