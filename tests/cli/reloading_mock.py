"""Mock with `--reload`, whose files a test edits while it sends requests."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ringme_mock.app import LOOPBACK
from ringme_mock.http.sessions import Settings
from ringme_mock.server.reload import ReloadingApp
from ringme_mock.server.sources import Sources
from ringme_spec.paths import FIXTURES, SPEC
from support.timeouts import TIMEOUT

GROUPS = "/api/ver1.0/client/@me/extension_group/"
LONG_NAME = "A name of more than twenty letters"


class CapturedLog(logging.Handler):
    """Handler that keeps the messages of the mock."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true; fail after `TIMEOUT`."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        await asyncio.sleep(0.02)


@dataclass
class ReloadingMock:
    """Files of a mock, the mock that watches them, and a client."""

    sources: Sources
    app: ReloadingApp
    log: CapturedLog
    http: httpx.AsyncClient

    def edit(self, path: Path, old: str, new: str) -> None:
        """Replace the first occurrence of a text in a file."""
        content = path.read_text("utf-8")
        assert old in content
        _replace(path, content.replace(old, new, 1))

    def limit_name_length(self, most: int) -> None:
        """Limit the length of group names in the document."""
        content = self.sources.spec.read_text("utf-8")
        before, mark, after = content.partition("    GroupName:\n")
        assert mark
        assert "maxLength: 255" in after
        after = after.replace("maxLength: 255", f"maxLength: {most}", 1)
        _replace(self.sources.spec, before + mark + after)

    async def next_log_line(self, *words: str) -> str:
        """Return the next line that the mock logs; it must contain these words."""
        await wait_until(lambda: bool(self.log.lines))
        line = self.log.lines.pop(0)
        for word in words:
            assert word in line
        return line

    async def token(self, session: str = "default") -> str:
        """Return a token of a user with full access."""
        wanted = {"login": "client-admin"}
        response = await self.http.post(f"/s/{session}/__mock__/tokens", json=wanted)
        found: str = response.json()["access_token"]
        return found

    async def group_names(self, token: str, session: str = "default") -> list[str]:
        """Return the names of the groups in a session."""
        headers = {"Authorization": f"Bearer {token}"}
        response = await self.http.get(f"/s/{session}{GROUPS}", headers=headers)
        assert response.status_code == 200, response.text
        return [group["name"] for group in response.json()]

    async def add_group(self, token: str, name: str, session: str = "default") -> None:
        """Create a group."""
        headers = {"Authorization": f"Bearer {token}"}
        response = await self.http.post(
            f"/s/{session}{GROUPS}", json={"name": name}, headers=headers
        )
        assert response.status_code == 201, response.text

    async def title(self) -> str:
        """Return the title of the document that the mock serves."""
        found: str = (await self.http.get("/openapi.json")).json()["info"]["title"]
        return found


def _replace(path: Path, content: str) -> None:
    """Replace a file atomically, as the mock may be reading it."""
    new = path.parent.with_name(f"{path.parent.name}-new")
    new.write_text(content, "utf-8")
    new.replace(path)


@asynccontextmanager
async def reloading_mock(folder: Path, faults: str | None = None) -> AsyncIterator[ReloadingMock]:
    """Run a mock that watches its own copies of the files."""
    shutil.copy(SPEC, folder / "openapi.yaml")
    shutil.copytree(FIXTURES, folder / "fixtures")
    if faults is not None:
        (folder / "faults.yaml").write_text(faults, "utf-8")
    sources = Sources(
        folder / "openapi.yaml",
        folder / "fixtures",
        None if faults is None else folder / "faults.yaml",
    )
    app = ReloadingApp(sources, Settings(), LOOPBACK)
    log = CapturedLog()
    logger = logging.getLogger("reloading_mock")
    logger.setLevel(logging.INFO)
    logger.handlers = [log]
    watching = asyncio.create_task(app.watch(logger))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield ReloadingMock(sources, app, log, client)
    watching.cancel()
