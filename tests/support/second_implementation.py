"""The second implementation, in a process of its own or in a thread."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ringme_spec.paths import FIXTURES
from second import faults
from second.app import make_server

SECOND = Path(__file__).resolve().parents[1] / "second"


@contextmanager
def second_implementation() -> Iterator[str]:
    """Serves it during the block; yields the URL."""
    command = [sys.executable, str(SECOND / "server.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url, "the second implementation did not start"
            yield url
        finally:
            process.terminate()


@contextmanager
def faulty_implementation(fault: str) -> Iterator[str]:
    """Serves it with a fault, in a thread: a process takes longer to start than a rule to test."""
    faults.switch_on([fault])
    server = make_server(0, FIXTURES)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        faults.switch_on([])
