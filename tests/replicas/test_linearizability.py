"""Checks of histories find exactly the responses that no sequential server could give."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicas.linearizability import (
    NEVER,
    Operation,
    contest_violations,
    counter_violations,
    register_violations,
    sequence_violations,
)


def response(value: object, begun: float, ended: float = NEVER) -> Operation:
    return Operation(value, begun, ended)


def won(begun: float, ended: float) -> Operation:
    return Operation(None, begun, ended, wins=True)


@pytest.mark.parametrize(
    ("history", "violation"),
    [
        ([response(3, 0, 1), response(7, 2, 3)], None),
        ([response(7, 0, 5), response(3, 1, 4)], None),
        ([response(None, 0), response(3, 1, 2)], None),
        (
            [response(1, 5, 6), response(2, 0, 9), response(3, 1, 4)],
            "3 came before a smaller number",
        ),
        ([response(7, 0, 1), response(3, 2, 3)], "7 came before a smaller number"),
        ([response(3, 0, 1), response(3, 0, 1)], "3 was given out twice"),
    ],
)
def test_sequence_violations_are_found(history: list[Operation], violation: str | None) -> None:
    found = sequence_violations(history)
    assert found == [] if violation is None else found[0].startswith(violation)


@pytest.mark.parametrize(
    ("history", "violation"),
    [
        ([], None),
        ([won(0, 5), response(None, 0, 4)], None),
        ([response(None, 0, 2), won(2, 3)], None),
        ([response(None, 0), response(None, 1, 2)], None),
        ([response(None, 0), response(None, 1)], None),
        ([won(0, 1), won(0, 1), response(None, 0, 1)], "2 of 3 have won"),
        ([response(None, 0, 1), response(None, 0, 1)], "none of 2 has won"),
        ([response(None, 0, 1), won(2, 3)], "one has lost before"),
        ([response(None, 0, 1), response(None, 2)], "one has lost before"),
    ],
)
def test_contest_violations_are_found(history: list[Operation], violation: str | None) -> None:
    found = contest_violations(history)
    assert found == [] if violation is None else found[0].startswith(violation)


def _orders(history: list[Operation]) -> Iterator[tuple[Operation, ...]]:
    """Yield all orders consistent with real time; each lost operation is taken or left out."""
    lost = [one for one in history if not one.responded]
    for taken in product((True, False), repeat=len(lost)):
        effective = [one for one in history if one.responded]
        effective += [one for one, is_taken in zip(lost, taken, strict=True) if is_taken]
        for order in permutations(effective):
            if all(b.ended >= a.begun for i, a in enumerate(order) for b in order[i + 1 :]):
                yield order


def _is_register_order(order: tuple[Operation, ...]) -> bool:
    value = "old"
    for one in order:
        if one.writes:
            value = one.value
        elif one.value != value:
            return False
    return True


def _is_counter_order(order: tuple[Operation, ...]) -> bool:
    return all(not one.responded or one.value == 9 - index for index, one in enumerate(order))


_SPANS = st.tuples(st.integers(0, 6), st.integers(0, 3) | st.just(NEVER))


def _histories(
    values: st.SearchStrategy[object], written: list[str]
) -> st.SearchStrategy[list[Operation]]:
    def history(spans: list[tuple[float, float]], read: list[object]) -> list[Operation]:
        found = [
            Operation(one, begun, begun + length, writes=True)
            for one, (begun, length) in zip(written, spans, strict=False)
        ]
        later = spans[len(written) :]
        return [
            *found,
            *(response(one, b, b + n) for one, (b, n) in zip(read, later, strict=False)),
        ]

    spans = st.lists(_SPANS, min_size=len(written), max_size=5)
    return st.builds(history, spans, st.lists(values, min_size=5, max_size=5))


@settings(max_examples=500)
@given(_histories(st.sampled_from(["old", "a", "b"]), ["a", "b"]))
def test_register_check_equals_a_search_of_all_orders(history: list[Operation]) -> None:
    history = [one for one in history if one.writes or one.responded]
    fits = any(map(_is_register_order, _orders(history)))
    assert (register_violations(history, "old") == []) == fits


@settings(max_examples=500)
@given(_histories(st.integers(5, 9), []))
def test_counter_check_equals_a_search_of_all_orders(history: list[Operation]) -> None:
    assert (counter_violations(history, 9) == []) == any(map(_is_counter_order, _orders(history)))
