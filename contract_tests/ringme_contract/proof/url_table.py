"""The proof before a server, for people at a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from ringme_contract.proof.at_url import NOT_FOUND, STATES, UrlProof
from ringme_contract.report.printable import printable
from ringme_contract.verdict import Outcome


def print_baseline(console: Console, proof: UrlProof) -> None:
    """Passes without a fault, and a line for each check that does not pass."""
    total = len(proof.checks)
    bad = sum(one.id in proof.baseline for one in proof.checks)
    _say(console, f"{proof.target.url}: {total - bad} of {total} checks pass without a fault")
    for outcome in proof.baseline.values():
        _say(console, _line(outcome))


def print_findings(console: Console, proof: UrlProof) -> None:
    """The table by class, what was not found, and what the server did not do."""
    table = Table("class", "faults", *STATES, box=None, pad_edge=False)
    kinds = dict.fromkeys(one.fault.kind for one in proof.findings)
    for kind in (*kinds, "all"):
        states = Counter(one.state for one in proof.findings if kind in ("all", one.fault.kind))
        counts = [str(states[state]) for state in STATES]
        table.add_row(kind, str(states.total()), *counts, style="bold" if kind == "all" else "")
    console.print(table)
    for one in proof.of(NOT_FOUND):
        _say(console, f"not found: {one.fault.id}: {one.fault.sentence}", "bold red")
    for about, lines in _troubles(proof).items():
        if lines:
            _say(console, f"{about} ({len(lines)} times): {lines[0]}", "bold yellow")


def as_json(proof: UrlProof) -> dict[str, Any]:
    """The proof as a JSON object."""
    return {
        "url": proof.target.url,
        "baseline": [_line(one) for one in proof.baseline.values()],
        "faults": [
            {
                "id": one.fault.id,
                "class": one.fault.kind,
                "sentence": one.fault.sentence,
                "rules": list(one.fault.rules),
                "state": one.state,
                "reason": one.reason,
            }
            for one in proof.findings
        ],
        **_troubles(proof),
    }


def _troubles(proof: UrlProof) -> dict[str, list[str]]:
    return {"no response": proof.unanswered, "could not be removed": proof.left_behind}


def _line(outcome: Outcome) -> str:
    return f"{outcome.verdict.value}: {outcome.check}: {outcome.message}"


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(printable(text), style=style, highlight=False, markup=False)
