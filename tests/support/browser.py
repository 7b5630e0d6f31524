"""Node.js, Chromium and programs for the tests in tests/browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "browser"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# The oldest version that Vite supports.
OLDEST_NODE = (20, 19)
_LONGEST = 1200


def require_node(*packages: str) -> str:
    """The path of Node.js. Skips the test without it or without these npm packages."""
    path = shutil.which("node")
    if path is None:
        _skip_or_fail("Node.js is not there")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if found < OLDEST_NODE:
        _skip_or_fail(f"Node.js is {version.strip()}, and has to be 20.19 or newer")
    for package in packages:
        if not (ROOT / "node_modules" / package).is_dir():
            _skip_or_fail("the npm packages are not installed: run `npm ci`")
    return path


def require_chromium() -> str:
    """The path of Chromium. Skips the test without it."""
    if not Path(CHROMIUM).exists():
        _skip_or_fail(
            f"Chromium is not at {CHROMIUM}; the environment variable CHROMIUM can name it"
        )
    return CHROMIUM


def run_program(node: str, program: str, *arguments: str) -> str:
    """The output of a program. Fails the test, with all output, if the program fails."""
    done = subprocess.run(
        [node, str(PROGRAMS / program), *arguments],
        capture_output=True,
        text=True,
        timeout=_LONGEST,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{program} {' '.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def _skip_or_fail(what: str) -> NoReturn:
    """Skips the test, or fails it if the environment requires everything."""
    if os.environ.get("RINGME_REQUIRE_BROWSER") == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
