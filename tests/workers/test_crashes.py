"""Processes that are killed or stand still: the others go on, and nothing acknowledged is lost."""

from __future__ import annotations

import signal
import threading
import time

import httpx

from support.receiver import receiver
from workers.conftest import Engine
from workers.replicas import GROUPS, Replica, eventually, replicas

ROUNDS = 5


class Writer(threading.Thread):
    """A client that makes groups until nobody responds, and knows which it got."""

    def __init__(self, replica: Replica, token: str, name: str) -> None:
        super().__init__(daemon=True)
        self._replica, self._token, self._name = replica, token, name
        self.acknowledged: dict[int, str] = {}

    def wait_for_more(self, count: int) -> None:
        before = len(self.acknowledged)
        eventually(lambda: len(self.acknowledged) >= before + count)

    def run(self) -> None:
        for number in range(10_000):
            name = f"{self._name} {number}"
            try:
                response = self._replica.api("POST", GROUPS, self._token, {"name": name})
            except httpx.TransportError:
                return
            assert response.status_code == 201, response.text
            self.acknowledged[response.json()["id"]] = name


def names(replica: Replica, token: str) -> dict[int, str]:
    return {one["id"]: one["name"] for one in replica.api("GET", GROUPS, token).json()}


def test_nothing_that_was_acknowledged_is_lost(engine: Engine) -> None:
    known: dict[int, str] = {}
    with replicas(engine.folder, 2, *engine.options) as found:
        token = found[0].log_in()
        for number in range(ROUNDS):
            writers = [Writer(one, token, f"round {number}") for one in found]
            for writer in writers:
                writer.start()
            # The second one while the first one starts again.
            for victim in (number % 2, 1 - number % 2):
                writer = writers[victim]
                writer.wait_for_more(5)
                found[victim].process.kill()
                writer.join()
                found[victim].stop()
                found[victim] = Replica(engine.folder, *engine.options)
                known |= writer.acknowledged
                assert known.items() <= names(found[victim], token).items()
        exports = [one.control("GET", "state?format=json") for one in found]
        assert exports[0] == exports[1]


def test_a_process_that_stood_still_gives_no_stale_response(engine: Engine) -> None:
    with replicas(engine.folder, 2, *engine.options) as (here, there):
        token = here.log_in()
        group = there.api("POST", GROUPS, token, {"name": "before"}).json()["id"]
        there.process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        here.api("PUT", f"{GROUPS}{group}", token, {"name": "after"})
        there.process.send_signal(signal.SIGCONT)
        assert there.api("GET", f"{GROUPS}{group}", token).json()["name"] == "after"


def test_another_process_sends_events_when_one_has_ended(engine: Engine) -> None:
    call = {"extension": 31, "from": "79990001234", "course": {"rings": 0, "talks": 0}}
    with replicas(engine.folder, 2, *engine.options) as found, receiver() as target:
        token = found[0].log_in()
        body = {"event_type": "hangup", "url": target.url, "method": "POST"}
        found[0].api("POST", "/api/ver1.0/extension/31/event/", token, body)
        found[0].control("POST", "calls", call)
        target.wait(1)
        # One of them sent it, so both are killed in turn.
        for victim in (0, 1):
            found[victim].process.kill()
            found[victim].stop()
            count = len(target.requests)

            def sends(one: Replica = found[1 - victim], before: int = count) -> bool:
                one.control("POST", "calls", call)
                return len(target.requests) > before

            eventually(sends)
            found[victim] = Replica(engine.folder, *engine.options)
