"""The second implementation, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECOND = Path(__file__).resolve().parents[1] / "second"


@contextmanager
def second_implementation(*faults: str) -> Iterator[str]:
    """Serves it with faults switched on for as long as the block lasts; gives the URL."""
    command = [sys.executable, str(SECOND / "server.py"), "--port", "0"]
    for fault in faults:
        command += ["--fault", fault]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url, "the second implementation did not start"
            yield url
        finally:
            process.terminate()
