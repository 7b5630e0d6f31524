"""Clients of several processes see one state, as clients of one process do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from replicas.load import Load
from workers.conftest import Engine
from workers.replica import COUNTS_APART, READS_WITHOUT_TURN
from workers.replicas import Replica, replicas


def used(load: Load) -> list[str]:
    """The violations in a run with contests."""
    load.run(60)
    for number in ("571", "572", "573"):
        load.contest_number(number)
        load.contest_token()
    return load.violations()


def test_processes_over_one_log_are_linearizable(engine: Engine) -> None:
    with replicas(engine.folder, 3, *engine.options) as found:
        assert used(Load([one.url for one in found])) == []


def test_they_are_when_one_is_killed_under_load(engine: Engine) -> None:
    with replicas(engine.folder, 2, *engine.options) as found:
        load = Load([one.url for one in found])

        def replace() -> None:
            found[0].process.kill()
            found[0].stop()
            found[0] = Replica(engine.folder, *engine.options)
            load.urls[0] = found[0].url

        load.run(120, halfway=replace)
        assert load.violations() == []


@pytest.mark.parametrize(
    ("defect", "found"), [(READS_WITHOUT_TURN, "group"), (COUNTS_APART, "requests")]
)
def test_a_defect_is_found(defect: str, found: str, tmp_path: Path) -> None:
    with replicas(tmp_path, 2, defect) as processes:
        load = Load([processes[0].url])
        # Later, so that the second one has the token by then.
        time.sleep(1)
        load.urls.append(processes[1].url)
        violations = used(load)
    assert found in {one.split()[0] for one in violations}
