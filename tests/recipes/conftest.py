"""Copies of the examples, as users have them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ringme_mock.docs.book import LEFT
from ringme_spec.paths import EXAMPLES
from support.browser import ROOT


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Return a copy of docs/examples, with the repository's npm packages if installed."""
    folder = tmp_path / "examples"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns(*LEFT))
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder
