"""Reports of a run with one rule in each state, and with odd text from the target."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest

from ringme_contract.recording import Exchange
from ringme_contract.report.content import badge, json_report, json_schema
from ringme_contract.report.github import step_summary, workflow_commands
from ringme_contract.report.html import html_page
from ringme_contract.report.junit import junit
from ringme_contract.report.printable import differences_shown, printable
from ringme_contract.run.engine import RunResult
from ringme_contract.run.evaluation import STATES, Expectation, Report, evaluate, exit_code
from ringme_contract.target import MOCK, load_target
from ringme_contract.verdict import Outcome, Verdict
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC
from ringme_spec.rules import Rule
from support.browser import require_chromium, require_node, run_program
from support.kit_command import (
    misses_group,
    own_check,
    reads_user,
    replace_checks,
    ringme_contract,
)
from support.server import RunningMock

# Markup, terminal escape, null character, lone surrogate, Markdown, right-to-left override.
ODD = "<script>alert('x')</script> \x1b[31m \x00 \ud800 | `code` \u202e %0A ::error::"
CONTRACT = read_contract(SPEC)
EXCHANGE = Exchange(
    identity="client",
    method="GET",
    url="http://host/api/ver1.0/user/",
    request_headers={"Authorization": "Bearer ***"},
    request_body="",
    status=200,
    response_headers={"content-type": "text/html", "x-odd": ODD},
    response_body=ODD,
    seconds=0.01,
    operation="getCurrentUser",
    problems=[ODD],
)


def rule(name: str, level: str = "MUST") -> Rule:
    return Rule(name, f"The text of {name}.", "D", level, "an area", ("*",))


def outcome(name: str, verdict: Verdict, message: str = "") -> Outcome:
    exchange = EXCHANGE if name == "fail" else replace(EXCHANGE, problems=[])
    proof = [exchange] if verdict is Verdict.FAIL else []
    got = {ODD: {1, 2}} if verdict is Verdict.FAIL else None
    return Outcome(
        f"scenarios/{name}/it", name, "scenarios", verdict, message, ODD, got, proof, 0.5
    )


RULES = {
    one.id: one
    for one in (
        rule("fail"),
        rule("unexpected-pass"),
        rule("error"),
        rule("not-reached"),
        rule("warn", "SHOULD"),
        rule("expected-failure"),
        rule("not-offered"),
        rule("pass"),
    )
}


@pytest.fixture
def report() -> Report:
    """Return a report with one rule in each state."""
    result = RunResult("http://host", "contract-0a1b2c", requests=7, seconds=1.25)
    result.outcomes = [
        outcome("fail", Verdict.FAIL, ODD),
        outcome("fail", Verdict.FAIL, ODD),
        outcome("unexpected-pass", Verdict.PASS),
        outcome("error", Verdict.ERROR, "error in the kit: KeyError: 'id'"),
        outcome("warn", Verdict.FAIL, "slow"),
        outcome("expected-failure", Verdict.FAIL, "still so"),
        outcome("not-offered", Verdict.NOT_OFFERED, "the target lacks fax"),
        outcome("pass", Verdict.PASS),
    ]
    result.cells = {
        ("getCurrentUser", 200, "client"),
        ("getCurrentUser", 418, "fresh"),
        ("getCurrentUser", 401, "anonymous"),
    }
    expected = {
        name: Expectation(name, f"known {ODD}", date(2030, 1, 31))
        for name in ("expected-failure", "unexpected-pass")
    }
    findings = evaluate(result, RULES, set(RULES), expected, date(2026, 1, 1))
    target = load_target(MOCK, "http://host")
    started = datetime(2026, 1, 1, tzinfo=UTC)
    return Report(target, CONTRACT, result, findings, exit_code(findings), started=started)


def test_sample_report_has_every_state_once(report: Report) -> None:
    assert sorted(finding.state for finding in report.findings) == sorted(STATES)


def test_junit_report_is_xml_with_a_case_per_rule(report: Report) -> None:
    suite = ElementTree.fromstring(junit(report))[0]
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert cases == {
        "fail": ["failure"],
        "unexpected-pass": ["failure"],
        "error": ["error"],
        "not-reached": ["error"],
        "warn": ["skipped"],
        "expected-failure": ["skipped"],
        "not-offered": ["skipped"],
        "pass": [],
    }
    numbers = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert numbers == ["8", "2", "2", "3"]
    assert "curl -i http://host/api/ver1.0/user/" in str(suite.findtext("testcase/failure"))


def test_json_report_conforms_to_its_schema_and_is_complete(report: Report) -> None:
    found = json.loads(json_report(report))
    schema = json_schema()
    jsonschema_rs.Draft7Validator(schema).validate(found)
    assert found["version"] == schema["properties"]["version"]["const"]
    assert {one["id"]: one["state"] for one in found["rules"]} == {
        state.replace(" ", "-"): state for state in STATES
    }
    assert found["summary"]["MUST"]["fail"] == 1
    (step,) = found["rules"][0]["checks"][0]["steps"]
    assert step["response"]["body"] == ODD
    assert found["exit_code"] == 1


def test_coverage_shows_unobserved_statuses(report: Report) -> None:
    rows = {one["operation"]: one for one in json.loads(json_report(report))["coverage"]}
    documented = [operation.id for operation in CONTRACT.operations.values()]
    assert sorted(rows) == sorted(documented)
    cells = {one["status"]: one for one in rows["getCurrentUser"]["statuses"]}
    assert cells["200"]["identities"] == ["client"]
    assert (cells["403"]["documented"], cells["403"]["identities"]) == (True, [])
    assert (cells["418"]["documented"], cells["418"]["identities"]) == (False, ["fresh"])


def test_badge_is_in_the_endpoint_format_of_shields(report: Report) -> None:
    found = json.loads(badge(report))
    assert found == {
        "schemaVersion": 1,
        "label": f"groups API {CONTRACT.document['info']['version']}",
        "message": "2/7 MUST, 0/1 SHOULD",
        "color": "red",
    }


class Page(HTMLParser):
    """Parser that records what a browser would take for tags, and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.states: dict[str, str] = {}
        self.empty = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        names = ("src", "data") if tag == "a" else ("src", "href", "data")
        self.fetched += [str(found[name]) for name in names if name in found]
        if found.get("class") == "rule":
            self.states[str(found["id"])] = str(found["data-state"])
        self.empty += tag == "td" and found.get("class") == "empty"


