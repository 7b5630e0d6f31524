"""A run leaves the target as it was: whether it passes, fails, or is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from ringme_contract.check_context import CheckContext
from ringme_contract.profiles import PROFILES
from ringme_contract.target import MOCK
from support.kit_command import own_check, replace_checks, ringme_contract
from support.server import Api, RunningMock

_WINDOWS = [(f"2016-{month:02}-01 00:00:00", f"2016-{month:02}-28 23:59:59") for month in (3, 4, 5)]


def snapshot(mock: RunningMock) -> dict[str, Any]:
    """Return everything that two clients can see of their data over HTTP."""
    found: dict[str, Any] = {}
    for login in ("client-admin", "other-admin"):
        api = mock.as_user(login)
        for path in ("extension_group/", "extension/", "user/extension_group/"):
            found[f"{login} {path}"] = api.read(f"/client/@me/{path}")
        for group in found[f"{login} extension_group/"]:
            path = f"/extension_group/{group['id']}/extension/"
            found[f"{login} {path}"] = api.read(path)
        for kind in ("record", "voicemail", "fax", "reg_status_log"):
            found[f"{login} {kind}"] = [
                api.read(f"/client/@me/{kind}/", start_datetime=start, end_datetime=end)
                for start, end in _WINDOWS
            ]
    return found


def requests_to(mock: RunningMock) -> int:
    response = httpx.post(f"{mock.url}/__mock__/journal/count", json={"path": "/api/*"})
    return int(response.json()["count"])


@pytest.fixture
def target(tmp_path: Path) -> str:
    """Return the mock's target file, in which the kit may not delete recorded items."""
    path = tmp_path / "target.toml"
    text = MOCK.read_text()
    assert "delete_recorded_items = true" in text
    path.write_text(text.replace("delete_recorded_items = true", "delete_recorded_items = false"))
    return str(path)


def makes_all_kinds(kit: CheckContext) -> None:
    """Create an entry of each kind, and move an existing number."""
    group = kit.new_group()
    kit.new_extension(extension_group_id=group["id"])
    kit.new_group_user(group["id"])
    members = kit.caller("client").read(kit.path("extension"))
    placed = next(one for one in members if one["extension_group_id"] is not None)
    kit.place(placed["id"], group["id"])


# The mock runs in this process: what it leaves to the garbage collector after a malformed request
# does not matter here.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_smoke_run_leaves_the_target_unchanged_and_claims_no_conformance(
    mock: RunningMock, target: str, tmp_path: Path
) -> None:
    """The number of requests is about that of the profile."""
    before = snapshot(mock)
    paths = {name: tmp_path / name for name in ("badge", "json")}
    options = [text for name, path in paths.items() for text in (f"--{name}", str(path))]
    done = ringme_contract("check", mock.url, "--target", target, "--profile", "smoke", *options)
    assert done.exit_code == 0, done.output
    assert "not cleaned up" not in done.output
    assert snapshot(mock) == before
    assert "smoke run, does not prove conformance: " in done.output
    assert json.loads(paths["badge"].read_text())["message"].startswith("smoke: ")
    run = json.loads(paths["json"].read_text())["run"]
    assert run["profile"] == "smoke"
    assert run["requests"] == pytest.approx(PROFILES["smoke"].requests, rel=0.15)


