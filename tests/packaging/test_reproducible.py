"""Reproducible builds: equal sources give equal wheels and sdists, anywhere and at any time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.pyc")
NEEDED = ("mock", "contract_tests", "fixtures", "bench", "docs/examples")
NEEDED_FILES = ("openapi.yaml", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")


def built(folder: Path, times: float, epoch: str, kind: str, umask: int = 0o022) -> Path:
    """Build a wheel or sdist from a copy of the sources with these file times; return its path."""
    folder.mkdir()
    for name in NEEDED:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_BEHIND)
    for name in NEEDED_FILES:
        shutil.copy(ROOT / name, folder / name)
    for path in folder.rglob("*"):
        os.utime(path, (times, times))
        path.chmod(path.stat().st_mode & ~umask)
    output = folder.with_name(f"{folder.name}-dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", output, folder],
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        umask=umask,
    )
    assert done.returncode == 0, done.stdout
    (path,) = output.iterdir()
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("archives")
    return {
        kind: built(folder / f"one-{kind}", 1_600_000_000, "1700000000", kind)
        for kind in ("wheel", "sdist")
    }


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_builds_are_reproducible(kind: str, archives: dict[str, Path], tmp_path: Path) -> None:
    one = archives[kind]
    other = built(tmp_path / "another-place", 1_650_000_000, "1700000000", kind, umask=0o027)
    assert one.name == other.name
    assert digest(one) == digest(other)


def test_sdist_has_neutral_owners_times_and_modes(archives: dict[str, Path]) -> None:
    with tarfile.open(archives["sdist"]) as tar:
        entries = tar.getmembers()
    assert len(entries) > 100
    assert [one.name for one in entries] == sorted(one.name for one in entries)
    assert {(one.uid, one.gid, one.uname, one.gname) for one in entries} == {(0, 0, "", "")}
    assert {one.mtime for one in entries} == {1_700_000_000}
    assert {one.mode for one in entries} <= {0o644, 0o755}
