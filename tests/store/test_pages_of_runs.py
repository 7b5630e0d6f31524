"""Pages of several sorted runs are slices of their merged order."""

from __future__ import annotations

import random
from bisect import bisect_left

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringme_mock.store import merged_runs
from ringme_mock.store.index import Position
from ringme_mock.store.merged_runs import Span, page


def owners(how: str, count: int, runs: int) -> list[int]:
    """Return the run that each item belongs to, by kind of distribution."""
    chance = random.Random(how)
    return {
        "in turn": [place % runs for place in range(count)],
        "by chance": [chance.randrange(runs) for _ in range(count)],
        "one after the other": [place * runs // count for place in range(count)],
        "nearly all in one": [
            chance.randrange(runs) if chance.random() < 0.05 else 0 for _ in range(count)
        ],
        "in bursts": [place // 37 % runs for place in range(count)],
    }[how]


def spans_of(items: list[Position], owners: list[int], runs: int) -> list[Span]:
    spans: list[Span] = []
    for run in range(runs):
        own = [item for item, owner in zip(items, owners, strict=True) if owner == run]
        spans.append((own, 0, len(own)))
    return spans


@settings(deadline=None, max_examples=100)
@given(
    owners=st.lists(st.integers(0, 5), min_size=1, max_size=200),
    cut=st.tuples(st.integers(0, 200), st.integers(0, 200)),
    offset=st.integers(0, 220),
    limit=st.none() | st.integers(1, 30),
    descending=st.booleans(),
    few=st.integers(4, 16),
)
def test_page_of_several_runs_is_a_slice_of_their_merged_items(
    owners: list[int],
    cut: tuple[int, int],
    offset: int,
    limit: int | None,
    descending: bool,
    few: int,
) -> None:
    items: list[Position] = [(place,) for place in range(len(owners))]
    low, high = sorted(cut)
    spans = [
        (run, bisect_left(run, (low,)), bisect_left(run, (high,)))
        for run, _, _ in spans_of(items, owners, 6)
    ]
    expected = [item for item in items if low <= item[0] < high]
    expected = (expected[::-1] if descending else expected)[offset:][:limit]
    with pytest.MonkeyPatch.context() as patch:
        # So that a few items take the path for many.
        patch.setattr(merged_runs, "_FEW", few)
        assert list(page(spans, offset, limit, descending)) == expected
