"""What a visitor of the load notices: the check that finds lost writes can fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def visitors(from_bench: Callable[[str], Any]) -> Any:
    """The module."""
    return from_bench("visitor")


def sent(visitor: Any) -> tuple[str, dict[str, Any]]:
    """The method and the body of the next request."""
    head, _, body = visitor.next().partition(b"\r\n\r\n")
    return head.split()[0].decode(), json.loads(body) if body else {}


def test_a_group_that_was_made_is_expected_from_then_on(visitors: Any) -> None:
    tally = visitors.Tally()
    visitor = visitors.Visitor("s", "token", 0, tally, seed=1)
    method, body = sent(visitor)
    assert method == "POST"
    visitor.take(201, json.dumps({"id": 14, "name": body["name"]}).encode())
    assert visitor.groups == {14: body["name"]}
    assert tally.wrong == []


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, {"message": "no"}), (201, {"id": 14, "name": "another"}), (201, {}), (201, [])],
)
def test_a_wrong_answer_to_a_write_is_blamed(visitors: Any, status: int, answer: Any) -> None:
    tally = visitors.Tally()
    visitor = visitors.Visitor("s", "token", 0, tally, seed=1)
    visitor.next()
    visitor.take(status, json.dumps(answer).encode())
    assert visitor.groups == {}
    assert len(tally.wrong) == 1
    assert str(status) in tally.wrong[0]


def test_a_list_without_an_own_group_is_blamed(visitors: Any) -> None:
    tally = visitors.Tally()
    visitor = visitors.Visitor("s", "token", 0, tally, seed=1)
    visitor.groups = {14: "mine"}
    visitor._list()
    visitor.take(200, b'[{"id": 14, "name": "mine"}, {"id": 15, "name": "x"}]')
    assert tally.wrong == []
    visitor.take(200, b'[{"id": 14, "name": "another"}]')
    visitor.take(200, b"[]")
    assert len(tally.wrong) == 2
