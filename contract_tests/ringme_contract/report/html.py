"""The report as a self-contained HTML page, from the template page.html.j2."""

from __future__ import annotations

from collections import Counter
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ringme_contract.report.content import content
from ringme_contract.report.printable import printable, shown
from ringme_contract.run.evaluation import STATES, Report
from ringme_contract.target import IDENTITIES, OPTIONAL_IDENTITIES

# Short marks for identities, so that the coverage table fits on a screen.
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
    "foreign_public": "Pf",
    "other_login": "Lo",
    "blocked_client": "Bc",
    "limited": "Li",
}
_OTHERS = ("+", "users that the kit created, and requests with a changed token")


def html_page(report: Report) -> str:
    environment = Environment(
        loader=PackageLoader("ringme_contract.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"printable": printable, "shown": shown, "marks": _marks}
    values = content(report)
    states = Counter(rule["state"] for rule in values["rules"])
    statuses = [one["statuses"] for one in values["coverage"]]
    return environment.get_template("page.html.j2").render(
        values,
        states=[(state, states[state]) for state in STATES if states[state]],
        failures=_failures(report, values["rules"]),
        reached=sum(any(one["identities"] for one in row) for row in statuses),
        legend=_legend({name for row in statuses for one in row for name in one["identities"]}),
        docs=report.docs,
    )


def _failures(
    report: Report, rules: list[dict[str, Any]]
) -> dict[str, list[tuple[dict[str, Any], list[str]]]]:
    """The failed checks by rule; those with the same message are under the first of them."""
    checks = {check["id"]: check for rule in rules for check in rule["checks"]}
    return {
        one.rule.id: [(checks[first.check], others) for first, others in one.distinct_failures]
        for one in report.findings
    }


def _marks(identities: list[str]) -> list[tuple[str, str]]:
    known = [(mark, name) for name, mark in _MARKS.items() if name in identities]
    return [*known, _OTHERS] if set(identities) - _MARKS.keys() else known


def _legend(seen: set[str]) -> list[tuple[str, str]]:
    texts = {"anonymous": "requests without a token", **IDENTITIES, **OPTIONAL_IDENTITIES}
    return [(mark, f"{name}: {texts[name]}" if name in texts else name)
            for mark, name in _marks(sorted(seen))]  # fmt: skip
