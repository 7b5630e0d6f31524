"""The page in a browser, driven by tests/browser/page.mjs and checked by axe.

Needs Node.js with the packages of package.json (`npm ci`), and Chromium.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from document.resolved_operations import DOCUMENT
from ringme_mock import MockServer
from ringme_spec.paths import FIXTURES
from support.browser import require_chromium, require_node, run_program

pytestmark = pytest.mark.browser

PROGRAM = "page.mjs"


@pytest.fixture(scope="session")
def node() -> str:
    """Return the path of Node.js. Skips the test if Chromium or packages are missing."""
    require_chromium()
    return require_node("playwright-core", "axe-core")


def test_page_works_in_a_browser(node: str) -> None:
    with MockServer(seed=1, validate_responses=True) as mock:
        output = run_program(node, PROGRAM, mock.url)
    done, _, count = output.splitlines()[-1].removesuffix(" steps succeed").partition(" of ")
    assert done == count
    assert int(count) >= 17


def test_page_hides_collections_that_the_document_lacks(node: str, tmp_path: Path) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    del document["x-collections"]["fax"]
    document["paths"] = {
        path: item for path, item in document["paths"].items() if "/fax/" not in path
    }
    (tmp_path / "spec.yaml").write_text(json.dumps(document), "utf-8")
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    (tmp_path / "fixtures" / "fax.yaml").unlink()
    with MockServer(spec=tmp_path / "spec.yaml", fixtures=tmp_path / "fixtures") as mock:
        output = run_program(node, PROGRAM, mock.url, "--step", "is left out")
    assert output.splitlines()[-1] == "1 of 1 steps succeed"


def test_screenshot_for_the_readme_is_created(node: str, tmp_path: Path) -> None:
    with MockServer(seed=1, validate_responses=True) as mock:
        run_program(node, PROGRAM, mock.url, "--screenshot", str(tmp_path / "page.png"))
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
