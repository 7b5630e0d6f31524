"""The report as JSON; report.schema.json beside this file describes it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from ringme_contract.report.content import content
from ringme_contract.run.run_report import Report


def json_report(report: Report) -> str:
    return json.dumps(content(report), ensure_ascii=False, indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema that every report.json of this version fits."""
    text = files(__package__).joinpath("report.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
