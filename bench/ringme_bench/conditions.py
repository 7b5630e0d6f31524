"""Under which conditions something was measured."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_RESULTS = "bench/results"
_COMMIT_DIGITS = 12
_PACKAGES = ("ringme-mock", "connexion", "uvicorn", "uvloop", "httptools", "orjson")


def conditions(target: str, arguments: Sequence[str]) -> dict[str, Any]:
    """The machine, the versions, how busy it was at the start, and the command.

    That is a target of make with its arguments.
    """
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
        "command": _command(target, arguments),
    }


def _command(target: str, arguments: Sequence[str]) -> str:
    text = shlex.join([_without_folder(one) for one in arguments])
    return f"make {target} ARGS={shlex.quote(text)}" if text else f"make {target}"


def _without_folder(argument: str) -> str:
    """Results are for others to read, who have no such folders."""
    name, equals, value = argument.rpartition("=")
    return f"{name}{equals}FOLDER" if Path(value).is_absolute() else argument


def _commit() -> str | None:
    """What was measured, as far as it is in a repository; results do not count as a change."""
    commit = _git("rev-parse", f"--short={_COMMIT_DIGITS}", "HEAD")
    if not commit:
        return None
    changes = _git("status", "--porcelain", "--", ".", f":!{_RESULTS}")
    return f"{commit} with changes" if changes else commit


def _git(*arguments: str) -> str | None:
    """What git prints; None where there is no git, or no repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return None if done.returncode else done.stdout.strip()


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "unknown"
