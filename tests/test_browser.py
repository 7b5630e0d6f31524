"""Front-end tools with the document: a typed client, collections, an application.

The programs are in tests/browser. They need Node.js with the packages of package.json (`npm ci`);
the application needs Chromium as well.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ringme_spec.paths import SPEC
from support.browser import require_chromium, require_node, run_program
from support.operations import CONTRACT
from support.server import RunningMock

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def node() -> str:
    """Return the path of Node.js. Skips the test if packages are missing."""
    return require_node("vite")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium. Skips the test if it is missing."""
    return require_chromium()


@pytest.fixture(scope="session")
def built(node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the typed client and the application, built without errors."""
    folder = tmp_path_factory.mktemp("browser")
    run_program(node, "build.mjs", str(folder))
    return folder


def test_typed_client_completes_the_example_of_the_documentation(
    node: str, built: Path, mock: RunningMock
) -> None:
    output = run_program(node, "walkthrough.mjs", str(built), mock.url, "typed-client")
    assert output.splitlines()[-1] == "deleted group 14"


def test_postman_collection_sends_every_operation(node: str, mock: RunningMock) -> None:
    output = run_program(node, "postman.mjs", str(SPEC), mock.url)
    every = len(CONTRACT.operations)
    assert f"{every} succeed alone, {every} in order" in output


def test_bruno_collection_sends_every_operation(node: str, mock: RunningMock) -> None:
    output = run_program(node, "bruno.mjs", str(SPEC), mock.url)
    every = len(CONTRACT.operations)
    assert f"{every} succeed alone, {every} in order" in output


def test_bruno_scripts_for_links_run(node: str) -> None:
    run_program(node, "bruno-scripts.mjs", str(SPEC))


def test_browser_application_works_for_four_concurrent_users(
    chromium: str, node: str, built: Path, mock: RunningMock
) -> None:
    assert chromium
    output = run_program(node, "drive.mjs", str(built / "application"), mock.url)
    assert output.count("told in") == 4


@pytest.mark.parametrize("session", ["", "/s/newcomer"])
def test_first_request_sent_from_the_documentation_succeeds(
    chromium: str, node: str, mock: RunningMock, session: str
) -> None:
    assert chromium
    output = run_program(node, "newcomer.mjs", f"{mock.url}{session}")
    assert "sent 200" in output.splitlines()


def test_audio_player_uses_range_and_conditional_requests(
    chromium: str, node: str, mock: RunningMock
) -> None:
    assert chromium
    assert run_program(node, "player.mjs", mock.url).splitlines() == [
        "first visit: at 6480 of 7200 seconds",
        "second visit: at 6480 of 7200 seconds",
        "a part: true",
        "known: true",
    ]
