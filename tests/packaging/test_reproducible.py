"""The wheel: the same sources give the same bytes, wherever and whenever it is built."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.pyc")
NEEDED = ("mock", "contract_tests", "fixtures", "bench")
NEEDED_FILES = ("openapi.yaml", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")


def built(folder: Path, times: float, epoch: str) -> dict[str, str]:
    """The digests of a wheel by name, built from a copy of the sources with these file times."""
    folder.mkdir()
    for name in NEEDED:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_BEHIND)
    for name in NEEDED_FILES:
        shutil.copy(ROOT / name, folder / name)
    for path in folder.rglob("*"):
        os.utime(path, (times, times))
    output = folder.with_name(f"{folder.name}-dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", output, folder],
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in output.iterdir()}


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    one = built(tmp_path / "one", 1_600_000_000, "1700000000")
    other = built(tmp_path / "another-place", 1_650_000_000, "1700000000")
    assert len(one) == 1
    assert one == other


def test_the_moment_of_the_build_is_the_one_that_was_given(tmp_path: Path) -> None:
    one = built(tmp_path / "one", 1_600_000_000, "1700000000")
    later = built(tmp_path / "later", 1_600_000_000, "1710000000")
    assert one != later


def test_make_gives_the_moment_of_the_last_change() -> None:
    assert "export SOURCE_DATE_EPOCH" in (ROOT / "Makefile").read_text(encoding="utf-8")
