"""Many entries at once, asked for over HTTP."""

from __future__ import annotations

import threading

import httpx

from support.control import Control

COUNTS = {"client": 12, "groups": 5, "extensions": 50, "records": 15_000, "seed": 7}


def test_others_are_answered_while_entries_are_made(control: Control) -> None:
    ended = threading.Event()
    made: list[httpx.Response] = []

    def make() -> None:
        url = f"{control.server.url}/__mock__/bulk"
        made.append(httpx.post(url, json=COUNTS, timeout=60, trust_env=False))
        ended.set()

    thread = threading.Thread(target=make)
    thread.start()
    answered = 0
    headers = control.token()
    while not ended.is_set():
        assert control.get("/user/", headers).status_code == 200
        answered += not ended.is_set()
    thread.join()
    assert made[0].json() == {"extension_group": 5, "extension": 50, "record": 15_000}
    # The first may be asked before the work begins.
    assert answered > 2


def test_without_a_seed_each_time_gives_other_entries(control: Control) -> None:
    for _ in range(2):
        assert control.done("POST", "bulk", {"client": 12, "records": 30}) == {"record": 30}
    calls = control.done("GET", "state")["record"]["entries"]
    assert len({call["record_uuid"] for call in calls}) == len(calls)


def test_a_client_that_is_not_there_is_a_404_and_the_next_one_is_made(control: Control) -> None:
    assert control.refused("POST", "bulk", {"client": 99}) == "404 No such client"
    assert control.done("POST", "bulk", {"client": 12, "groups": 1}) == {"extension_group": 1}
