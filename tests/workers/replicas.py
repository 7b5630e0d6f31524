"""Processes that serve one state, each at a URL of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from support.timeouts import TIMEOUT

GROUPS = "/api/ver1.0/client/@me/extension_group/"
_TESTS = Path(__file__).parents[1]


class Replica:
    """One of the processes, with an HTTP client."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workers.replica_process", str(folder), *arguments],
            env={**os.environ, "PYTHONPATH": str(_TESTS)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the process did not start"
        self.http = httpx.Client(base_url=self.url, trust_env=False)

    def control(self, method: str, path: str, json: Any = None, session: str = "") -> Any:
        """Return the JSON of a request to the control interface, which must succeed."""
        start = f"/s/{session}" if session else ""
        response = self.http.request(method, f"{start}/__mock__/{path}", json=json)
        assert response.status_code < 400, response.text
        return response.json() if response.content else None

    def log_in(self, login: str = "client-admin", session: str = "") -> str:
        made = self.control("POST", "tokens", {"login": login}, session)
        return str(made["access_token"])

    def api(self, method: str, path: str, token: str, json: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.request(method, path, json=json, headers=headers)

    def stop(self) -> None:
        self.http.close()
        self.process.terminate()
        self.process.wait(TIMEOUT)
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def replicas(folder: Path, count: int, *arguments: str) -> Iterator[list[Replica]]:
    """Run so many processes with one state during the block."""
    found: list[Replica] = []
    try:
        # One by one, so that the ones that started are stopped if the next one fails.
        for _ in range(count):
            found.append(Replica(folder, *arguments))  # noqa: PERF401
        yield found
    finally:
        for one in found:
            one.stop()


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the condition is true."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.02)
