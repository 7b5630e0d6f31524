"""Clients of several processes see one state, one request after the other, on both engines."""

from __future__ import annotations

from replicas.load import Load
from workers.conftest import Engine
from workers.replicas import replicas


def test_several_processes_are_linearizable_also_when_one_is_killed(engine: Engine) -> None:
    with replicas(engine.folder, 3, *engine.options) as found:
        load = Load([one.url for one in found])
        load.run(40)
        for number in ("571", "572", "573"):
            load.contest_number(number)
            load.contest_token()
        load.run(40, halfway=found[0].process.kill)
        assert load.operations > 500
        assert load.violations() == []
