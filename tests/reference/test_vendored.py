"""The renderer that comes with the package is the release that package.json names, unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ringme_mock.docs.places import REDOC

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "redoc.standalone.js"


def test_the_vendored_release_is_that_of_package_json() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]["redoc"]
    assert f'Version: "{wanted}"' in (REDOC / f"{SCRIPT}.LICENSE.txt").read_text("utf-8")
    assert f"# Redoc {wanted}\n" in (REDOC / "README.md").read_text("utf-8")
    assert "MIT License" in (REDOC / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize("name", [SCRIPT, f"{SCRIPT}.LICENSE.txt"])
def test_the_vendored_files_are_unchanged(name: str) -> None:
    original = ROOT / "node_modules" / "redoc" / "bundles" / name
    if not original.exists():
        pytest.skip("node_modules is not there: make lint-openapi or npm ci makes it")
    assert (REDOC / name).read_bytes() == original.read_bytes()


def test_the_page_keeps_redoc_from_the_only_address_that_it_loads() -> None:
    # redoc-page.js takes care of images; a release with another address must be looked at anew.
    text = (REDOC / SCRIPT).read_text(encoding="utf-8")
    assert text.count("https://cdn.") == 1
    assert 'src:"https://cdn.redoc.ly/redoc/logo-mini.svg"' in text
