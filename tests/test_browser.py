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


def test_a_typed_client_goes_through_the_documentations_example(
    node: str, built: Path, mock: RunningMock
) -> None:
    told = run_program(node, "walkthrough.mjs", str(built), mock.url, "typed-client")
    assert told.splitlines()[-1] == "deleted group 14"


def test_postman_imports_every_operation_ready_to_send(node: str, mock: RunningMock) -> None:
    said = run_program(node, "postman.mjs", str(SPEC), mock.url)
    every = len(CONTRACT.operations)
    assert f"{every} succeed alone, {every} in order" in said


def test_bruno_imports_every_operation_ready_to_send(node: str, mock: RunningMock) -> None:
    said = run_program(node, "bruno.mjs", str(SPEC), mock.url)
    every = len(CONTRACT.operations)
    assert f"{every} succeed alone, {every} in order" in said


def test_the_scripts_that_bruno_makes_of_links_run(node: str) -> None:
    run_program(node, "bruno-scripts.mjs", str(SPEC))


def test_an_application_works_for_four_people_at_a_time(
    chromium: str, node: str, built: Path, mock: RunningMock
) -> None:
    assert chromium
    told = run_program(node, "drive.mjs", str(built / "application"), mock.url)
    assert told.count("told in") == 4


@pytest.mark.parametrize("session", ["", "/s/newcomer"])
def test_the_first_request_from_the_documentation_succeeds(
    chromium: str, node: str, mock: RunningMock, session: str
) -> None:
    assert chromium
    told = run_program(node, "newcomer.mjs", f"{mock.url}{session}")
    assert "sent 200" in told.splitlines()


def test_a_player_seeks_in_a_recording_and_asks_for_a_known_one_on_condition(
    chromium: str, node: str, mock: RunningMock
) -> None:
    assert chromium
    assert run_program(node, "player.mjs", mock.url).splitlines() == [
        "first visit: at 6480 of 7200 seconds",
        "second visit: at 6480 of 7200 seconds",
        "a part: true",
        "known: true",
    ]
