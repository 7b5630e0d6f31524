"""Programs that a test needs."""

from __future__ import annotations

import shutil

import pytest


def require_programs(*programs: str) -> None:
    """Skips the test if one of these programs is not on PATH."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on PATH")
