"""Commands of a recipe."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.timeouts import TIMEOUT


def run(folder: Path, *command: str, **variables: str) -> str:
    """Return the output of a command in a folder. Fails the test if the command fails."""
    environment = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "NO_COLOR": "1", **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=3 * TIMEOUT,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}", pytrace=False)
    return done.stdout
