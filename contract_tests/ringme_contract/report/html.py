"""The report as one page that needs nothing else: page.html.j2 beside this file, filled in."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ringme_contract.report.content import content
from ringme_contract.report.printable import printable, shown
from ringme_contract.run.evaluation import STATES
from ringme_contract.run.run_report import Report
from ringme_contract.target import IDENTITIES, OPTIONAL_IDENTITIES
from ringme_contract.verdict import Verdict

# One letter or two for each identity, so that the coverage table fits on a screen.
_MARKS = {
    "anonymous": "\N{EN DASH}",
    "client": "C",
    "client_read_only": "Cr",
    "other_client": "O",
    "call_api": "A",
    "group": "G",
    "group_read_only": "Gr",
    "sibling_group": "S",
    "extension": "E",
    "blocked": "B",
    "login": "L",
    "public": "P",
    "other_public": "Po",
    "other_login": "Lo",
    "blocked_client": "Bc",
    "limited": "Li",
}
_OTHERS = ("+", "users that the kit made, and requests with a changed token")


def html_page(report: Report) -> str:
    environment = Environment(
        loader=PackageLoader("ringme_contract.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printable"] = printable
    environment.filters["shown"] = shown
    values = content(report)
    return environment.get_template("page.html.j2").render(
        values,
        states=_states(values["rules"]),
        areas=_areas(values["rules"]),
        failures={one["id"]: _failures(one) for one in values["rules"]},
        columns=_columns(values["coverage"]),
        rows=[_row(one) for one in values["coverage"]],
        marks=_legend(values["coverage"]),
        found_in=_found_in(values["causes"]),
        reached=sum(
            any(one["identities"] for one in row["statuses"]) for row in values["coverage"]
        ),
        total_checks=sum(len(rule["checks"]) for rule in values["rules"]),
        docs=report.docs,
    )


def _found_in(causes: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The numbers of the findings by operation."""
    found: dict[str, list[int]] = {}
    for number, cause in enumerate(causes, 1):
        for operation in cause["operations"]:
            found.setdefault(operation, []).append(number)
    return found


def _states(rules: list[dict[str, Any]]) -> list[tuple[str, int]]:
    found = [(state, sum(rule["state"] == state for rule in rules)) for state in STATES]
    return [(state, number) for state, number in found if number]


def _areas(rules: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    names = dict.fromkeys(rule["area"] for rule in rules)
    return [(name, [rule for rule in rules if rule["area"] == name]) for name in names]


def _failures(rule: dict[str, Any]) -> list[tuple[dict[str, Any], list[str]]]:
    """The failed checks of a rule, those that say the same under the first of them."""
    found: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for check in rule["checks"]:
        if check["verdict"] != Verdict.FAIL.value:
            continue
        if check["message"] in found:
            found[check["message"]][1].append(check["id"])
        else:
            found[check["message"]] = (check, [])
    return list(found.values())


def _columns(coverage: list[dict[str, Any]]) -> list[str]:
    return sorted({one["status"] for row in coverage for one in row["statuses"]})


def _row(row: dict[str, Any]) -> dict[str, Any]:
    cells = {one["status"]: {**one, "marks": _marks(one["identities"])} for one in row["statuses"]}
    return {**row, "cells": cells}


def _marks(identities: list[str]) -> list[tuple[str, str]]:
    known = [(mark, name) for name, mark in _MARKS.items() if name in identities]
    if any(name not in _MARKS for name in identities):
        known.append(_OTHERS)
    return known


def _legend(coverage: list[dict[str, Any]]) -> list[tuple[str, str]]:
    seen = {name for row in coverage for one in row["statuses"] for name in one["identities"]}
    texts = {"anonymous": "nobody: no token", **IDENTITIES, **OPTIONAL_IDENTITIES}
    legend = [(mark, f"{name}: {texts[name]}") for name, mark in _MARKS.items() if name in seen]
    return [*legend, _OTHERS] if seen - _MARKS.keys() else legend
