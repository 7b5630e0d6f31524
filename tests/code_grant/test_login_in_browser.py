"""The login page in a browser, driven by tests/browser/login.mjs and checked by axe.

Needs Node.js with the packages of package.json (`npm ci`), and Chromium.
"""

from __future__ import annotations

import pytest

from ringme_mock import MockServer
from support.browser import needed_chromium, needed_node, run_program

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def node() -> str:
    """Return the path of Node.js. Skips the test if Chromium or packages are missing."""
    needed_chromium()
    return needed_node("playwright-core", "axe-core")


def test_people_can_log_in(node: str) -> None:
    with MockServer(seed=1, validate_responses=True) as mock:
        told = run_program(node, "login.mjs", mock.url)
    done, _, count = told.splitlines()[-1].removesuffix(" steps succeed").partition(" of ")
    assert done == count
    assert int(count) >= 12
