"""The recipe for Java's HttpClient, with the settings that it has by default."""

from __future__ import annotations

from pathlib import Path

from recipes.command import run
from support.server import RunningMock
from support.tools import needed


def test_the_client_logs_in_and_lists_the_groups(mock: RunningMock, copied: Path) -> None:
    # A JRE alone has `java`, which compiles nothing.
    needed("java", "javac")
    said = run(copied / "java", "java", "Groups.java", mock.url)
    admin = mock.as_user("client-admin")
    assert said.strip() == admin.get("/client/@me/extension_group/").text.strip()
