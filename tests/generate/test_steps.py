"""Work in steps gives what it gives at one go, and lets others have their turn in between."""

from __future__ import annotations

import asyncio
import gc
import random
import time

import pytest

from ringme_mock.generate.steps import Steps, draw, finish, finish_in_slices, gather, shuffle


def busy(seconds: float) -> Steps[str]:
    """Work of so many seconds, in steps of less than a millisecond."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        yield
    return "done"


def test_draws_and_shuffles_are_those_of_python() -> None:
    mine, theirs = random.Random(3), random.Random(3)
    weights = [1, 5, 0.5, 2]
    assert finish(draw(mine, "abcd", weights, 1234)) == theirs.choices("abcd", weights, k=1234)
    items, others = list(range(99)), list(range(99))
    finish(shuffle(mine, items))
    theirs.shuffle(others)
    assert items == others
    assert finish(gather(iter("xyz"))) == ["x", "y", "z"]
    assert finish(draw(mine, "abcd", weights, 0)) == []


def test_others_have_their_turn_between_slices() -> None:
    async def run() -> tuple[str, int]:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        result = await finish_in_slices(busy(0.1))
        counting.cancel()
        return result, turns

    result, turns = asyncio.run(run())
    assert result == "done"
    assert turns > 3


def test_what_goes_wrong_in_a_step_reaches_whoever_waits() -> None:
    def fails() -> Steps[None]:
        yield
        raise ValueError("in a step")

    with pytest.raises(ValueError, match="in a step"):
        finish(fails())
    with pytest.raises(ValueError, match="in a step"):
        asyncio.run(finish_in_slices(fails()))
    assert gc.isenabled()
