"""Starts the servers of the proof, and ends them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class ServerError(Exception):
    """A server did not start; the message is what it said."""


@dataclass
class RunningServer:
    """A server, where it is, and (once it has ended) which exception nobody meant it to raise."""

    url: str
    failure: str = ""


@contextmanager
def running_server(*options: str) -> Iterator[RunningServer]:
    """A server of `proof.server` for as long as the block lasts. Raises ServerError."""
    command = [sys.executable, "-m", "ringme_contract.proof.server", *options]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            url = process.stdout.readline().strip()
            if not url:
                raise ServerError(f"{' '.join(options)}: {process.stderr.read().strip()[-500:]}")
            server = RunningServer(url)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        server.failure = process.stderr.read().strip()
