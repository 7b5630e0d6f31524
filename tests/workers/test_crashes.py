"""Processes that are suspended or killed: no response is stale, and the others take over."""

from __future__ import annotations

import signal
import time

from support.receiver import receiver
from workers.conftest import Engine
from workers.replicas import GROUPS, Replica, eventually, replicas


def test_suspended_process_gives_no_stale_response(engine: Engine) -> None:
    with replicas(engine.folder, 2, *engine.options) as (here, there):
        token = here.log_in()
        group = there.api("POST", GROUPS, token, {"name": "before"}).json()["id"]
        there.process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        here.api("PUT", f"{GROUPS}{group}", token, {"name": "after"})
        there.process.send_signal(signal.SIGCONT)
        assert there.api("GET", f"{GROUPS}{group}", token).json()["name"] == "after"


def test_events_are_sent_by_another_process_after_a_kill(engine: Engine) -> None:
    call = {"extension": 31, "from": "79990001234", "course": {"rings": 0, "talks": 0}}
    with replicas(engine.folder, 2, *engine.options) as found, receiver() as target:
        token = found[0].log_in()
        body = {"event_type": "hangup", "url": target.url, "method": "POST"}
        found[0].api("POST", "/api/ver1.0/extension/31/event/", token, body)
        found[0].control("POST", "calls", call)
        target.wait(1)
        # One of the two sends it, so each is killed in turn.
        for victim in (0, 1):
            found[victim].process.kill()
            found[victim].stop()
            count = len(target.requests)

            def sends(one: Replica = found[1 - victim], before: int = count) -> bool:
                one.control("POST", "calls", call)
                return len(target.requests) > before

            eventually(sends)
            found[victim] = Replica(engine.folder, *engine.options)
