"""Recipe for Java's HttpClient with its default settings."""

from __future__ import annotations

from pathlib import Path

from recipes.command import run
from support.server import RunningMock
from support.tools import require_programs


def test_java_client_logs_in_and_lists_the_groups(mock: RunningMock, examples: Path) -> None:
    # `javac` shows that this is a JDK; a JRE has `java` but no compiler.
    require_programs("java", "javac")
    output = run(examples / "java", "java", "Groups.java", mock.url)
    admin = mock.as_user("client-admin")
    assert output.strip() == admin.get("/client/@me/extension_group/").text.strip()
