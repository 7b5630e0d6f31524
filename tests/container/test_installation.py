"""Commands of the Containerfile, run in a folder without an engine.

They download all packages of the lock, so they run only if the variable below is set.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from container.instructions import ROOT, read_stages, words
from support.timeouts import TIMEOUT

ENABLED_BY = "RINGME_MOCK_TEST_INSTALLATION"
pytestmark = pytest.mark.skipif(not os.environ.get(ENABLED_BY), reason=f"{ENABLED_BY} is not set")


@pytest.fixture(scope="module")
def built() -> Iterator[Path]:
    """Return the folder that the build stage fills, which stands for the root of the image."""
    # Not a folder of pytest, which other users cannot access.
    with tempfile.TemporaryDirectory(prefix="ringme-mock-image-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        build(root)
        yield root


def build(root: Path) -> None:
    """Run the build stage as an engine would."""
    # Like the base image: Python with pip and nothing else.
    venv.create(root / "python", with_pip=True)
    stage = read_stages()[0]
    folder = Path("/")
    variables = {**os.environ, **stage.variables()}
    variables["PATH"] = f"{root / 'python' / 'bin'}:{os.environ['PATH']}"
    # Packages of the tests' own environment would be found otherwise.
    variables.pop("PYTHONPATH", None)
    for word, rest in stage.instructions:
        if word == "WORKDIR":
            folder = root / rest.lstrip("/")
            folder.mkdir()
        elif word == "COPY":
            *names, target = rest.split()
            for name in names:
                copy(ROOT / name, folder / target)
        elif word == "RUN":
            command = re.sub(r"(?<![\w.])/venv\b", str(root / "venv"), rest)
            subprocess.run(
                ["sh", "-euc", command], cwd=folder, env=variables, check=True, timeout=TIMEOUT
            )


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target / source.name if target.is_dir() else target)


def installed(built: Path) -> set[NormalizedName]:
    """Return the packages that the image contains."""
    folder = next((built / "venv" / "lib").glob("python*/site-packages"))
    return {canonicalize_name(path.name.partition("-")[0]) for path in folder.glob("*.dist-info")}


def test_image_has_the_mock_and_no_development_tools(built: Path) -> None:
    names = installed(built)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {canonicalize_name(Requirement(one).name) for one in project["dependencies"]}
    assert {"ringme-mock", *needed} <= names
    assert not names & {"pytest", "mypy", "ruff", "schemathesis", "hypothesis", "flask", "pip"}


def test_installed_versions_are_those_of_the_lock(built: Path) -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked: dict[str, str] = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE))
    folder = next((built / "venv" / "lib").glob("python*/site-packages"))
    for path in folder.glob("*.dist-info"):
        name, version = path.name.removesuffix(".dist-info").rsplit("-", 1)
        if canonicalize_name(name) != "ringme-mock":
            assert locked[canonicalize_name(name)] == version


@contextmanager
def served(built: Path) -> Iterator[tuple[str, int]]:
    """Start a mock from the image's packages as the image does; yield its port and process id."""
    image = read_stages()[-1]
    program, *arguments = words(image.all("ENTRYPOINT")[0])
    process = subprocess.Popen(
        [*run_as_image_user(), str(built / "venv" / "bin" / program), *arguments],
        env={**image_variables(built), "RINGME_MOCK_HOST": "127.0.0.1", "RINGME_MOCK_PORT": "0"},
        cwd="/",
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        shown = next(line for line in process.stdout if "runs at" in line)
        yield shown.strip().rpartition(":")[2], process.pid
    finally:
        process.terminate()
        process.wait(TIMEOUT)
        process.stdout.close()


def image_variables(built: Path) -> dict[str, str]:
    """Return the environment variables of processes in the image."""
    found = read_stages()[-1].variables()
    path = found["PATH"].replace("/venv", str(built / "venv")).replace("$PATH", os.environ["PATH"])
    return {**found, "PATH": path}


def run_as_image_user() -> list[str]:
    """Return a prefix that runs a command as the image's user, if the tests run as root.

    The user may still read all files, as the interpreter may be in a folder of root.
    """
    if os.getuid() != 0 or not shutil.which("setpriv"):
        return []
    user, _, group = read_stages()[-1].all("USER")[0].partition(":")
    read = "+dac_read_search"
    return [
        *("setpriv", "--reuid", user, "--regid", group, "--clear-groups"),
        *("--inh-caps", read, "--ambient-caps", read),
    ]


def test_mock_runs_as_the_image_user_and_is_healthy(built: Path) -> None:
    check = read_stages()[-1].all("HEALTHCHECK")[0]
    program, *arguments = words(check[check.index("[") :])
    with served(built) as (port, process):
        status = Path(f"/proc/{process}/status").read_text()
        uid = re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)
        assert uid
        assert uid[1] == (run_as_image_user() or ["", "", str(os.getuid())])[2]
        done = subprocess.run(
            [*run_as_image_user(), str(built / "venv" / "bin" / program), *arguments],
            env={**image_variables(built), "RINGME_MOCK_PORT": port},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
