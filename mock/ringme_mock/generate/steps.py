"""Long work in short steps, so that whoever drives it can do something else in between.

Such work is a generator that yields after each step and returns what came of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, MutableSequence, Sequence
from itertools import accumulate
from random import Random
from time import perf_counter
from typing import TypeAlias, TypeVar

from ringme_mock.store import collector

T = TypeVar("T")
Steps: TypeAlias = Generator[None, None, T]

# Others wait for one slice, or a few: an answer takes several rounds of the event loop.
_SLICE_SECONDS = 0.005
_DRAWS = 500


def finish(work: Steps[T]) -> T:
    """Does all of it at one go."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result


async def finish_in_slices(work: Steps[T]) -> T:
    """Does all of it, and lets the others of the event loop have their turn every few steps."""
    while True:
        with collector.paused():
            stop = perf_counter() + _SLICE_SECONDS
            try:
                while perf_counter() < stop:
                    next(work)
            except StopIteration as end:
                result: T = end.value
                return result
        await asyncio.sleep(0)


def gather(items: Iterable[T]) -> Steps[list[T]]:
    """All of the items."""
    found = []
    for item in items:
        found.append(item)
        yield
    return found


def draw(
    random: Random, population: Sequence[T], weights: Iterable[float], count: int
) -> Steps[list[T]]:
    """What `random.choices` gives."""
    reach = list(accumulate(weights))
    found: list[T] = []
    while len(found) < count:
        some = min(_DRAWS, count - len(found))
        found += random.choices(population, cum_weights=reach, k=some)
        yield
    return found


def shuffle(random: Random, items: MutableSequence[T]) -> Steps[None]:
    """What `random.shuffle` does."""
    for place in range(len(items) - 1, 0, -1):
        other = random.randrange(place + 1)
        items[place], items[other] = items[other], items[place]
        yield
