"""Programs of the machine that a test needs, and goes without where they are missing."""

from __future__ import annotations

import shutil

import pytest


def needed(*programs: str) -> None:
    """Skips the test, in a line that says why, where one of these programs is not on PATH."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on PATH")
