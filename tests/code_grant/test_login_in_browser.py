"""The login page in a real browser: tests/browser/login.mjs drives it, and axe looks at it.

Needs Node.js with the packages of package.json (`npm ci`), and Chromium.
"""

from __future__ import annotations

import pytest

from ringme_mock import MockServer
from support.browser import needed_chromium, needed_node, run_program

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node.js, with all that the program needs in place."""
    needed_chromium()
    return needed_node("playwright-core", "axe-core")


def test_people_can_log_in(node: str) -> None:
    with MockServer(seed=1, validate_responses=True) as mock:
        told = run_program(node, "login.mjs", mock.url)
    done, _, count = told.splitlines()[-1].removesuffix(" steps succeed").partition(" of ")
    assert done == count
    assert int(count) >= 12
