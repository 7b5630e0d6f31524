"""Contents of wheel and sdist, locked requirements, and texts of the repository."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
VERSION = "0.1.0"


def listed_files() -> list[Path]:
    """Return the files that git tracks or would track, relative to the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    names = (Path(name) for name in listing.stdout.split("\0") if name)
    return sorted(name for name in names if (ROOT / name).is_file())


def seed_data() -> dict[str, bytes]:
    """Return the content of openapi.yaml and each fixture, measurement and example, by path."""
    folders = (ROOT / "fixtures", ROOT / "bench" / "results", ROOT / "docs" / "examples")
    listed = (ROOT / name for name in listed_files())
    files = (path for path in listed if set(folders) & set(path.parents))
    paths = [ROOT / "openapi.yaml", *files]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def run_python(*arguments: str | Path, cwd: Path, path: Path | None = None) -> str:
    """Run this interpreter in `cwd`, with `path` first on the import path.

    Return its output. Fails the test if the exit code is not 0.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="session")
def source_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository like a fresh clone, as builds leave folders behind."""
    tree = tmp_path_factory.mktemp("source")
    for name in listed_files():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
    return tree


@pytest.fixture(scope="session")
def sdist(source_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    run_python("-m", "build", "--no-isolation", "--sdist", "--outdir", folder, cwd=source_tree)
    (archive,) = folder.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="session")
