"""The kit against an implementation other than the mock: green without faults, red with them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ringme_contract.profiles import PROFILES
from ringme_contract.run.check_run import Options, open_session
from ringme_contract.run.engine import CONFORMS
from ringme_contract.run.evaluation import Report
from ringme_contract.target import MOCK
from ringme_contract.verdict import Verdict
from second.faults import FAULTS
from support.differences import PermittedDifferences
from support.second_implementation import SECOND, faulty_implementation, second_implementation
from support.serving import served

_ROOT = Path(__file__).resolve().parents[2]
_DOCUMENT = _ROOT / "openapi.yaml"
# The rule that each fault breaks. Only its checks are run: seconds instead of minutes.
_BREAKS = {
    "end-exclusive": "media-range",
    "fraction-cut": "media-range",
    "partial-put-resets": "group-update-partial",
    "rename-half-applied": "extension-no-rename",
    "id-used-again": "group-create",
    "group-delete-keeps-members": "group-delete",
    "group-delete-keeps-users": "group-delete",
    "leak-other-client": "group-client-isolation",
    "sibling-group-open": "group-user-scope",
    "read-only-writes": "error-user-access",
    "blocked-user-reads": "user-block",
    "refresh-twice": "refresh",
    "code-twice": "code-once",
    "login-for-all-clients": "code-login",
    "redirect-by-beginning": "code-redirect",
    "revoke-spares-refresh": "revoke",
    "group-by-time-of-call": "group-media-by-membership",
    "stats-wrong": "stats-agree",
    "page-overlap": "paging",
    "ties-one-way": "media-order",
    "range-delete-takes-all": "media-delete",
    "file-stays": "media-delete",
    "no-www-authenticate": "error-unauthorized",
    "missing-null-field": CONFORMS,
    "count-per-application": "limits",
    "login-lowered": "entry-update",
    "ended-call-stays": "current-call-end",
    "call-at-any-number": "current-calls",
    "calls-of-all-clients": "current-calls",
    "phone-rings-twice": "callback",
    "phones-not-told": "event-delivery",
    "phones-told-once": "event-delivery",
    "redirect-followed": "event-delivery",
    "ended-as-answered": "event-delivery",
    "handed-over-without-leg": "current-call-actions",
    "whisper-hands-over": "current-call-actions",
    "answer-not-told": "event-delivery",
    "always-bridged": "event-delivery",
    "called-number-short": "event-delivery",
    "ani-of-the-group": "shown-number",
    "backwards-range-empty": "media-range",
    "found-by-dest-number": "entry-filters",
    "told-of-all-clients": "event-delivery",
    "ringing-has-no-end": "event-delivery",
    "menu-rung": "callback-numbers",
    "event-as-text": "event-delivery",
    "never-bridged": "call-values",
    "call-by-first-leg": "call-number",
    "transfer-counted": "call-stats",
    "call-stats-short": "call-stats",
    "ended-as-first-leg": "call-values",
    "leg-keeps-record": "record-delete-keeps-call",
    "number-length-changes": "extra-keys",
    "filter-any": "extension-filters",
    "ivr-takes-all-events": "event-types",
}


def _check(url: str, *rules: str, layers: tuple[str, ...] = ()) -> Report:
    """Return the report of a run against the URL."""
    # A busy machine needs more time than the default.
    options = Options(
        url,
        target=MOCK,
        document=_DOCUMENT,
        rules=rules,
        layers=layers,
        time_budget=3600,
    )
    with open_session(options) as session:
        return session.run()


def test_second_implementation_passes_every_rule() -> None:
    with second_implementation() as url:
        report = _check(url)
    _expect_all_passed(report, "MUST")
    # The figure that `doctor` bases its estimate on.
    assert report.result.requests == pytest.approx(PROFILES["default"].requests, rel=0.15)


def test_permitted_differences_fail_no_rule() -> None:
    with served(PermittedDifferences()) as url:
        # Without generated requests, which check statuses, as none of the differences changes one.
        # The mock keeps SHOULD rules, too.
        report = _check(url, layers=("no:schema",))
    _expect_all_passed(report, "MUST", "SHOULD")


def _expect_all_passed(report: Report, *levels: str) -> None:
    bad = {
        finding.rule.id: [one.message for one in finding.failures] or finding.reasons
        for finding in report.findings
        if finding.rule.level in levels and finding.verdict is not Verdict.PASS
    }
    assert not bad
    assert not report.notes
    assert not report.result.left_behind


def test_each_fault_of_the_second_implementation_has_a_rule() -> None:
    assert set(_BREAKS) == set(FAULTS)


@pytest.mark.parametrize("fault", _BREAKS)
def test_fault_of_the_second_implementation_is_detected(fault: str) -> None:
    rule = _BREAKS[fault]
    with faulty_implementation(fault) as url:
        report = _check(url, rule)
    failed = [one.rule.id for one in report.findings if one.verdict is Verdict.FAIL]
    assert rule in failed


def test_second_implementation_imports_no_code_of_mock_or_kit() -> None:
    for path in SECOND.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            assert not [name for name in names if name.startswith("ringme")], path.name
