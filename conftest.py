"""Counts the rules of the document that the kit's passing tests cover, and says how many there are.

Needs nothing but pytest until there is something to say: the kit's own tests may be run from
anywhere, and find this file above themselves in a checkout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

# One test of the kit is one rule.
_KIT_TEST = re.compile(r"^contract_tests/.*::test_rule\[(.+)\]$")
_RULE = "rule"
_passed: set[str] = set()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Writes the rules that a test holds into its report, which a worker sends on."""
    outcome = yield
    if call.when == "call":
        report = outcome.get_result()  # type: ignore[attr-defined]
        found = _KIT_TEST.search(item.nodeid)
        if found:
            report.user_properties.append((_RULE, found.group(1)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Notes the rules that a passing test holds."""
    if report.when == "call" and report.passed:
        _passed.update(str(value) for name, value in report.user_properties if name == _RULE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many of the rules the passing tests cover, if any, and which they do not."""
    if not _passed:
        return
    from ringme_spec.document import read_yaml
    from ringme_spec.paths import SPEC

    known = [rule["id"] for rule in read_yaml(SPEC)["x-rules"]]
    missing = [rule for rule in known if rule not in _passed]
    covered = len(known) - len(missing)
    terminalreporter.write_line(f"Rules covered by passing tests: {covered} of {len(known)}")
    if missing:
        terminalreporter.write_line(f"Not covered in this run: {', '.join(missing)}")
