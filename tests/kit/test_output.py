"""Broken outputs change no verdict; a signal ends a run soon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.hostile_servers import Call, hang, hostile_server
from support.kit_command import (
    misses_group,
    own_check,
    reads_user,
    replace_checks,
    ringme_contract,
)
from support.server import RunningMock

GOOD = own_check("me", reads_user, writes=False)
BAD = own_check("group-read-your-writes", misses_group, writes=False)
COMMAND = [sys.executable, "-m", "ringme_contract", "check"]
_FULL = Path("/dev/full")


@pytest.mark.parametrize(("rule", "code"), [("me", 0), ("nothing", 2)])
def test_closed_output_pipe_does_not_change_the_exit_code(
    mock: RunningMock, rule: str, code: int
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, mock.url, "--rule", rule], stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(not _FULL.exists(), reason="needs /dev/full")
def test_full_output_disk_is_reported_without_changing_the_exit_code(mock: RunningMock) -> None:
    with _FULL.open("w") as full:
        done = subprocess.run(
            [*COMMAND, mock.url, "--rule", "me"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "ringme-contract: the output is not complete: No space left on device\n"


@pytest.mark.skipif(not _FULL.exists(), reason="needs /dev/full")
def test_unwritable_report_does_not_affect_other_reports_and_the_verdict(
    mock: RunningMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = [mock.url, "--layer", "scenarios", "--json", str(_FULL), "--ndjson", str(_FULL)]
    arguments += ["--html", str(tmp_path / "report.html")]
    for checks, code in (((GOOD,), 4), ((GOOD, BAD), 1)):
        replace_checks(monkeypatch, *checks)
        done = ringme_contract("check", *arguments)
        assert done.exit_code == code
        assert done.output.count("/dev/full: cannot be written: No space left on device") == 2
        assert "of 1 MUST" in done.output or "of 2 MUST" in done.output
        assert (tmp_path / "report.html").stat().st_size > 1000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_a_run_against_a_hanging_target(
    mock: RunningMock, tmp_path: Path, number: int
) -> None:
    """The run does not wait for the request in progress, which would time out after an hour."""
    process: list[subprocess.Popen[str]] = []
    sent: list[int] = []

    def hangs(call: Call) -> None:
        if not call.is_api:
            call.pass_through()
            return
        if not sent:
            sent.append(number)
            process[0].send_signal(number)
        hang(call)

    report = tmp_path / "report.json"
    with hostile_server(mock.url, hangs) as server:
        command = [*COMMAND, server.url, "--rule", "me", "--json", str(report), "--timeout", "1h"]
        command += ["--time-budget", "2h"]
        process.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
        with process[0]:
            output = process[0].communicate()[0]
    assert sent
    assert process[0].returncode == 130, output
    assert "Traceback" not in output
    assert '"interrupted": true' in report.read_text()
