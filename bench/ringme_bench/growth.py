"""What each action costs as the data grows."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ringme_bench.growth_actions import (
    FIRST_TIME,
    PAGE,
    Action,
    group_actions,
    record_actions,
    state_actions,
)
from ringme_bench.growth_data import A_DAY, with_groups, with_records
from ringme_bench.in_process import InProcess
from ringme_bench.weigh import weigh
from ringme_mock.store.fixtures import load_store
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC

_CALLS = 8
# Fewer items take less memory than what else goes on in a process.
_LEAST_WEIGHED = 10_000
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Sizes:
    """The numbers of items to measure with, and how often."""

    records: tuple[int, ...]
    groups: tuple[int, ...]
    rounds: int


@dataclass
class _Size:
    """A mock with so many items, and what can be done to it."""

    count: int
    collection_ms: float
    actions: dict[str, Action]


async def measure(sizes: Sizes, tell: Tell) -> dict[str, Any]:
    """A series of figures for records, and one for groups."""
    contract = Contract(read_yaml(SPEC))
    seed = load_store(contract, FIXTURES)
    kinds = (
        ("records", sizes.records, with_records, record_actions),
        ("groups", sizes.groups, with_groups, group_actions),
    )
    series = []
    for what, counts, fill, actions in kinds:
        weight = None
        if counts[-1] >= _LEAST_WEIGHED:
            tell(f"memory of {counts[-1]} {what}")
            weight = weigh(what, counts[-1])
        made = []
        for number in counts:
            tell(f"{number} {what}")
            # What goes through all objects now and then would hit one size or another by chance.
            gc.freeze()
            made.append(await _size(contract, fill(seed, number), number, actions))
        gc.freeze()
        tell(f"{sizes.rounds} rounds")
        series.append({**await _series(what, made, sizes.rounds), "bytes_per_item": weight})
        del made
        gc.unfreeze()
    return {"rounds": sizes.rounds, "page": PAGE, "a_day": A_DAY, "series": series}


async def _size(
    contract: Contract,
    store: Store,
    number: int,
    actions: Callable[[InProcess, str, int], dict[str, Action]],
) -> _Size:
    begin = time.perf_counter()
    gc.collect()
    collection = (time.perf_counter() - begin) * 1000
    mock = InProcess(contract, store)
    found = {**actions(mock, await mock.token(), number), **state_actions(mock)}
    return _Size(number, collection, found)


async def _series(what: str, sizes: list[_Size], rounds: int) -> dict[str, Any]:
    names = list(sizes[0].actions)
    seconds: dict[str, list[list[float]]] = {name: [[] for _ in sizes] for name in names}
    for _ in range(rounds):
        for name in names:
            for place, size in enumerate(sizes):
                action = size.actions[name]
                # What is asked for the first time needs a mock that was asked nothing yet.
                calls = 1 if name == FIRST_TIME else _CALLS
                samples = [await action() for _ in range(calls)]
                seconds[name][place].append(statistics.median(samples))
    return {
        "what": what,
        "counts": [size.count for size in sizes],
        "collection_ms": [round(size.collection_ms, 1) for size in sizes],
        "actions": [_figures(name, seconds[name]) for name in names],
    }


def _figures(name: str, by_size: list[list[float]]) -> dict[str, Any]:
    """Medians in us, and the ratio to the smallest size, round by round."""
    return {
        "name": name,
        "us": [round(statistics.median(values) * 1e6, 1) for values in by_size],
        "ratio": [
            round(statistics.median(a / b for a, b in zip(values, by_size[0], strict=True)), 2)
            for values in by_size
        ],
    }
