"""The login page in a browser, driven by tests/browser/login.mjs and checked by axe.

Needs Node.js with the packages of package.json (`npm ci`), and Chromium.
"""

from __future__ import annotations

import pytest

from ringme_mock import MockServer
from support.browser import require_chromium, require_node, run_program

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def node() -> str:
    """Return the path of Node.js. Skips the test if Chromium or packages are missing."""
    require_chromium()
    return require_node("playwright-core", "axe-core")


def test_login_page_works_in_a_browser(node: str) -> None:
    with MockServer(seed=1, validate_responses=True) as mock:
        output = run_program(node, "login.mjs", mock.url)
    done, _, count = output.splitlines()[-1].removesuffix(" steps succeed").partition(" of ")
    assert done == count
    assert int(count) >= 12