def test_failed_or_crashed_check_cleans_up(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(kit: CheckContext) -> None:
        makes_all_kinds(kit)
        kit.fail("on purpose")

    def breaks(kit: CheckContext) -> None:
        makes_all_kinds(kit)
        raise RecursionError("on purpose")

    before = snapshot(mock)
    replace_checks(monkeypatch, own_check("me", fails), own_check("me", breaks))
    done = ringme_contract("check", mock.url, "--rule", "me")
    assert done.exit_code == 1
    assert "breaks 1 rule: me" in done.output
    assert snapshot(mock) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_cleans_up_and_writes_its_reports(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int
) -> None:
    def is_interrupted(kit: CheckContext) -> None:
        makes_all_kinds(kit)
        os.kill(os.getpid(), number)
        kit.new_group()
        raise AssertionError("a request was sent after the signal")

    def never_runs(kit: CheckContext) -> None:
        raise AssertionError("a check was run after the signal")

    before = snapshot(mock)
    checks = [makes_all_kinds, is_interrupted, never_runs]
    rules = ["group-create", "me", "paging"]
    replace_checks(monkeypatch, *map(own_check, rules, checks))
    reports = str(tmp_path / "reports")
    done = ringme_contract("check", mock.url, "--layer", "scenarios", "--report-dir", reports)
    assert done.exit_code == 130
    assert "not reached: me, paging: the run was interrupted" in done.output
    assert "1 of 3 MUST, 2 not reached" in done.output
    assert snapshot(mock) == before
    suite = ElementTree.parse(tmp_path / "reports" / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("errors")) == ("3", "2")


def test_signal_during_a_request_leaves_no_entry(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The response is awaited, as it has the id of the created entry."""

    def is_interrupted(kit: CheckContext) -> None:
        connection = kit.transport._connection
        send = connection.send

        def interrupted_send(*arguments: Any, **named: Any) -> Any:
            if arguments[1].method == "POST" and "extension_group" in str(arguments[1].url):
                os.kill(os.getpid(), signal.SIGINT)
            return send(*arguments, **named)

        monkeypatch.setattr(connection, "send", interrupted_send)
        kit.new_group()
        kit.new_group()

    before = snapshot(mock)
    replace_checks(monkeypatch, own_check("me", is_interrupted))
    assert ringme_contract("check", mock.url, "--rule", "me").exit_code == 130
    assert snapshot(mock) == before


def test_second_signal_ends_the_run_at_once_after_clean_up(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_interrupted_twice(kit: CheckContext) -> None:
        makes_all_kinds(kit)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("the check continued after the second signal")

    before = snapshot(mock)
    replace_checks(monkeypatch, own_check("me", is_interrupted_twice))
    assert ringme_contract("check", mock.url, "--rule", "me").exit_code == 130
    assert snapshot(mock) == before


def test_ctrl_c_ends_the_command_after_clean_up(
    mock: RunningMock, target: str, tmp_path: Path
) -> None:
    before = snapshot(mock)
    command = [sys.executable, "-m", "ringme_contract", "check", mock.url, "--target", target]
    process = subprocess.Popen(
        [*command, "--json", str(tmp_path / "report.json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Python buffers output to a pipe.
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process:
        assert process.stdout is not None
        while requests_to(mock) < 100 and process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert '"interrupted": true' in (tmp_path / "report.json").read_text()
    assert snapshot(mock) == before


def test_failed_clean_up_is_reported(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, admin: Api
) -> None:
    def cannot_clean_up(kit: CheckContext) -> None:
        caller = kit.caller("client")
        caller.read(kit.me)
        kit.undo(lambda: caller.request("PATCH", "/api/ver1.0/user/"))
        kit.undo(lambda: caller.read(kit.me)["gone"])

    replace_checks(monkeypatch, own_check("me", cannot_clean_up))
    done = ringme_contract("check", mock.url, "--rule", "me")
    assert "not cleaned up: PATCH /api/ver1.0/user/: status 405" in done.output
    assert "not cleaned up: error in the kit: KeyError" in done.output


def test_leftovers_of_a_crashed_run_do_not_affect_a_run(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, admin: Api
) -> None:
    admin.post("/client/@me/extension_group/", {"name": "contract-0a1b2c group 1"})
    admin.post("/client/@me/extension/", {"name": "000", "label": "contract-0a1b2c number 2"})
    before = snapshot(mock)
    replace_checks(monkeypatch, own_check("me", makes_all_kinds))
    assert ringme_contract("check", mock.url, "--rule", "me").exit_code == 0
    assert snapshot(mock) == before
