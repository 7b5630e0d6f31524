"""Recipe for pytest, run in a separate folder."""

from __future__ import annotations

import sys
from pathlib import Path

from recipes.command import run


def test_tests_of_the_pytest_recipe_pass(examples: Path) -> None:
    pytest_of_its_own = ("-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", ".")
    output = run(examples / "pytest", sys.executable, *pytest_of_its_own, PYTEST_ADDOPTS="")
    assert "3 passed" in output
