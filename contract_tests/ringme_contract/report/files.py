"""Writes the reports of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ringme_contract.check_run import Report
from ringme_contract.report.badge import badge
from ringme_contract.report.html import html_page
from ringme_contract.report.json_report import json_report
from ringme_contract.report.junit import junit
from ringme_spec.errors import ConfigError

# By the name of its option: the file in a folder of reports, and what makes its text.
FILES: dict[str, tuple[str, Callable[[Report], str]]] = {
    "junit": ("junit.xml", junit),
    "json": ("report.json", json_report),
    "html": ("report.html", html_page),
    "badge": ("badge.json", badge),
}


def write_reports(
    report: Report | None, folder: Path | None, single: Mapping[str, Path | None]
) -> list[Path]:
    """Writes all reports to a folder, and single ones where they are wanted.

    Returns where they are. Without a report it is only seen to that they can be written there.
    Raises ConfigError.
    """
    wanted = [(folder / file, make) for file, make in FILES.values()] if folder else []
    wanted += [(path, FILES[name][1]) for name, path in single.items() if path]
    for path, make in wanted:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if report is None:
                is_new = not path.exists()
                path.open("a", encoding="utf-8").close()
                if is_new:
                    path.unlink()
            else:
                # A lone surrogate, which JSON can carry, has no form in UTF-8.
                path.write_text(make(report), encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    return [path for path, _ in wanted]
