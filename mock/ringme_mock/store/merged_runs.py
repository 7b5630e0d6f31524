"""Pages of several sorted runs in merged order. No position is in two runs."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import TypeAlias

from ringme_mock.store.index import Position

# The positions low..high of a run, `high` not included.
Span: TypeAlias = tuple[Sequence[Position], int, int]

# Sorting so many positions besides those of the page is faster than narrowing further.
_FEW = 128


def count(spans: list[Span]) -> int:
    return sum([high - low for _, low, high in spans])


def merge(spans: list[Span], descending: bool) -> Iterator[Position]:
    """Iterate lazily over the positions of all spans in order."""
    walks = [
        map(run.__getitem__, range(high - 1, low - 1, -1) if descending else range(low, high))
        for run, low, high in spans
    ]
    return walks[0] if len(walks) == 1 else heapq.merge(*walks, reverse=descending)


def page(spans: list[Span], offset: int, limit: int | None, descending: bool) -> list[Position]:
    """Return at most `limit` positions of the merged order from `offset` on.

    The cost is that of the page and O(k log^2 n) for k spans of n positions; the offset adds
    nothing.
    """
    total = count(spans)
    end = total if limit is None else min(offset + limit, total)
    if descending:
        return _slice(spans, total - end, total - offset)[::-1] if offset < end else []
    return _slice(spans, offset, end) if offset < end else []


def _slice(spans: list[Span], begin: int, end: int) -> list[Position]:
    """Return the positions with the ranks begin..end of the merged order.

    Cuts all spans at a position near one end of the range, that with more positions outside, and
    recurses into the side that holds the range. However the runs are mixed, a cut removes at least
    about a quarter of the positions on that side. It needs a rank above 1 to remove any.
    """
    spans, begin, end = _clipped(spans, begin, end)
    beside = count(spans) - (end - begin)
    if beside == 0 and len(spans) == 1:
        run, low, high = spans[0]
        return list(run[low:high])
    if beside <= _FEW:
        return _sorted(spans)[begin:end]
    margin = _FEW // 4
    rank = begin - margin if 2 * begin > beside else end + margin
    item = _item_near(spans, rank)
    cuts = [bisect_left(run, item, low, high) for run, low, high in spans]
    left = [(run, low, cut) for (run, low, _), cut in zip(spans, cuts, strict=True)]
    right = [(run, cut, high) for (run, _, high), cut in zip(spans, cuts, strict=True)]
    below = count(left)
    if below <= begin:
        return _slice(right, begin - below, end - below)
    if below >= end:
        return _slice(left, begin, end)
    return _slice(left, begin, below) + _slice(right, 0, end - below)


def _clipped(spans: list[Span], begin: int, end: int) -> tuple[list[Span], int, int]:
    """Drop positions that cannot have the ranks begin..end, judged by their own span alone.

    Returns the remaining spans, and the ranks in these.
    """
    behind = count(spans) - begin
    clipped = []
    for run, low, high in spans:
        first = max(low, high - behind)
        begin -= first - low
        end -= first - low
        clipped.append((run, first, high))
    clipped = [(run, low, min(high, low + end)) for run, low, high in clipped]
    return [span for span in clipped if span[1] < span[2]], begin, end


def _sorted(spans: list[Span]) -> list[Position]:
    return sorted(chain.from_iterable([run[low:high] for run, low, high in spans]))


def _item_near(spans: list[Span], rank: int) -> Position:
    """Find a position near this rank in the merged order, the nearer the more even the mix is.

    Each span offers the position at the same relative depth as the rank. The result is the median
    of these, weighted by the lengths of the spans.
    """
    size = count(spans)
    candidates = sorted(
        [(run[low + (high - low) * rank // size], high - low) for run, low, high in spans]
    )
    ends = accumulate([length for _, length in candidates])
    return next(item for (item, _), end in zip(candidates, ends, strict=True) if 2 * end > size)
