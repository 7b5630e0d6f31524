"""What front-end tools make of the document: a typed client, collections, an application.

The programs are in tests/browser; they need Node.js with the packages of package.json (`npm ci`),
the application needs Chromium as well.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from ringme_mock.paths import SPEC
from support.server import RunningMock

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "tests" / "browser"
PACKAGES = ROOT / "node_modules"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# What Vite asks for.
OLDEST_NODE = (20, 19)
LONGEST = 180


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js, with the packages in place."""
    path = shutil.which("node")
    if path is None:
        _lack("Node.js is not there")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if found < OLDEST_NODE:
        _lack(f"Node.js is {version.strip()}, and has to be 20.19 or newer")
    if not (PACKAGES / "vite").is_dir():
        _lack("the npm packages are not installed: run `npm ci`")
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    if not Path(CHROMIUM).exists():
        _lack(f"Chromium is not at {CHROMIUM}; the environment variable CHROMIUM can name it")
    return CHROMIUM


@pytest.fixture(scope="session")
def built(node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the typed client and the application, built without a complaint."""
    folder = tmp_path_factory.mktemp("browser")
    _run(node, "build.mjs", str(folder))
    return folder


def test_a_typed_client_goes_through_the_documentations_example(
    node: str, built: Path, mock: RunningMock
) -> None:
    told = _run(node, "walkthrough.mjs", str(built), mock.url, "typed-client")
    assert told.splitlines()[-1] == "deleted group 14"


def test_postman_imports_every_operation_ready_to_send(node: str, mock: RunningMock) -> None:
    assert "42 succeed" in _run(node, "postman.mjs", str(SPEC), mock.url)


def test_bruno_imports_every_operation_ready_to_send(node: str, mock: RunningMock) -> None:
    assert "42 succeed" in _run(node, "bruno.mjs", str(SPEC), mock.url)


@pytest.mark.xfail(
    strict=True,
    reason="Bruno's converter writes the constants of links without quotes into its scripts",
)
def test_the_scripts_that_bruno_makes_of_links_run(node: str) -> None:
    _run(node, "bruno-scripts.mjs", str(SPEC))


def test_an_application_works_for_four_people_at_a_time(
    chromium: str, node: str, built: Path, mock: RunningMock
) -> None:
    assert chromium
    assert _run(node, "drive.mjs", str(built / "application"), mock.url).count("told in") == 4


def _run(node: str, program: str, *arguments: str) -> str:
    """What a program prints. Fails with that, and with its complaints, if it does not succeed."""
    done = subprocess.run(
        [node, str(PROGRAMS / program), *arguments],
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{program} {' '.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def _lack(what: str) -> NoReturn:
    """Skips, or fails where the environment says that nothing may be missing."""
    if os.environ.get("RINGME_REQUIRE_BROWSER") == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
