"""pytest items: none unless requested, one test per rule, the same verdicts as the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import ringme_contract
from ringme_contract.target import MOCK
from ringme_spec.contract import read_contract
from ringme_spec.paths import SPEC
from support.server import RunningMock

PACKAGE = Path(ringme_contract.__file__).parent
# Ignores the conftest file beside the package in a checkout, which a wheel does not have.
PLUGIN = ("-p", "ringme_contract.plugin", "--confcutdir", str(PACKAGE))
# Plugins of other packages take as long to import as the kit; `-p` loads the tested one.
_ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
_PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *PLUGIN)
RULES = read_contract(SPEC).rules
APPS = """
from ringme_mock.app import create_app
from ringme_mock.store.clock import Clock
from ringme_spec.paths import FIXTURES, SPEC
from ringme_mock.http.sessions import Settings

def asgi():
    return create_app(SPEC, FIXTURES, Clock(), Settings(validate_responses=True))

def wsgi():
    from a2wsgi_like import wrap
    return wrap(asgi())

def nothing(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "application/json")])
    return [b'{"message": "no"}']
nothing_app = nothing
"""
# A minimal bridge: the kit calls it directly, without a socket.
BRIDGE = """
import asyncio, threading

def wrap(app):
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    def wsgi(environ, start_response):
        body = environ["wsgi.input"].read()
        headers = [(name[5:].replace("_", "-").lower().encode(), value.encode("latin-1"))
                   for name, value in environ.items() if name.startswith("HTTP_")]
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                headers.append((name.replace("_", "-").lower().encode(), environ[name].encode()))
        path = environ["PATH_INFO"]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1",
                 "method": environ["REQUEST_METHOD"], "scheme": "http", "path": path,
                 "raw_path": path.encode(), "root_path": "", "headers": headers,
                 "query_string": environ["QUERY_STRING"].encode(),
                 "server": ("app.localhost", 80), "client": ("127.0.0.1", 1)}
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        asyncio.run_coroutine_threadsafe(app(scope, receive, send), loop).result(30)
        start_response(f"{sent[0]['status']} -", [(name.decode(), value.decode("latin-1"))
                                                  for name, value in sent[0]["headers"]])
        return [b"".join(one.get("body", b"") for one in sent[1:])]

    return wsgi
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a minimal project outside of this repository."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "apps.py").write_text(APPS)
    (tmp_path / "a2wsgi_like.py").write_text(BRIDGE)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin in a process and folder of its own."""
    return subprocess.run(
        [*_PYTEST, "-c", str(folder / "pytest.ini"), "--rootdir", str(folder), *arguments],
        cwd=folder,
        env={**os.environ, **_ALONE, "PYTHONPATH": str(folder), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def verdicts(report: Path) -> dict[str, str]:
    """Return the verdicts in a JUnit report of pytest, by rule."""
    found = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        rule = str(case.get("name")).partition("[")[2].rstrip("]")
        for one in case.iter("property"):
            if one.get("name") == "ringme_verdict":
                found[rule] = str(one.get("value"))
    return found


def test_plugin_is_inactive_without_a_target(folder: Path) -> None:
    (folder / "test_mine.py").write_text("def test_mine(): pass\n")
    done = run(folder, "-q", "test_mine.py")
    assert "1 passed" in done.stdout
    done = run(folder, "-q", "--pyargs", "ringme_contract")
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    script = (
        "import sys, ringme_contract.plugin;"
        "sys.exit(any(name.startswith('ringme_contract.') and name != 'ringme_contract.plugin'"
        " for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_each_rule_has_a_test_that_markers_can_select(folder: Path) -> None:
    collect = ("--collect-only", "-q", "--strict-markers", "--pyargs", "ringme_contract")
    url = ("--ringme-url", "http://127.0.0.1:1")
    lines = run(folder, *collect, *url).stdout.splitlines()
    ids = [line.partition("::test_rule[")[2].rstrip("]") for line in lines if "::" in line]
    assert sorted(ids) == sorted(RULES)
    assert ids[-1] == "conforms"
    lines = run(folder, *collect, *url, "-m", "ringme_recorded_items").stdout.splitlines()
    ids = [line.partition("::test_rule[")[2].rstrip("]") for line in lines if "::" in line]
    assert ids == [one.id for one in RULES.values() if one.area == "recorded items"]


def test_pytest_and_the_command_give_the_same_verdicts(mock: RunningMock, folder: Path) -> None:
    layer, chosen = "generic", ("codes", "media-range", "delete-spares-rest", "slash")
    # Without the recorded items of one kind, there are different verdicts to compare.
    target = folder / "target.toml"
    text = MOCK.read_text().replace("2016-04", "1999-04")
    target.write_text(text.replace("[range]", 'off = ["fax"]\n[range]'))
    command = [sys.executable, "-m", "ringme_contract", "check", mock.url, "--layer", layer]
    command += [f"--rule={one}" for one in chosen]
    subprocess.run(
        [*command, "--target", str(target), "--json", str(folder / "report.json"), "--quiet"],
        check=False,
        capture_output=True,
    )
    found = json.loads((folder / "report.json").read_text())
    expected = {one["id"]: one["verdict"] for one in found["rules"]}
    arguments = ("--ringme-url", mock.url, "--ringme-target", str(target), "--ringme-layer", layer)
    names = ("-k", " or ".join(f"[{one}]" for one in chosen))
    report = folder / "junit.xml"
    done = run(
        folder, "--pyargs", "ringme_contract", *arguments, *names, "--junit-xml", str(report)
    )
    got = verdicts(report)
    assert got == expected, done.stdout
    assert len(set(expected.values())) > 1
    must = [one for one in found["rules"] if one["verdict"] in ("fail", "not reached")]
    assert ("failed" in done.stdout) == bool(must)


def test_rule_without_a_check_in_the_chosen_layers_is_skipped(
    mock: RunningMock, folder: Path
) -> None:
    arguments = ("--ringme-url", mock.url, "--ringme-layer", "access", "-k", "conforms")
    done = run(folder, "-rs", "--pyargs", "ringme_contract", *arguments)
    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout
    assert "not assessed: none of the chosen layers has a check of this rule" in done.stdout


@pytest.mark.parametrize("app", ["asgi", "wsgi"])
def test_application_object_can_be_the_target(folder: Path, app: str) -> None:
    arguments = ("--ringme-app", f"apps:{app}", "--ringme-layer", "generic")
    done = run(folder, "-q", "--pyargs", "ringme_contract", *arguments, "-k", "[codes] or whoami")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_suite_can_import_the_test_and_override_the_application(folder: Path) -> None:
    (folder / "test_contract.py").write_text(
        "import pytest\n"
        "from apps import asgi\n"
        "from ringme_contract.rule_tests import test_rule\n\n"
        "@pytest.fixture(scope='session')\n"
        "def ringme_app():\n"
        "    return asgi()\n"
    )
    done = run(folder, "-v", "test_contract.py", "--ringme-layer", "generic", "-k", "media-order")
    assert "test_contract.py::test_rule[media-order] PASSED" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--ringme-url", "http://127.0.0.1:1"), "the target cannot be reached"),
        (("--ringme-url", "https://api.example.com"), "ringme-contract init"),
        (("--ringme-app", "apps:none"), "--ringme-app apps:none"),
        (("--ringme-app", "apps:nothing_app"), "status 404 no"),
        (
            ("--ringme-url", "http://127.0.0.1:1", "--ringme-layer", "x"),
            "--layer x: there is no layer",
        ),
    ],
)
def test_invalid_target_is_an_error_without_a_traceback(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = run(folder, "--pyargs", "ringme_contract", *arguments, "-k", "paging")
    assert done.returncode != 0
    output = done.stdout + done.stderr
    assert message in output
    assert "Traceback" not in output
    assert "plugin.py" not in output


def test_missing_library_error_names_the_installation_command(folder: Path) -> None:
    (folder / "lacking.py").write_text("import sys\nsys.modules['httpx'] = None\n")
    url = ("--ringme-url", "http://127.0.0.1:1")
    done = run(folder, "-p", "lacking", "--pyargs", "ringme_contract", *url)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr.startswith("ERROR: ringme-contract: httpx is not installed; from the folder")


def test_strict_project_gets_no_warnings_or_files_of_the_kit(
    mock: RunningMock, folder: Path
) -> None:
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = --strict-markers --strict-config\nfilterwarnings = error\n"
    )
    before = sorted(folder.rglob("*"))
    # A layer that generates requests, as Hypothesis would write files.
    arguments = ("--ringme-url", mock.url, "--ringme-layer", "model", "-k", "sequences")
    command = [sys.executable, "-W", "error", "-B", *_PYTEST[1:], "-n", "1", "-q"]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), "--pyargs", "ringme_contract", *arguments],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert "warning" not in done.stdout
    assert done.stderr == ""
    assert sorted(folder.rglob("*")) == before
