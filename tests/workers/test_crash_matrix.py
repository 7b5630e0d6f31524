"""kill -9 at each critical point under load: no acknowledged change is lost.

RINGME_CRASHES is the number of kills at each point, one by default (`make crashes`: 20).
"""

from __future__ import annotations

import os
import threading

import pytest

from replicas.load import Load
from workers.conftest import Engine
from workers.dying import APPENDED, COMMAND, LIVES, MOMENTS
from workers.replicas import Replica, eventually, replicas

CRASHES = int(os.environ.get("RINGME_CRASHES", "1"))


class Kept(threading.Thread):
    """Process that is restarted after each time it kills itself, until there were enough kills."""

    def __init__(self, engine: Engine, moment: str, urls: list[str]) -> None:
        super().__init__(daemon=True)
        self._engine, self._moment, self._urls = engine, moment, urls
        self._ends = False
        self.crashes = 0
        self._process = self._begin()
        self.start()

    def _begin(self) -> Replica:
        found = Replica(self._engine.folder, self._moment, *self._engine.options)
        self._urls.append(found.url)
        self.lives = True
        return found

    def run(self) -> None:
        while True:
            self._process.process.wait()
            self.lives = False
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


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_at_a_moment_loses_nothing(engine: Engine, moment: str) -> None:
    urls: list[str] = []
    # Only the leader writes images; the other process becomes leader when it is dead.
    found = [Kept(engine, LIVES if moment in (COMMAND, APPENDED) else moment, urls)]
    try:
        load = Load(urls)
        found.append(Kept(engine, moment, urls))
        while sum(one.crashes for one in found) < CRASHES:
            eventually(lambda: any(one.lives for one in found))
            load.run(10)
    finally:
        for one in found:
            one.end()
    # test_linearizable.py checks that several processes reach the same state.
    with replicas(engine.folder, 1, LIVES, *engine.options) as (later,):
        urls[:] = [later.url]
        load.run(10)
    assert load.violations() == []
