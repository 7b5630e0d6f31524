"""Adds the contract, the seed state and the examples, which lie outside of it, to the package.

Wheel and source archive are the same whenever, wherever and by whomever they are made. Everything
else about the distribution stands in pyproject.toml.
"""

import gzip
import io
import os
import shutil
import tarfile
import time
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent


class BuildWithData(build_py):
    """Builds the packages, then copies the root's data to `ringme_spec/_data` of the build."""

    def run(self) -> None:
        super().run()
        # An editable install runs from the checkout: a copy of the originals there would get old.
        if self.editable_mode:
            return
        data = Path(self.build_lib) / "ringme_spec" / "_data"
        # A build folder left from before may hold fixtures that are gone from the root.
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        shutil.copy2(ROOT / "openapi.yaml", data)
        shutil.copytree(ROOT / "fixtures", data / "fixtures")
        shutil.copytree(ROOT / "bench" / "results", data / "bench" / "results")
        left = shutil.ignore_patterns("__pycache__", "node_modules", "test-results")
        shutil.copytree(ROOT / "docs/examples", data / "docs" / "examples", ignore=left)


class ReproducibleWheel(bdist_wheel):
    """Packs files with the rights that they are to have, whatever those of the sources are."""

    def write_wheelfile(self, folder: str) -> None:
        """Writes the last file that goes into the wheel."""
        super().write_wheelfile(folder)
        for path in Path(self.bdist_dir).rglob("*"):
            path.chmod(_mode(path))


class ReproducibleArchive(sdist):
    """Makes the archive in a fixed order, of files that are nobody's, all of one moment."""

    def make_archive(self, base_name: str, kind: str, **options: str) -> str:
        """The path of the archive. Another one than .tar.gz is made as ever."""
        if kind != "gztar":
            return super().make_archive(base_name, kind, **options)
        archive = Path(f"{base_name}.tar.gz")
        archive.parent.mkdir(parents=True, exist_ok=True)
        moment = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
        with (
            archive.open("wb") as file,
            # With no name: that would be the place of the archive here.
            gzip.GzipFile("", "wb", 9, file, moment) as packed,
            tarfile.open(mode="w", fileobj=packed, format=tarfile.PAX_FORMAT) as tar,
        ):
            for path in sorted(Path(options["base_dir"]).rglob("*"), key=Path.as_posix):
                if path.is_file():
                    content = path.read_bytes()
                    tar.addfile(_entry(path, len(content), moment), io.BytesIO(content))
        return str(archive)


def _entry(path: Path, size: int, moment: int) -> tarfile.TarInfo:
    """What the archive says of a file: nothing of who made it, or when."""
    entry = tarfile.TarInfo(path.as_posix())
    entry.size, entry.mtime = size, moment
    entry.mode = _mode(path)
    return entry


def _mode(path: Path) -> int:
    """The rights that a file or folder is packed with, whatever it has here."""
    return 0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644


setup(
    cmdclass={
        "build_py": BuildWithData,
        "bdist_wheel": ReproducibleWheel,
        "sdist": ReproducibleArchive,
    }
)