def test_html_report_loads_nothing_and_runs_no_script_of_the_target(
    report: Report,
) -> None:
    text = html_page(report)
    page = Page()
    page.feed(text)
    assert page.tags.count("script") == 1
    assert page.fetched == ["data:,"]
    assert "@import" not in text
    assert "url(" not in text
    assert "alert(&#39;x&#39;)" in text
    assert "\x1b" not in text
    assert page.states == {state.replace(" ", "-"): state for state in STATES}
    rows = json.loads(json_report(report))["coverage"]
    empty = sum(not one["identities"] for row in rows for one in row["statuses"])
    assert page.empty == empty > 100
    assert "the same in 1 more check" in text


def test_html_report_is_accessible_and_fits_its_window(report: Report, tmp_path: Path) -> None:
    require_chromium()
    node = require_node("playwright-core", "axe-core")
    (tmp_path / "index.html").write_text(html_page(report), "utf-8", "backslashreplace")
    run_program(node, "docs.mjs", str(tmp_path))


def test_github_gets_one_workflow_command_per_relevant_finding(report: Report) -> None:
    lines = workflow_commands(report)
    assert [line.partition("::")[2].partition("::")[0] for line in lines] == [
        "error title=fail%3A fail",
        "error title=unexpected pass%3A unexpected-pass",
        "error title=error%3A error",
        "error title=not reached%3A not-reached",
        "warning title=warn%3A warn",
    ]
    assert not any("\n" in line or "\x1b" in line for line in lines)
    assert "%250A" in lines[0]


def test_github_summary_table_escapes_odd_text(report: Report) -> None:
    text = step_summary(report)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + 7
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
    assert "<script>" not in text


def test_printable_escapes_terminal_control_characters() -> None:
    assert printable("a\x1b[31m\u202eb\r\n\té\U0001f600\U000e0001") == (
        "a\\x1b[31m\\u202eb\\x0d\n\té\U0001f600\\ue0001"
    )


@pytest.mark.parametrize(
    ("expected", "got", "expected_lines"),
    [
        (
            [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
            [{"id": 1, "name": "x"}, {"id": 3, "name": "b"}],
            [
                '[id 1].name: expected "a", got "x"',
                '[id 2]: missing, expected {"id": 2, "name": "b"}',
                '[id 3]: unexpected, got {"id": 3, "name": "b"}',
            ],
        ),
        ([{"id": 1}, {"id": 2}], [{"id": 2}, {"id": 1}], ["expected the order [1, 2], got [2, 1]"]),
        ([1, 2, 3], [1, 4], ["[1]: expected 2, got 4", "expected 3 items, got 2"]),
        (
            {"a": {"b": 1}, "d": {3}},
            {"a": {}, "c": 2, "d": [3]},
            ["a.b: missing, expected 1", "c: unexpected, got 2"],
        ),
        ([1], {"a": 1}, []),
        (200, "404 ...", []),
        (
            list(range(20)),
            list(range(1, 21)),
            [f"[{n}]: expected {n}, got {n + 1}" for n in range(12)] + ["and 8 more"],
        ),
    ],
)
def test_every_difference_of_two_long_values_is_shown(
    expected: object, got: object, expected_lines: list[str]
) -> None:
    assert differences_shown(expected, got) == expected_lines


def test_check_writes_all_reports_and_github_output(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    replace_checks(monkeypatch, own_check("me", reads_user), own_check("paging", misses_group))
    folder, single = tmp_path / "reports", tmp_path / "deep" / "one.xml"
    done = ringme_contract(
        "check",
        mock.url,
        "--layer",
        "scenarios",
        "--report-dir",
        str(folder),
        "--junit",
        str(single),
    )
    assert done.exit_code == 1
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["badge.json", "junit.xml", "replay", "report.html", "report.json"]
    assert single.read_bytes() == (folder / "junit.xml").read_bytes()
    assert "::error title=fail%3A paging::" in done.output
    assert "| fail | `paging` | MUST |" in (tmp_path / "summary.md").read_text()
    found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    secret = "c0ffee01" * 4
    assert "Bearer ***" in json.dumps(found)
    for path in folder.glob("**/*.*"):
        assert secret not in path.read_text()
