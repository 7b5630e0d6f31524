"""Every command of the README is run, in its order, and gives what the README shows."""

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

from support.patience import PATIENCE
from support.tools import needed

ROOT = Path(__file__).resolve().parents[1]
PRINTED_URL = "http://127.0.0.1:8080"
SERVE = "make serve"
TEST = "make test"
# Without what the make that runs these tests hands on.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "ARGS")
}


@dataclass(frozen=True)
class Block:
    """A block of shell commands, and the answer that the README shows under it, if it does."""

    commands: str
    answer: str | None


def blocks() -> list[Block]:
    """The shell blocks of the README in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"```sh\n(.*?)```\n(?:\n```json\n(.*?)```\n)?", text, re.DOTALL)
    return [Block(commands, answer or None) for commands, answer in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like the checkout, and that commands may write into."""
    for entry in ROOT.iterdir():
        if entry.name not in ("reports", ".git"):
            (tmp_path / entry.name).symlink_to(entry)
    return tmp_path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def served() -> Iterator[str]:
    """Runs the README's first command, on another port than the one it prints; gives the URL."""
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
        assert any(url in line for line in process.stdout), "the mock did not say where it is"
        yield url
    finally:
        # make passes no signal on, so that the mock is ended through the group that both are in.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE)
        process.stdout.close()


def test_the_first_screen_has_the_two_commands() -> None:
    screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40]
    assert SERVE in screen
    assert TEST in screen


def test_every_command_gives_what_the_readme_shows(served: str, folder: Path) -> None:
    needed("curl")
    all_blocks = blocks()
    assert [block.commands.strip() for block in all_blocks].count(SERVE) == 1
    script = ["set -euo pipefail"]
    for block in all_blocks:
        if block.commands.strip() == SERVE:
            continue
        # The tests that run this one are those that `make test` runs: it is only shown to exist.
        commands = block.commands.replace(TEST, f"make --dry-run {TEST.split()[1]}")
        script += ["echo '=== block'", commands.replace(PRINTED_URL, served)]
    outcome = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        # The whole check of the mock is the test of the rules.
        env={
            **ENVIRONMENT,
            "RINGME_CONTRACT_PROFILE": "smoke",
            "RINGME_CONTRACT_TIME_BUDGET": "600",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=3 * PATIENCE,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    outputs = outcome.stdout.split("=== block\n")[1:]
    shown = [block for block in all_blocks if block.commands.strip() != SERVE]
    for block, output in zip(shown, outputs, strict=True):
        if block.answer is not None:
            assert output.strip() == block.answer.strip()
        assert output.strip(), f"nothing came of {block.commands}"
