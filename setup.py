"""Adds the contract and the seed state, which lie at the root of the repository, to the package.

Everything else about the distribution stands in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


class BuildWithData(build_py):
    """Builds the packages, then copies the root's data to `ringme_mock/_data` of the build."""

    def run(self) -> None:
        super().run()
        # An editable install runs from the checkout: a copy of the originals there would get old.
        if self.editable_mode:
            return
        data = Path(self.build_lib) / "ringme_mock" / "_data"
        # A build folder left from before may hold fixtures that are gone from the root.
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        shutil.copy2(ROOT / "openapi.yaml", data)
        shutil.copytree(ROOT / "fixtures", data / "fixtures")
        shutil.copytree(ROOT / "bench" / "results", data / "bench" / "results")


setup(cmdclass={"build_py": BuildWithData})
