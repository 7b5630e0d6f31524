"""The report as JUnit XML: one case a rule, so that names stay the same from run to run."""

from __future__ import annotations

from xml.etree import ElementTree

from ringme_contract.report.finding_text import details, reason
from ringme_contract.report.printable import printable
from ringme_contract.run.evaluation import EXPECTED_FAILURE, UNEXPECTED_PASS, RuleFinding
from ringme_contract.run.run_report import Report
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
    rule = finding.rule
    case = ElementTree.Element(
        "testcase",
        {
            "classname": f"ringme_contract.{rule.area.replace(' ', '_')}",
            "name": rule.id,
            "time": f"{sum(outcome.seconds for outcome in finding.outcomes):.3f}",
        },
    )
    state, failures = finding.state, finding.failures
    why = reason(finding)
    if state == Verdict.FAIL.value:
        _add(case, "failure", why, details(finding))
    elif state == UNEXPECTED_PASS:
        _add(case, "failure", finding.note, rule.text)
    elif state == Verdict.ERROR.value:
        _add(case, "error", why, rule.text)
    elif state == Verdict.NOT_REACHED.value and rule.level == "MUST":
        _add(case, "error", f"not reached: {why}", rule.text)
    elif state == EXPECTED_FAILURE:
        _add(case, "skipped", f"{state}: {finding.note}", details(finding))
    elif state != Verdict.PASS.value:
        _add(case, "skipped", f"{state}: {why}", details(finding) if failures else rule.text)
    return case


def _add(case: ElementTree.Element, kind: str, message: str, text: str) -> None:
    node = ElementTree.SubElement(case, kind, {"message": printable(message), "type": kind})
    node.text = printable(text)