def wheel(source_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run_python("-m", "build", "--no-isolation", "--wheel", "--outdir", folder, cwd=source_tree)
    (archive,) = folder.glob("*.whl")
    return archive


@pytest.fixture(scope="session")
def wheel_from_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel_from_sdist")
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    run_python("-m", "pip", "wheel", *offline, "--wheel-dir", folder, sdist, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def wheel_content(wheel: Path) -> dict[str, bytes]:
    """Return the content of each file in the wheel, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(params=["wheel", "wheel_from_sdist"])
def any_wheel(request: pytest.FixtureRequest) -> Path:
    """Return the wheel, built from the sources or from the sdist."""
    built: Path = request.getfixturevalue(request.param)
    return built


def test_wheel_installs_only_its_own_top_level_names(any_wheel: Path) -> None:
    top_level_names = {name.split("/")[0] for name in wheel_content(any_wheel)}
    assert top_level_names == {
        "ringme_mock",
        "ringme_spec",
        "ringme_contract",
        f"ringme_mock-{VERSION}.dist-info",
    }


def test_wheel_has_unchanged_contract_fixtures_and_measurements(any_wheel: Path) -> None:
    prefix = "ringme_spec/_data/"
    content = wheel_content(any_wheel)
    packaged = {
        name.removeprefix(prefix): data for name, data in content.items() if name.startswith(prefix)
    }
    assert packaged == seed_data()
    assert any(name.startswith("fixtures/") for name in packaged)


def test_wheel_has_every_file_of_the_packages(any_wheel: Path) -> None:
    names = ("spec/ringme_spec", "mock/ringme_mock", "contract_tests/ringme_contract")
    packages = [Path(name) for name in names]
    expected = {
        name.relative_to(package.parent).as_posix()
        for package in packages
        for name in listed_files()
        if name.is_relative_to(package)
    }
    assert {"ringme_spec/py.typed", "ringme_mock/py.typed", "ringme_contract/py.typed"} <= expected
    assert expected <= wheel_content(any_wheel).keys()


def test_wheel_of_a_used_checkout_drops_stale_data(source_tree: Path, tmp_path: Path) -> None:
    tree = tmp_path / "source"
    shutil.copytree(source_tree, tree, ignore=shutil.ignore_patterns("build", "*.egg-info"))
    stale = tree / "build" / "lib" / "ringme_spec" / "_data" / "fixtures" / "gone.yaml"
    stale.parent.mkdir(parents=True)
    stale.write_text("[]\n")
    run_python("-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, cwd=tree)
    (built,) = tmp_path.glob("*.whl")
    names = wheel_content(built).keys()
    assert "ringme_spec/_data/openapi.yaml" in names
    assert "ringme_spec/_data/fixtures/gone.yaml" not in names


def test_sdist_has_contract_fixtures_and_licence(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        content = {
            member.name.split("/", 1)[1]: file.read()
            for member in archive.getmembers()
            if member.isfile() and (file := archive.extractfile(member)) is not None
        }
    seed = seed_data()
    assert {name: content.get(name) for name in seed} == seed
    assert content["LICENSE"] == (ROOT / "LICENSE").read_bytes()


def test_installation_keeps_a_package_named_mock_and_runs_from_any_folder(
    wheel: Path, tmp_path: Path
) -> None:
    target = tmp_path / "site"
    empty = tmp_path / "empty"
    foreign = target / "mock" / "__init__.py"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("OWNER = 'somebody else'\n")
    empty.mkdir()

    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    run_python(*install, target, wheel, cwd=empty)

    print_owner = "import mock; print(mock.OWNER)"
    assert run_python("-c", print_owner, cwd=empty, path=target) == "somebody else\n"
    assert [path.name for path in foreign.parent.iterdir() if path.suffix] == ["__init__.py"]

    print_place = "import ringme_mock; print(ringme_mock.__file__)"
    place = Path(run_python("-c", print_place, cwd=empty, path=target).strip())
    assert place == target / "ringme_mock" / "__init__.py"
    assert VERSION in run_python("-m", "ringme_mock", "--version", cwd=empty, path=target)


def test_version_is_the_same_in_project_and_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    print_version = "import ringme_mock; print(ringme_mock.__version__)"
    installed = run_python("-c", print_version, cwd=ROOT / "tests").strip()
    assert (project["version"], installed) == (VERSION, VERSION)


def locked_versions() -> dict[str, str]:
    """Return the pinned version of each package in requirements.lock, by normalised name."""
    pins = re.findall(
        r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", (ROOT / "requirements.lock").read_text(), re.M
    )
    return {canonicalize_name(name): version for name, version in pins}


def declared_requirements() -> list[Requirement]:
    """Return the requirements of pyproject.toml: for the build, at runtime, and of all extras."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = pyproject["project"]
    texts = [
        *pyproject["build-system"]["requires"],
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    requirements = [Requirement(text) for text in texts]
    return [requirement for requirement in requirements if requirement.name != project["name"]]


@pytest.mark.parametrize("requirement", declared_requirements(), ids=str)
def test_lock_satisfies_every_declared_range(requirement: Requirement) -> None:
    version = locked_versions().get(canonicalize_name(requirement.name))
    assert version is not None, f"{requirement.name} is not locked: run `make lock`"
    assert requirement.specifier.contains(version, prereleases=True)


def test_lock_has_hashes_for_every_pin() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"^(?=[\w.-]+.*==)", lock, flags=re.M)[1:]
    assert len(blocks) == len(locked_versions()) > 0
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


# Joined here, so that this file does not match itself.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("debian", "org"),
    )
]
MACHINE_FOLDERS = ["/" + name + "/" for name in ("root", "home", "Users", "work", "opt")]


def test_no_file_contains_registry_hosts_or_machine_folders() -> None:
    hosts = "|".join(map(re.escape, REGISTRY_HOSTS))
    folders = "|".join(map(re.escape, MACHINE_FOLDERS))
    # Only at the start of a path, not as a later part of a path or URL.
    needle = re.compile(rf"(?:{hosts})|(?<![\w.~*@)}}-])(?:{folders})\w".encode())
    # Vendored files are unchanged copies, with examples of folders in them.
    files = [name for name in listed_files() if "vendor" not in name.parts]
    found = [
        f"{name}: {match.group().decode()}"
        for name in files
        for match in needle.finditer((ROOT / name).read_bytes())
    ]
    assert Path("pyproject.toml") in files
    assert found == []
