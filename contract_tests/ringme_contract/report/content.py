"""The content of a report as plain values and as JSON; report.schema.json describes it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from ringme_contract.differences import plain
from ringme_contract.http.connection import kit_version
from ringme_contract.profiles import SMOKE
from ringme_contract.recording import Exchange
from ringme_contract.report.cause_text import again, example_requests, expected_and_got, title
from ringme_contract.report.printable import differences_shown
from ringme_contract.run.causes import Cause
from ringme_contract.run.evaluation import STATES, ExitCode, Report, RuleFinding, counts
from ringme_contract.target import IDENTITIES
from ringme_contract.verdict import Outcome, Verdict

# Increased with each incompatible change of report.json.
VERSION = 1
_COLORS = {ExitCode.PASSED: "brightgreen", ExitCode.FAILED: "red"}


def content(report: Report) -> dict[str, Any]:
    result, info = report.result, report.contract.document.get("info", {})
    return {
        "version": VERSION,
        "tool": {"name": "ringme-contract", "version": kit_version()},
        "target": report.target.url,
        "document": {"title": info.get("title", ""), "version": str(info.get("version", ""))},
        "run": {
            "id": result.run_id,
            "started": report.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "seconds": round(result.seconds, 3),
            "requests": result.requests,
            "profile": report.target.profile,
            "seed": report.seed,
            "shuffle": report.shuffle,
            "read_only": report.target.read_only,
            "interrupted": result.interrupted,
            "notes": [*filter(None, [result.gone]), *report.notes],
            "left_behind": result.left_behind,
        },
        "exit_code": int(report.code),
        "summary": {
            "text": report.summary,
            **{level: counts(report.findings, level) for level in ("MUST", "SHOULD")},
        },
        "again": report.again,
        "causes": [_cause(cause, report) for cause in report.causes],
        "rules": [_rule(finding) for finding in report.findings],
        "coverage": coverage(report),
    }


def coverage(report: Report) -> list[dict[str, Any]]:
    """Each operation, its documented and actual statuses, and the identities that got each."""
    seen: dict[str, dict[str, set[str]]] = {}
    for operation, status, identity in report.result.cells:
        seen.setdefault(operation, {}).setdefault(str(status), set()).add(identity)
    return [
        {
            "operation": operation.id,
            "method": operation.method,
            "path": operation.path,
            "statuses": [
                {
                    "status": status,
                    "documented": status in operation.responses,
                    "identities": sorted(given.get(status, ()), key=_rank),
                }
                for status in sorted({*operation.responses, *given})
            ],
        }
        for operation in report.contract.operations.values()
        for given in (seen.get(operation.id, {}),)
    ]


def worst_first(findings: list[RuleFinding]) -> list[RuleFinding]:
    """The findings that need attention first."""
    return sorted(findings, key=lambda finding: STATES.index(finding.state))


def _rank(identity: str) -> tuple[int, str]:
    known = list(IDENTITIES)
    return (known.index(identity) if identity in known else len(known), identity)


def _cause(cause: Cause, report: Report) -> dict[str, Any]:
    outcome, deviation = cause.example
    return {
        "text": title(cause, report.contract),
        "state": report.state_of(cause),
        "difference": expected_and_got(cause),
        "expected": plain(deviation.expected),
        "got": plain(deviation.got),
        "example": outcome.check,
        "again": again(cause, report),
        "checks": [one.check for one in cause.outcomes],
        "rules": cause.rules,
        "operations": [name for name in cause.operations if name],
        "steps": [_step(one) for one in example_requests(cause)],
    }


def _rule(finding: RuleFinding) -> dict[str, Any]:
    rule, expectation = finding.rule, finding.expectation
    return {
        **_values(rule, "id", "text", "level", "grade", "area", "pointer"),
        "seconds": round(sum(one.seconds for one in finding.outcomes), 3),
        "operations": list(rule.operations),
        "verdict": finding.verdict.value,
        "state": finding.state,
        "expectation": expectation
        and {
            "reason": expectation.reason,
            "expires": expectation.expires.isoformat(),
            "expired": finding.expired,
        },
        "reasons": finding.reasons,
        "checks": [_check(outcome) for outcome in finding.outcomes],
    }


def _values(one: object, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _check(outcome: Outcome) -> dict[str, Any]:
    # Requests of checks that passed are left out: they would make the report huge.
    proof = outcome.exchanges if outcome.verdict is Verdict.FAIL else []
    return {
        "id": outcome.check,
        "layer": outcome.layer,
        "verdict": outcome.verdict.value,
        "message": outcome.message,
        "expected": plain(outcome.expected),
        "got": plain(outcome.got),
        "seconds": round(outcome.seconds, 3),
        "differences": differences_shown(outcome.expected, outcome.got),
        "steps": [_step(exchange) for exchange in proof],
    }


def _step(exchange: Exchange) -> dict[str, Any]:
    return {
        "identity": exchange.identity,
        "operation": exchange.operation,
        "curl": exchange.curl(),
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "headers": exchange.request_headers,
            "body": exchange.request_body,
        },
        "response": {
            "status": exchange.status,
            "headers": exchange.response_headers,
            "body": exchange.response_body,
        },
        "seconds": round(exchange.seconds, 3),
        "problems": exchange.problems,
    }


def json_report(report: Report) -> str:
    return json.dumps(content(report), ensure_ascii=False, indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    text = files(__package__).joinpath("report.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def badge(report: Report) -> str:
    """A badge in the endpoint format of shields.io."""
    parts = []
    for level in ("MUST", "SHOULD"):
        verdicts = [one.verdict for one in report.findings if one.rule.level == level]
        if verdicts:
            parts.append(f"{verdicts.count(Verdict.PASS)}/{len(verdicts)} {level}")
    smoke = report.target.profile == SMOKE
    version = content(report)["document"]["version"]
    return json.dumps(
        {
            "schemaVersion": 1,
            "label": f"groups API {version}",
            "message": ("smoke: " if smoke else "") + (", ".join(parts) or "nothing checked"),
            "color": _COLORS.get(report.code, "yellow"),
        }
    )
