"""Scripts that replay the example of each cause; they need only Python."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from ringme_contract.deviations import status_of
from ringme_contract.report.cause_text import headline
from ringme_contract.report.printable import printable, shown
from ringme_contract.run.causes import Cause
from ringme_contract.run.evaluation import Report

_MARKER = "VALUES = {}"
_OURS = re.compile(r"\d+-[\w-]+\.py")


def write_scripts(report: Report, folder: Path) -> None:
    """Writes a script for each cause, and deletes those of an earlier run. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name):
            path.unlink()
    for number, cause in enumerate(report.causes, 1):
        path = folder / f"{number}-{cause.example[0].rule}.py"
        path.write_text(script(cause, report), encoding="ascii", errors="backslashreplace")
        path.chmod(0o755)


def script(cause: Cause, report: Report) -> str:
    _, deviation = cause.example
    steps = [
        {
            "identity": one.identity,
            "method": one.method,
            "path": f"{parts.path.removeprefix(before)}{f'?{parts.query}' if parts.query else ''}",
            "headers": one.request_headers,
            "body": one.request_body,
            "status": one.status,
            "response": one.response_body,
        }
        for one in (*deviation.led, deviation.exchange)
        for parts, before in ((urlsplit(one.url), urlsplit(report.target.url).path.rstrip("/")),)
        if one.method
    ]
    values = {
        "title": printable(headline(cause, report.contract)),
        "url": report.target.url,
        "expected": shown(deviation.expected),
        "got": shown(deviation.got),
        "status": status_of(deviation.expected),
        "steps": steps,
    }
    text = files(__package__).joinpath("replay_script.txt").read_text("utf-8")
    # JSON in a string literal is safe, whatever a target sent.
    return text.replace(_MARKER, f"VALUES = json.loads({json.dumps(values)!r})")
