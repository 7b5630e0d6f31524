"""Several sorted runs read as one: pages of their merged order. No item is in two of the runs."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from typing import TypeAlias

from ringme_mock.store.sorted_run import SortedRun
from ringme_mock.store.sorted_tree import Item

# The items of a run with the ranks from the first number to below the second.
Span: TypeAlias = tuple[SortedRun, int, int]

# To step over so few items of the merged order is quicker than to come closer by another guess,
# which costs more the more spans there are. With fewer than four, a guess might drop nothing.
_STEPS = 32
_STEPS_PER_SPAN = 0.25


def count(spans: list[Span]) -> int:
    """How many items there are in all spans."""
    return sum([high - low for _, low, high in spans])


def merge(spans: list[Span], descending: bool) -> Iterator[Item]:
    """The items of all spans in order."""
    walks = [run.islice(low, high, descending) for run, low, high in spans]
    return walks[0] if len(walks) == 1 else heapq.merge(*walks, reverse=descending)


def page(spans: list[Span], offset: int, limit: int | None, descending: bool) -> Iterator[Item]:
    """The items of the merged order from `offset` on, at most `limit` of them.

    Costs what it holds and O(k log^2 n) for k spans of n items, not what lies before it.
    """
    total = count(spans)
    size = total - offset if limit is None else min(limit, total - offset)
    if size <= 0:
        return iter(())
    if len(spans) == 1:
        run, low, high = spans[0]
        begin = high - offset - size if descending else low + offset
        return run.islice(begin, begin + size, descending)
    begins, steps = _approach(spans, offset, descending)
    stop = steps + size
    ahead = [
        _ahead(span, begin, stop, descending) for span, begin in zip(spans, begins, strict=True)
    ]
    ahead = [(run, low, high) for run, low, high in ahead if low < high]
    return itertools.islice(merge(_nearest(ahead, stop, descending), descending), steps, stop)


def _ahead(span: Span, begin: int, size: int, descending: bool) -> Span:
    """The first `size` items of a span from `begin` on."""
    run, low, high = span
    if descending:
        return run, max(low, begin - size), begin
    return run, begin, min(begin + size, high)


def _nearest(spans: list[Span], size: int, descending: bool) -> list[Span]:
    """Those spans that can have one of the first `size` items: there are at most so many."""
    if len(spans) <= size:
        return spans
    if descending:
        return heapq.nlargest(size, spans, key=lambda span: span[0][span[2] - 1])
    return heapq.nsmallest(size, spans, key=lambda span: span[0][span[1]])


def _approach(spans: list[Span], offset: int, descending: bool) -> tuple[list[int], int]:
    """Where to begin in each span, and how many items of the merged order to step over then.

    Takes an item of about the rank looked for, counts what lies before it in each span, and goes
    on with the side of it that the rank is on. However the runs are mixed, a guess drops about a
    quarter at least of what lies before the rank or of what lies behind it.
    """
    runs = [run for run, _, _ in spans]
    lows, highs = [low for _, low, _ in spans], [high for _, _, high in spans]
    enough = max(_STEPS, int(len(spans) * _STEPS_PER_SPAN))
    while offset > enough:
        size = sum(highs) - sum(lows)
        rank = size - offset if descending else offset
        # A little short of the rank on the side that the walk comes from.
        guess = rank + enough // 2 if descending else rank - enough // 2
        left = list(zip(runs, lows, highs, strict=True))
        item = _item_near(left, guess)
        cuts = [
            min(max(run.bisect_left(item), low), high) if low < high else low
            for run, low, high in left
        ]
        below = sum(cuts) - sum(lows)
        if below <= rank:
            lows = cuts
            offset -= 0 if descending else below
        else:
            highs = cuts
            offset -= size - below if descending else 0
    return (highs if descending else lows), offset


def _item_near(spans: list[Span], rank: int) -> Item:
    """An item of about this rank in the merged order, the closer the more evenly it is mixed.

    It is the median of those that lie as deep in their spans as the rank lies in all, where each
    span counts by its length.
    """
    size = count(spans)
    candidates = sorted(
        [
            (run[low + (high - low) * rank // size], high - low)
            for run, low, high in spans
            if low < high
        ]
    )
    upto = itertools.accumulate([length for _, length in candidates])
    return next(item for (item, _), end in zip(candidates, upto, strict=True) if end > size // 2)
