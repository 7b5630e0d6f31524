"""Starts the servers of the proof, and ends them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class ServerError(Exception):
    """A server did not start; the message is what it said."""


@contextmanager
def running_server(*options: str) -> Iterator[str]:
    """A server of `proof.server` for as long as the block lasts; gives its URL."""
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
            yield url
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
