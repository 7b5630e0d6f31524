"""The contract report of a run, as the kit wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ringme_spec.errors import ConfigError


@dataclass(frozen=True)
class ContractReport:
    """The kit's page, and the values of its JSON report, if there is one."""

    page: bytes
    summary: str | None
    target: str | None
    started: str | None


def read_report(folder: Path) -> ContractReport:
    """Read the folder of `ringme-contract check --report-dir`.

    Raises ConfigError if there is none.
    """
    page = folder / "report.html"
    try:
        content = page.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{page}: cannot be read: {error.strerror};"
            " ringme-contract check URL --report-dir FOLDER makes a report"
        ) from None
    values = folder / "report.json"
    if not values.exists():
        return ContractReport(content, None, None, None)
    try:
        report = json.loads(values.read_text(encoding="utf-8"))
        return ContractReport(
            content, report["summary"]["text"], report["target"], report["run"]["started"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{values}: is not a report of ringme-contract") from None
