"""A badge in the endpoint format of shields: {"schemaVersion": 1, "label", "message", "color"}."""

from __future__ import annotations

import json

from ringme_contract.profiles import SMOKE
from ringme_contract.report.content import content
from ringme_contract.run.evaluation import ExitCode
from ringme_contract.run.run_report import Report
from ringme_contract.verdict import Verdict

_COLORS = {ExitCode.PASSED: "brightgreen", ExitCode.FAILED: "red"}


def badge(report: Report) -> str:
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
