"""The proof at a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Column, Table

from ringme_contract.check import LAYERS
from ringme_contract.proof.at_url import NOT_FOUND, STATES, UrlFinding, UrlProof
from ringme_contract.proof.fault import Fault
from ringme_contract.proof.trial import FaultFinding, Finding, Proof
from ringme_contract.report.printable import printable
from ringme_contract.verdict import Outcome

_Found = TypeVar("_Found", bound=FaultFinding)


def progress_line(name: str, finding: Finding | None) -> str:
    line = f"{name}: {said(finding)}"
    return f"{line}  <--" if finding is None or finding.complaints else line


def said(finding: Finding | None) -> str:
    if finding is None:
        return "the trial failed with an error"
    if not isinstance(finding, FaultFinding):
        return f"exit {finding.code}, {len(finding.passed)} of {len(finding.verdicts)} rules passed"
    if not finding.caught:
        return f"SURVIVED {finding.checks} checks"
    text = f"caught by {', '.join(finding.layers)}"
    if finding.unshown:
        text += f", but not as {', '.join(finding.unshown)}"
    if finding.failure:
        text += f", but the mock broke down: {finding.failure}"
    return text


def print_proof(console: Console, proof: Proof, full: bool) -> None:
    findings = list(proof.faults.values())
    # Names are not wrapped, even at 80 columns.
    columns = (Column("fault", no_wrap=True), "caught by", Column("rules", min_width=20))
    table = Table(*columns, box=None, pad_edge=False)
    for one in findings:
        row = (one.fault.id, ", ".join(one.layers), ", ".join(one.fault.rules))
        table.add_row(*row, style="" if one.caught else "bold red")
    console.print(table)
    console.print(_by_class(findings, ("caught", *LAYERS), _caught))
    for name, server in proof.servers.items():
        _say(console, f"{name}: {said(server)}")
    if not full:
        console.print(
            "Each fault is tried only up to the first layer that catches it; --full"
            " tries all layers."
        )
    for line in proof.complaints:
        _say(console, line, "bold red")
    found = sum(bool(one.caught) for one in findings)
    console.print(f"{found} of {len(findings)} faults caught", highlight=False)


def as_json(proof: Proof, full: bool) -> dict[str, Any]:
    return {
        "holds": not proof.complaints,
        "full": full,
        "faults": [
            {
                **_described(one.fault),
                "layers": one.layers,
                "checks": one.caught,
                "messages": one.messages,
                "broken": one.broken,
                "unshown": one.unshown,
                "failure": one.failure,
                "seconds": round(one.seconds, 1),
            }
            for one in proof.faults.values()
        ],
        "servers": [
            {
                "name": one.name,
                "exit_code": one.code,
                "passed": one.passed,
                "seconds": round(one.seconds, 1),
            }
            for one in proof.servers.values()
        ],
        "complaints": proof.complaints,
    }


# --- faults before a server


def print_baseline(console: Console, proof: UrlProof) -> None:
    total = len(proof.checks)
    bad = sum(one.id in proof.baseline for one in proof.checks)
    _say(console, f"{proof.target.url}: {total - bad} of {total} checks pass without a fault")
    for outcome in proof.baseline.values():
        _say(console, _line(outcome))


def print_findings(console: Console, proof: UrlProof) -> None:
    console.print(_by_class(proof.findings, STATES, _by_state))
    for one in proof.of(NOT_FOUND):
        _say(console, f"not found: {one.fault.id}: {one.fault.sentence}", "bold red")
    for about, lines in _troubles(proof).items():
        if lines:
            _say(console, f"{about} ({len(lines)} times): {lines[0]}", "bold yellow")


def url_json(proof: UrlProof) -> dict[str, Any]:
    return {
        "url": proof.target.url,
        "baseline": [_line(one) for one in proof.baseline.values()],
        "faults": [
            {**_described(one.fault), "state": one.state, "reason": one.reason}
            for one in proof.findings
        ],
        **_troubles(proof),
    }


def _troubles(proof: UrlProof) -> dict[str, list[str]]:
    return {"no response": proof.unanswered, "could not be removed": proof.left_behind}


def _line(outcome: Outcome) -> str:
    return f"{outcome.verdict.value}: {outcome.check}: {outcome.message}"


# --- both


def _described(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "class": fault.kind,
        "sentence": fault.sentence,
        "rules": list(fault.rules),
    }


def _by_class(
    findings: Sequence[_Found], heads: Sequence[str], counts: Callable[[list[_Found]], list[int]]
) -> Table:
    """A row of counts for the faults of each class, and one for all."""
    table = Table("class", "faults", *heads, box=None, pad_edge=False)
    for kind in (*dict.fromkeys(one.fault.kind for one in findings), "all"):
        some = [one for one in findings if kind in ("all", one.fault.kind)]
        style = "bold" if kind == "all" else ""
        table.add_row(kind, str(len(some)), *map(str, counts(some)), style=style)
    return table


def _caught(findings: list[FaultFinding]) -> list[int]:
    by_layer = [sum(layer in one.caught for one in findings) for layer in LAYERS]
    return [sum(bool(one.caught) for one in findings), *by_layer]


def _by_state(findings: list[UrlFinding]) -> list[int]:
    return [sum(one.state == state for one in findings) for state in STATES]


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(printable(text), style=style, highlight=False, markup=False)
