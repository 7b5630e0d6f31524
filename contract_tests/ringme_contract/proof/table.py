"""The proof for people at a terminal, and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Column, Table

from ringme_contract.check import LAYERS
from ringme_contract.proof.prove import Finding, Proof
from ringme_contract.proof.trial import FaultFinding


def progress_line(name: str, finding: Finding | None) -> str:
    """One line for a trial that is done."""
    line = f"{name}: {said(finding)}"
    return f"{line}  <--" if finding is None or finding.complaints else line


def said(finding: Finding | None) -> str:
    """The outcome of a trial in a few words."""
    if finding is None:
        return "the trial broke down"
    if not isinstance(finding, FaultFinding):
        return f"exit {finding.code}, {len(finding.passed)} of {len(finding.verdicts)} rules passed"
    if not finding.caught:
        return f"SURVIVED {finding.checks} checks"
    text = f"caught by {', '.join(_layers(finding))}"
    if finding.unshown:
        text += f", but not as {', '.join(finding.unshown)}"
    if finding.failure:
        text += f", but the mock broke down: {finding.failure}"
    return text


def print_proof(console: Console, proof: Proof, full: bool) -> None:
    """The table of faults and layers, the table by class, and what is wrong."""
    console.print(_fault_table(proof))
    console.print(_class_table(proof))
    for name, server in proof.servers.items():
        console.print(f"{name}: {said(server)}", highlight=False, markup=False)
    if not full:
        console.print("Layers beyond the first that catches a fault are tried with --full.")
    for line in proof.complaints:
        console.print(line, style="bold red", highlight=False, markup=False)
    found = sum(bool(one.caught) for one in proof.faults.values())
    console.print(f"{found} of {len(proof.faults)} faults caught", highlight=False)


def as_json(proof: Proof, full: bool) -> dict[str, Any]:
    """The proof as a JSON object."""
    return {
        "holds": not proof.complaints,
        "full": full,
        "faults": [
            {
                "id": one.fault.id,
                "class": one.fault.kind,
                "sentence": one.fault.sentence,
                "rules": list(one.fault.rules),
                "layers": _layers(one),
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


def _fault_table(proof: Proof) -> Table:
    # The last column folds at a narrow terminal, the others stay whole.
    columns = [Column(name, no_wrap=True) for name in ("fault", *LAYERS)]
    table = Table(*columns, Column("rules", overflow="fold"), box=None, pad_edge=False)
    for one in proof.faults.values():
        marks = ["x" if layer in one.caught else "" for layer in LAYERS]
        style = "" if one.caught else "bold red"
        table.add_row(one.fault.id, *marks, ", ".join(one.fault.rules), style=style)
    return table


def _class_table(proof: Proof) -> Table:
    table = Table("class", "faults", "caught", *LAYERS, box=None, pad_edge=False)
    by_kind: dict[str, list[FaultFinding]] = {}
    for one in proof.faults.values():
        by_kind.setdefault(one.fault.kind, []).append(one)
    for kind, findings in by_kind.items():
        table.add_row(kind, *_counts(findings))
    table.add_row("all", *_counts(list(proof.faults.values())), style="bold")
    return table


def _counts(findings: list[FaultFinding]) -> list[str]:
    caught = sum(bool(one.caught) for one in findings)
    by_layer = [sum(layer in one.caught for one in findings) for layer in LAYERS]
    return [str(number) for number in (len(findings), caught, *by_layer)]


def _layers(finding: FaultFinding) -> list[str]:
    return [layer for layer in LAYERS if layer in finding.caught]
