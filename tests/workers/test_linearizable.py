"""Linearizability: clients of several processes see one state, like clients of one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from replicas.concurrent_load import Load
from support.server import RunningMock
from workers.conftest import Engine
from workers.replica_process import COUNTS_APART, READS_WITHOUT_TURN
from workers.replicas import Replica, eventually, replicas


def violations_of(load: Load) -> list[str]:
    """Return the violations in a run with concurrent conflicting requests."""
    load.run(60)
    for number in ("571", "572", "573"):
        load.contest_number(number)
        load.contest_token()
    assert load.lost == []
    return load.violations()


def test_single_process_is_linearizable(mock: RunningMock) -> None:
    assert violations_of(Load([mock.url])) == []


def test_several_processes_are_linearizable(engine: Engine) -> None:
    with replicas(engine.folder, 3, *engine.options) as found:
        assert violations_of(Load([one.url for one in found])) == []


def test_killed_processes_lose_no_acknowledged_write(engine: Engine) -> None:
    with replicas(engine.folder, 2, *engine.options) as found:
        load = Load([one.url for one in found])
        for number in (0, 1):

            def replace(victim: int = number) -> None:
                found[victim].process.kill()
                found[victim].stop()
                found[victim] = Replica(engine.folder, *engine.options)
                load.urls[victim] = found[victim].url

            load.run(60, halfway=replace)
        assert load.violations() == []
        exports = [one.control("GET", "state?format=json", session="load") for one in found]
        assert exports[0] == exports[1]


@pytest.mark.parametrize(
    ("defect", "found"), [(READS_WITHOUT_TURN, "group"), (COUNTS_APART, "requests")]
)
def test_non_linearizable_process_is_detected(defect: str, found: str, tmp_path: Path) -> None:
    with replicas(tmp_path, 2, defect) as processes:
        load = Load([processes[0].url])
        # The second process applies the initial entries a little later.
        initial = "entries/extension_group?text=initial"
        eventually(
            lambda: len(processes[1].control("GET", initial, session="load")["entries"]) == 2
        )
        load.urls.append(processes[1].url)
        assert found in load.find({found}, 60)
        assert load.lost == []
