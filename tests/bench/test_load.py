"""Checks of load and soak runs: wrong responses, lost writes, exceeded limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def virtual_user_module(from_bench: Callable[[str], Any]) -> Any:
    return from_bench("virtual_user")


def next_request(virtual_user: Any) -> tuple[str, dict[str, Any]]:
    """Return the method and the body of the next request."""
    head, _, body = virtual_user.next().partition(b"\r\n\r\n")
    return head.split()[0].decode(), json.loads(body) if body else {}


def test_created_group_is_expected_in_later_responses(virtual_user_module: Any) -> None:
    virtual_user = virtual_user_module.VirtualUser("s 0", {}, seed=1)
    method, body = next_request(virtual_user)
    assert method == "POST"
    virtual_user.take(201, json.dumps({"id": 14, "name": body["name"]}).encode())
    assert virtual_user.groups == {14: body["name"]}
    assert virtual_user.wrong == []


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, {"message": "no"}), (201, {"id": 14, "name": "another"}), (201, {}), (201, [])],
)
def test_wrong_response_to_a_write_is_recorded(
    virtual_user_module: Any, status: int, answer: Any
) -> None:
    virtual_user = virtual_user_module.VirtualUser("s 0", {}, seed=1)
    virtual_user.next()
    virtual_user.take(status, json.dumps(answer).encode())
    assert virtual_user.groups == {}
    assert len(virtual_user.wrong) == 1
    assert str(status) in virtual_user.wrong[0]


def test_list_without_a_known_group_is_recorded(virtual_user_module: Any) -> None:
    virtual_user = virtual_user_module.VirtualUser("s 0", {}, seed=1)
    virtual_user.groups = {14: "mine"}
    virtual_user._kind = "list"
    virtual_user.take(200, b'[{"id": 14, "name": "mine"}, {"id": 15, "name": "x"}]')
    assert virtual_user.wrong == []
    virtual_user.take(200, b'[{"id": 14, "name": "another"}]')
    virtual_user.take(200, b"[]")
    assert len(virtual_user.wrong) == 2
    assert virtual_user.responses == {"list 200": 3, "wrong": 2}


def test_lost_and_unexpected_groups_of_a_session_are_counted(
    virtual_user_module: Any, from_bench: Callable[[str], Any]
) -> None:
    load = from_bench("load")
    virtual_user = virtual_user_module.VirtualUser("s 0", {}, seed=1)
    virtual_user.groups = {14: "mine", 15: "lost", 16: "renamed"}
    found = load.compare({5: "seed"}, [virtual_user], {5: "seed", 14: "mine", 16: "x", 17: "y"})
    assert found == {"groups": 4, "lost": 2, "unexpected": 2}
    lines = load.problems({"wrong": ["w"], "lost_connections": {"reset": 3}, "sessions": [found]})
    assert [line.split(":")[0] for line in lines] == ["w", "3 connections", "groups of a session"]


def test_memory_climb_compares_the_last_third_with_the_second(
    from_bench: Callable[[str], Any],
) -> None:
    soak = from_bench("soak")
    assert soak.climb([50, 70, 80, 80, 90, 91]) == 10.5
    assert soak.climb([70]) == 0
    bounds = {"sessions": {"bound": 100, "greatest": 101}, "journal": {"bound": 9, "greatest": 9}}
    found = soak.problems({"wrong": [], "bounds": bounds, "climb_mb": 5.1, "state_climb_mb": 20.1})
    assert found == [
        "sessions: 101, more than 100",
        "memory: climbs by 5.1 MB",
        "state: climbs by 20.1 MB",
    ]
