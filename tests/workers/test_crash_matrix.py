"""kill -9 at each critical point under load: no acknowledged change is lost.

RINGME_CRASHES is the number of kills at each point, one by default (`make crashes`: 20).
"""

from __future__ import annotations

import os
import threading

import pytest

from replicas.concurrent_load import Load
from workers.conftest import Engine
from workers.crash_points import AFTER_COMMAND, BEFORE_COMMAND, CRASH_POINTS, NO_CRASH
from workers.replicas import Replica, eventually, replicas

CRASHES = int(os.environ.get("RINGME_CRASHES", "1"))


class RestartedReplica(threading.Thread):
    """Process that is restarted after each time it kills itself, until there were enough kills."""

    def __init__(self, engine: Engine, crash_point: str, urls: list[str]) -> None:
        super().__init__(daemon=True)
        self._engine, self._crash_point, self._urls = engine, crash_point, urls
        self._ends = False
        self.crashes = 0
        self._process = self._begin()
        self.start()

    def _begin(self) -> Replica:
        found = Replica(self._engine.folder, self._crash_point, *self._engine.options)
        self._urls.append(found.url)
        self.is_running = True
        return found

    def run(self) -> None:
        while True:
            self._process.process.wait()
            self.is_running = False
            url = self._process.url
            self._process.stop()
            if self._ends:
                return
            self.crashes += 1
            if self.crashes == CRASHES:
                return
            self._process = self._begin()
            # Not earlier, as the load needs at least one URL.
            self._urls.remove(url)

    def end(self) -> None:
        self._ends = True
        # It may be starting another process.
        while self.is_alive():
            self._process.process.terminate()
            self.join(1)


@pytest.mark.parametrize("crash_point", CRASH_POINTS)
def test_kill_at_any_crash_point_loses_no_acknowledged_change(
    engine: Engine, crash_point: str
) -> None:
    urls: list[str] = []
    # Only the leader writes images; the other process becomes leader when it is dead.
    found = [
        RestartedReplica(
            engine,
            NO_CRASH if crash_point in (BEFORE_COMMAND, AFTER_COMMAND) else crash_point,
            urls,
        )
    ]
    try:
        load = Load(urls)
        found.append(RestartedReplica(engine, crash_point, urls))
        while sum(one.crashes for one in found) < CRASHES:
            eventually(lambda: any(one.is_running for one in found))
            load.run(10)
    finally:
        for one in found:
            one.end()
    # test_linearizable.py checks that several processes reach the same state.
    with replicas(engine.folder, 1, NO_CRASH, *engine.options) as (later,):
        urls[:] = [later.url]
        load.run(10)
    assert load.violations() == []
