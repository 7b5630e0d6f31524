"""Mock with a state file in this process, for tests that restart it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ringme_mock.app import MockApp
from ringme_mock.command_log.file_log import FileLog
from ringme_mock.http.sessions import Settings
from ringme_mock.server.kept_state import KeptState
from ringme_mock.server.sources import Sources
from ringme_spec.paths import FIXTURES, SPEC
from support.server import RunningMock
from support.serving import served

SOURCES = Sources(SPEC, FIXTURES)
GROUPS = "/client/@me/extension_group/"


class PersistentMock(RunningMock):
    """Running mock with its state file."""

    app: MockApp
    file: FileLog
    commands: int

    def control(self, method: str, path: str, json: Any = None, session: str = "") -> Any:
        """Return the JSON of a request to the control interface, which must succeed."""
        start = f"/s/{session}" if session else ""
        response = self.http.request(method, f"{start}/__mock__/{path}", json=json)
        assert response.status_code < 400, response.text
        return response.json() if response.content else None

    def view(self, session: str = "") -> dict[str, Any]:
        """Return everything that the control interface shows of a session."""
        paths = ("state?format=json", "snapshots", "faults", "latency", "calls", "clock")
        found = {path: self.control("GET", path, session=session) for path in paths}
        if not found["clock"]["frozen"]:
            del found["clock"]
        return found

    def add_group(self, token: str, name: str, session: str = "default") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "X-Mock-Session": session}
        response = self.http.post(f"/api/ver1.0{GROUPS}", json={"name": name}, headers=headers)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()
        return found

    def rows(self) -> list[str]:
        """Return the sessions of the commands in the file."""
        return [row.session for one in self.file.entries() for _, row in one.numbered()]


@contextmanager
def persistent_mock(
    path: Path, settings: Settings | None = None, sources: Sources = SOURCES
) -> Iterator[PersistentMock]:
    """Serve the state of a file during the block."""
    settings = replace(settings or Settings(), validate_responses=True)
    log = FileLog(path)
    kept = KeptState(log)
    try:
        asyncio.run(kept.open(sources, settings, "loopback"))
        with served(kept.app) as url:
            mock = PersistentMock(kept.app, url)
            mock.app, mock.file, mock.commands = kept.app, log, kept.commands
            with mock.http:
                yield mock
    finally:
        asyncio.run(log.close())
