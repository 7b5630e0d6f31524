"""The client of a measurement, in a process of its own, so that it costs the server nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from ringme_bench.errors import BenchError
from ringme_bench.process import BENCH


def run_job(module: str, job: dict[str, Any]) -> dict[str, Any]:
    """What a module of this package found for its job. Raises BenchError with its last words."""
    done = subprocess.run(
        [sys.executable, "-m", f"ringme_bench.{module}"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        cwd=BENCH,
        check=False,
    )
    if done.returncode:
        raise BenchError(done.stderr.strip()[-300:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found
