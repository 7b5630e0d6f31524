"""The page in a real browser: tests/browser/page.mjs drives it, and axe looks at it.

Needs Node.js with the packages of package.json (`npm ci`), and Chromium.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from ringme_mock import MockServer

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests" / "browser" / "page.mjs"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LONGEST = 400


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js, with all that the program needs in place."""
    path = shutil.which("node")
    if path is None:
        _lack("Node.js is not there")
    for package in ("playwright-core", "axe-core"):
        if not (ROOT / "node_modules" / package).is_dir():
            _lack("the npm packages are not installed: run `npm ci`")
    if not Path(CHROMIUM).exists():
        _lack(f"Chromium is not at {CHROMIUM}; the environment variable CHROMIUM can name it")
    return path


def test_people_can_work_with_the_page(node: str) -> None:
    with MockServer(seed=1) as mock:
        told = _run(node, mock.url)
    done, _, count = told.splitlines()[-1].removesuffix(" steps succeed").partition(" of ")
    assert done == count
    assert int(count) >= 19


def test_there_is_a_picture_for_the_readme(node: str, tmp_path: Path) -> None:
    with MockServer(seed=1) as mock:
        _run(node, mock.url, "--screenshot", str(tmp_path / "page.png"))
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_a_mock_that_does_not_answer_is_said_to(node: str) -> None:
    done = subprocess.run(
        [node, str(PROGRAM), "http://127.0.0.1:9"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "no mock answers at http://127.0.0.1:9" in done.stderr


def _run(node: str, *arguments: str) -> str:
    """What the program prints. Fails with that if it does not succeed."""
    done = subprocess.run(
        [node, str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"page.mjs\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def _lack(what: str) -> NoReturn:
    """Skips, or fails where the environment says that nothing may be missing."""
    if os.environ.get("RINGME_REQUIRE_BROWSER") == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
