"""Containerfile and compose.yaml, as far as they can be checked without an engine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from container.instructions import CONTAINERFILE, ROOT, read_stages, words
from ringme_mock.server.options import SERVE_OPTIONS
from support.timeouts import TIMEOUT
from support.tools import require_programs

COMPOSE = ROOT / "compose.yaml"
VARIABLES = {str(option.envvar) for option in SERVE_OPTIONS}
OPTIONS = {option.opts[0] for option in SERVE_OPTIONS}


def linter_path(*places: Path) -> str:
    """Return the path of a linter. Skips the test if it is not installed."""
    found = next((str(place) for place in places if place.exists()), None)
    if found is None:
        pytest.skip(f"{places[0].name} is not installed")
    return found


def lint(*command: str | Path) -> None:
    done = subprocess.run(
        [str(one) for one in command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_containerfile_passes_hadolint() -> None:
    lint(
        linter_path(Path(sys.executable).with_name("hadolint")),
        "--failure-threshold=style",
        "Containerfile",
    )


def test_compose_file_passes_dclint() -> None:
    require_programs("node")
    program = linter_path(ROOT / "node_modules" / ".bin" / "dclint")
    config = ROOT / "tests" / "container" / "dclint.yaml"
    lint(program, "--max-warnings", "0", "-c", config, "compose.yaml")


def copied_paths() -> list[str]:
    """Return the files and folders of the repository that are copied into the build."""
    return [
        name
        for stage in read_stages()
        for text in stage.all("COPY")
        if not text.startswith("--from")
        for name in text.split()[:-1]
    ]


def test_copied_files_exist_and_are_not_ignored() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    passing = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert "*" in lines
    assert sorted(copied_paths()) == sorted(passing)
    for name in copied_paths():
        assert (ROOT / name).exists(), name


def test_files_needed_for_the_wheel_are_copied() -> None:
    setup = (ROOT / "setup.py").read_text("utf-8")
    needed = re.findall(r'ROOT / "([^"]+)"', setup)
    assert {"openapi.yaml", "fixtures"} <= set(needed)
    assert {*needed, "pyproject.toml", "setup.py", "MANIFEST.in", "mock"} <= set(copied_paths())


def test_packages_are_installed_only_from_the_lock_with_hashes() -> None:
    build, image = read_stages()
    asking = [
        part.strip()
        for text in build.all("RUN")
        for part in text.split("&&")
        if part.strip().startswith("pip ")
    ]
    assert len(asking) == 3
    for command in asking:
        locked = "--require-hashes" in command and "requirements.lock" in command
        assert locked or "--no-index" in command, command
    assert "--require-hashes" in asking[0]
    assert not any("pip" in text.split() for text in image.all("RUN"))


def test_image_does_not_run_as_root() -> None:
    image = read_stages()[-1]
    (user,) = image.all("USER")
    assert re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", user)
    order = [word for word, _ in image.instructions]
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert "RUN" not in order[order.index("USER") :]


def test_image_serves_on_its_exposed_port() -> None:
    image = read_stages()[-1]
    defaults = {option.opts[0]: option.default for option in SERVE_OPTIONS}
    assert image.all("EXPOSE") == [str(defaults["--port"])]
    assert words(image.all("ENTRYPOINT")[0]) == ["ringme-mock", "serve"]
    assert image.variables()["RINGME_MOCK_HOST"] == "0.0.0.0"


def test_containerfile_and_compose_name_known_options_and_variables() -> None:
    named = CONTAINERFILE.read_text("utf-8") + COMPOSE.read_text("utf-8")
    variables = set(re.findall(r"RINGME_MOCK_[A-Z_]+", named))
    assert {"RINGME_MOCK_HOST", "RINGME_MOCK_CONTROL_FROM_ANY"} <= variables <= VARIABLES
    example = re.search(r"ringme-mock (--.*)", CONTAINERFILE.read_text("utf-8"))
    assert example
    assert {word for word in example[1].split() if word.startswith("--")} <= OPTIONS


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load(COMPOSE.read_text("utf-8"))


def test_front_end_waits_for_a_healthy_mock(compose: Any) -> None:
    services = compose["services"]
    assert services["frontend"]["depends_on"] == {"mock": {"condition": "service_healthy"}}
    check = read_stages()[-1].all("HEALTHCHECK")[0]
    module = services["mock"]["healthcheck"]["test"]
    assert module == ["CMD", *words(check[check.index("[") :])]
    assert (ROOT / "mock" / Path(*module[-1].split(".")).with_suffix(".py")).is_file()


def test_compose_builds_the_mock_and_publishes_it_on_loopback_only(
    compose: Any,
) -> None:
    mock = compose["services"]["mock"]
    assert (ROOT / mock["build"]["context"] / mock["build"]["dockerfile"]).is_file()
    assert mock["ports"] == ["127.0.0.1:8080:8080"]
    assert mock["environment"]["RINGME_MOCK_CONTROL_FROM_ANY"] == "1"
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_build_context_excludes_large_and_private_folders() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    passing = [line.removeprefix("!") for line in lines if line.startswith("!")]
    for name in (".git", ".venv", "node_modules", "tests", "reports"):
        assert not any(fnmatch(name, pattern) for pattern in passing)


def test_container_engine_builds_and_runs_the_image() -> None:
    engine = next((one for one in ("docker", "podman") if shutil.which(one)), None)
    if engine is None or subprocess.run([engine, "info"], capture_output=True).returncode:
        pytest.skip("no container engine is running")
    tag = "ringme-mock-test"
    build = [engine, "build", "-f", "Containerfile", "-t", tag, "."]
    subprocess.run(build, cwd=ROOT, check=True, timeout=1200)
    start = [engine, "run", "--rm", "--detach", "--read-only", "--tmpfs", "/tmp", tag]
    name = subprocess.run(start, check=True, capture_output=True, text=True).stdout.strip()
    try:
        ask = "import time; from ringme_mock.server.health import problem\n"
        ask += "end = time.monotonic() + 60\n"
        ask += "while problem({}) and time.monotonic() < end: time.sleep(0.2)\n"
        ask += "import os; assert os.getuid() != 0; assert problem({}) is None"
        subprocess.run([engine, "exec", name, "python", "-c", ask], check=True, timeout=90)
    finally:
        subprocess.run([engine, "stop", name], check=True, capture_output=True, timeout=TIMEOUT)
