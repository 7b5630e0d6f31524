"""One running mock for all tests, at its fixtures before each, and the count of covered rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ringme_mock.document import read_yaml
from ringme_mock.paths import SPEC
from support.server import Api, RunningMock, running_mock

_passed_rules: set[str] = set()
_KIT_TEST = re.compile(r"^contract_tests/.*::test_rule\[(.+)\]$")


@pytest.fixture(scope="session")
def _mock() -> Iterator[RunningMock]:
    with running_mock() as mock:
        yield mock


@pytest.fixture
def mock(_mock: RunningMock) -> RunningMock:
    """The mock as a fresh start has it."""
    _mock.reset()
    return _mock


@pytest.fixture
def admin(mock: RunningMock) -> Api:
    """A full user of client 12."""
    return mock.as_user("client-admin")


def rule_ids() -> list[str]:
    """The ids of all rules of the document."""
    return [rule["id"] for rule in read_yaml(SPEC)["x-rules"]]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Notes the rules that a passing test holds."""
    outcome = yield
    if call.when == "call" and outcome.get_result().passed:  # type: ignore[attr-defined]
        for marker in item.iter_markers("rule"):
            _passed_rules.update(marker.args)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Notes the rules that the kit finds kept by the mock: one test of the kit is one rule."""
    found = _KIT_TEST.search(report.nodeid)
    if found and report.when == "call" and report.passed:
        _passed_rules.add(found.group(1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many of the document's rules the passing tests cover."""
    known = rule_ids()
    missing = [rule for rule in known if rule not in _passed_rules]
    covered = len(known) - len(missing)
    terminalreporter.write_line(f"Rules covered by passing tests: {covered} of {len(known)}")
    if missing and covered:
        terminalreporter.write_line(f"Not covered in this run: {', '.join(missing)}")
