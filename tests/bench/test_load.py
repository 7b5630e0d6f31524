"""Checks of load and soak runs: wrong responses, lost writes, exceeded limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def visitors(from_bench: Callable[[str], Any]) -> Any:
    return from_bench("visitor")


def sent(visitor: Any) -> tuple[str, dict[str, Any]]:
    """Return the method and the body of the next request."""
    head, _, body = visitor.next().partition(b"\r\n\r\n")
    return head.split()[0].decode(), json.loads(body) if body else {}


def test_a_group_that_was_made_is_expected_from_then_on(visitors: Any) -> None:
    visitor = visitors.Visitor("s 0", {}, seed=1)
    method, body = sent(visitor)
    assert method == "POST"
    visitor.take(201, json.dumps({"id": 14, "name": body["name"]}).encode())
    assert visitor.groups == {14: body["name"]}
    assert visitor.wrong == []


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, {"message": "no"}), (201, {"id": 14, "name": "another"}), (201, {}), (201, [])],
)
def test_a_wrong_answer_to_a_write_is_blamed(visitors: Any, status: int, answer: Any) -> None:
    visitor = visitors.Visitor("s 0", {}, seed=1)
    visitor.next()
    visitor.take(status, json.dumps(answer).encode())
    assert visitor.groups == {}
    assert len(visitor.wrong) == 1
    assert str(status) in visitor.wrong[0]


def test_a_list_without_an_own_group_is_blamed(visitors: Any) -> None:
    visitor = visitors.Visitor("s 0", {}, seed=1)
    visitor.groups = {14: "mine"}
    visitor._kind = "list"
    visitor.take(200, b'[{"id": 14, "name": "mine"}, {"id": 15, "name": "x"}]')
    assert visitor.wrong == []
    visitor.take(200, b'[{"id": 14, "name": "another"}]')
    visitor.take(200, b"[]")
    assert len(visitor.wrong) == 2
    assert visitor.responses == {"list 200": 3, "wrong": 2}


def test_a_session_is_compared_with_what_its_visitors_left(
    visitors: Any, from_bench: Callable[[str], Any]
) -> None:
    load = from_bench("load")
    visitor = visitors.Visitor("s 0", {}, seed=1)
    visitor.groups = {14: "mine", 15: "lost", 16: "renamed"}
    found = load.compare({5: "seed"}, [visitor], {5: "seed", 14: "mine", 16: "x", 17: "y"})
    assert found == {"groups": 4, "lost": 2, "unexpected": 2}
    lines = load.problems({"wrong": ["w"], "lost_connections": {"reset": 3}, "sessions": [found]})
    assert [line.split(":")[0] for line in lines] == ["w", "3 connections", "groups of a session"]


def test_a_climb_is_that_of_the_last_third_over_the_second(
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
