"""The report as JUnit XML: a case for each rule, so that names are the same in every run."""

from __future__ import annotations

from xml.etree import ElementTree

from ringme_contract.report.finding_text import details, reason
from ringme_contract.report.printable import printable
from ringme_contract.run.evaluation import EXPECTED_FAILURE, UNEXPECTED_PASS, Report, RuleFinding
from ringme_contract.verdict import Verdict


def junit(report: Report) -> str:
    cases = [_case(finding) for finding in report.findings]
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": "ringme-contract",
            "tests": str(len(cases)),
            "failures": str(sum(case.find("failure") is not None for case in cases)),
            "errors": str(sum(case.find("error") is not None for case in cases)),
            "skipped": str(sum(case.find("skipped") is not None for case in cases)),
            "time": f"{report.result.seconds:.3f}",
            "timestamp": report.started.strftime("%Y-%m-%dT%H:%M:%S"),
        },
    )
    properties = ElementTree.SubElement(suite, "properties")
    left = [("not cleaned up", line) for line in report.result.left_behind]
    for name, value in (("target", report.target.url), ("run", report.result.run_id), *left):
        ElementTree.SubElement(properties, "property", {"name": name, "value": printable(value)})
    suite.extend(cases)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(finding: RuleFinding) -> ElementTree.Element:
    rule, state = finding.rule, finding.state
    case = ElementTree.Element(
        "testcase",
        {
            "classname": f"ringme_contract.{rule.area.replace(' ', '_')}",
            "name": rule.id,
            "time": f"{sum(outcome.seconds for outcome in finding.outcomes):.3f}",
        },
    )
    if state == Verdict.PASS.value:
        return case
    kind = "error" if finding.fails else "skipped"
    if state in (Verdict.FAIL.value, UNEXPECTED_PASS):
        kind = "failure"
    message = finding.note if state in (UNEXPECTED_PASS, EXPECTED_FAILURE) else reason(finding)
    if state not in (Verdict.FAIL.value, UNEXPECTED_PASS, Verdict.ERROR.value):
        message = f"{state}: {message}"
    node = ElementTree.SubElement(case, kind, {"message": printable(message), "type": kind})
    node.text = printable(details(finding) if finding.failures else rule.text)
    return case
