"""Results as files for the documentation, with the conditions of their measurement."""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import statistics
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ringme_bench import BenchError

RESULTS = Path(__file__).resolve().parents[1] / "results"
_PACKAGES = ("ringme-mock", "connexion", "uvicorn", "uvloop", "httptools", "orjson")


def conditions(target: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Return the machine, the versions, the present load, and the command of make."""
    # Folders of this machine mean nothing to readers.
    text = shlex.join([re.sub(r"^(-.*=)?/.*", r"\1FOLDER", one) for one in arguments])
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "commit": _commit(),
        "versions": {name: version(name) for name in _PACKAGES},
        "load_average": [round(value, 2) for value in os.getloadavg()],
        "command": f"make {target} ARGS={shlex.quote(text)}" if text else f"make {target}",
    }


def write_result(folder: Path, name: str, result: dict[str, Any]) -> Path:
    """Write a result and replace the former one. Raises BenchError if that fails."""
    path = folder / f"{name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BenchError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Return median, least and greatest of values."""
    found = {"median": statistics.median(values), "least": min(values), "greatest": max(values)}
    return {name: round(value, digits) for name, value in found.items()}


def _commit() -> str | None:
    """Return the measured commit, if any; changes are noted, except those of results."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changes = commit and _git("status", "--porcelain", "--", ".", f":!{RESULTS}")
    return f"{commit} with changes" if changes else commit


def _git(*arguments: str) -> str | None:
    """Return the output of git, None without git or a repository."""
    command = ["git", "-C", str(RESULTS.parent.parent), *arguments]
    with suppress(OSError, subprocess.CalledProcessError):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return None


def _cpu_model() -> str:
    found = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1].strip() if found else platform.processor() or "unknown"
