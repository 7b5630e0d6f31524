"""Commands of the README run in order, and print what it shows."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.timeouts import TIMEOUT
from support.tools import require_programs

ROOT = Path(__file__).resolve().parents[1]
PRINTED_URL = "http://127.0.0.1:8080"
SERVE = "make serve"
TEST = "make test"
# Without variables of the `make` that runs these tests.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "ARGS")
}


@dataclass(frozen=True)
class Block:
    """Block of shell commands, with the response shown below it, if any."""

    commands: str
    answer: str | None


def blocks() -> list[Block]:
    """Return the shell blocks of the README in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"```sh\n(.*?)```\n(?:\n```json\n(.*?)```\n)?", text, re.DOTALL)
    return [Block(commands, response or None) for commands, response in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with links to the checkout's files, in which commands may write."""
    for entry in ROOT.iterdir():
        if entry.name not in ("reports", ".git"):
            (tmp_path / entry.name).symlink_to(entry)
    return tmp_path


def free_port() -> int:
    """Return a port that is not in use."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def served() -> Iterator[str]:
    """Run the README's first command on another port than it shows; yield the URL."""
    port = free_port()
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {SERVE}"],
        cwd=ROOT,
        env={**ENVIRONMENT, "RINGME_MOCK_PORT": str(port), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        url = f"http://127.0.0.1:{port}"
        assert any(url in line for line in process.stdout), "the mock did not print its URL"
        yield url
    finally:
        # `make` does not forward signals, so they go to the process group of both.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(TIMEOUT)
        process.stdout.close()


def test_readme_begins_with_the_two_main_commands() -> None:
    screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40]
    assert SERVE in screen
    assert TEST in screen


def test_readme_commands_print_what_the_readme_shows(served: str, folder: Path) -> None:
    require_programs("curl")
    all_blocks = blocks()
    assert [block.commands.strip() for block in all_blocks].count(SERVE) == 1
    script = ["set -euo pipefail"]
    for block in all_blocks:
        if block.commands.strip() == SERVE:
            continue
        # `make test` would run this test again, so it is only checked to exist.
        commands = block.commands.replace(TEST, f"make --dry-run {TEST.split()[1]}")
        script += ["echo '=== block'", commands.replace(PRINTED_URL, served)]
    outcome = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        # A whole run of the kit against the mock is a test of its own.
        env={
            **ENVIRONMENT,
            "RINGME_CONTRACT_PROFILE": "smoke",
            "RINGME_CONTRACT_TIME_BUDGET": "600",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=3 * TIMEOUT,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    outputs = outcome.stdout.split("=== block\n")[1:]
    shown = [block for block in all_blocks if block.commands.strip() != SERVE]
    for block, output in zip(shown, outputs, strict=True):
        if block.answer is not None:
            assert output.strip() == block.answer.strip()
        assert output.strip(), f"no output of {block.commands}"
