"""Benchmarks run, validate the responses, and write well-formed results. No time is checked."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from support.tools import require_programs

BENCH = Path(__file__).parents[2] / "bench"
# On a busy machine, everything takes many times as long.
TIMEOUT = 600


def bench(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `python bench` outside of the repository."""
    return subprocess.run(
        [sys.executable, str(BENCH), *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=TIMEOUT,
        check=False,
    )


def result(folder: Path, name: str, *arguments: str) -> dict[str, Any]:
    """Return the result of a run that must succeed."""
    done = bench(*arguments, "--results", str(folder), cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    assert found["conditions"]["cores"] >= 1
    assert "Traceback" not in done.stderr
    return found


def test_comparison_measures_floor_connexion_and_mock(tmp_path: Path) -> None:
    found = result(tmp_path, "compare", "--rounds", "1", "--seconds", "0.1", "--starts", "1")
    assert [server["name"] for server in found["servers"]] == ["floor", "connexion", "mock"]
    assert found["plan"]["generator"] == "python"
    sizes = {}
    for server in found["servers"]:
        assert {"start_seconds", "rest_mb", "loaded_mb"} <= server.keys()
        for kind in ("get", "list", "post"):
            figures = server["requests"][kind]
            for name in ("cpu_us", "per_second", "p50_ms", "p99_ms", "to_floor", "to_mock"):
                assert figures[name].keys() == {"median", "least", "greatest"}
            sizes[server["name"], kind] = figures["size"]
    # Equal entries, except for the digits of new ids and the spaces of Connexion's JSON.
    for kind in ("get", "list", "post"):
        assert sizes["mock", kind] == pytest.approx(sizes["floor", kind], rel=0.05)
        assert sizes["mock", kind] <= sizes["connexion", kind] <= sizes["mock", kind] * 1.15


def test_growth_measures_every_action_and_size(tmp_path: Path) -> None:
    sizes = ("--most-records", "1000", "--most-groups", "100", "--rounds", "1")
    found = result(tmp_path, "growth", "growth", *sizes)
    records, groups = found["series"]
    assert records["counts"] == [100, 1000]
    assert groups["counts"] == [10, 100]
    for series in (records, groups):
        names = {action["name"] for action in series["actions"]}
        assert {"page of 20", "delete", "reset", "snapshot"} <= names
        assert all(len(action["us"]) == 2 for action in series["actions"])
        assert all(action["ratio"][0] == 1 for action in series["actions"])


def test_load_run_loses_no_write(tmp_path: Path) -> None:
    load = ("--seconds", "0.5", "--connections", "6", "--sessions", "3", "--pause", "0")
    found = result(tmp_path, "load", "load", *load)
    assert found["wrong"] == []
    assert found["lost_connections"] == {}
    assert [one["lost"] + one["unexpected"] for one in found["sessions"]] == [0, 0, 0]
    # Each connection creates a group first.
    assert found["answers"]["create 201"] >= 6
    assert sum(found["answers"].values()) == found["count"]


def test_soak_run_checks_its_limits(tmp_path: Path) -> None:
    require_programs("redis-server")
    kept = ("--redis", "--workers", "2")
    arguments = ("--minutes", "0", "--round", "0.3", "--connections", "12", "--sessions", "12")
    found = result(tmp_path, "soak", "soak", *arguments, *kept)
    assert found["wrong"] == []
    assert found["bounds"]["sessions"] == {"bound": 100, "greatest": 100}
    assert 0 < found["bounds"]["journal"]["greatest"] <= 1000
    assert len(found["samples"]) == 1
    assert found["samples"][0]["state_mb"] > 0
    assert found["restart_seconds"] > 0


def test_signal_stops_the_measured_server(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH), "soak", "--round", "60", "--results", str(tmp_path)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}
    ) as process:
        assert process.stderr is not None
        log = None
        # The log of the mock has its URL.
        while log is None or b"http://" not in log.read_bytes():
            assert process.poll() is None
            time.sleep(0.05)
            log = next(tmp_path.glob("ringme-bench-*/*.log"), None)
        port = int(log.stem)
        process.terminate()
        process.stderr.read()
    assert process.returncode != 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()


def test_invalid_benchmark_option_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    done = bench("load", "--connections", "none", cwd=tmp_path)
    assert done.returncode == 2
    assert "'none' is not a valid integer" in done.stderr
    assert "Traceback" not in done.stderr
