"""Recipe for pytest, run in a separate folder."""

from __future__ import annotations

import sys
from pathlib import Path

from recipes.command import run


def test_the_tests_of_the_recipe_pass(copied: Path) -> None:
    pytest_of_its_own = ("-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", ".")
    said = run(copied / "pytest", sys.executable, *pytest_of_its_own, PYTEST_ADDOPTS="")
    assert "3 passed" in said
