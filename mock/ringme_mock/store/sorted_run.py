"""A sorted sequence of unique tuples that never changes: a write gives a new one.

A write costs O(log n), and whoever holds the old run keeps it as it was.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ringme_mock.store.sorted_tree import (
    WIDEST,
    Item,
    Node,
    build,
    count,
    is_last,
    leaf_of,
    rank,
    rebuilt,
    way_to,
    with_item,
    with_last_leaf,
    without_item,
)


class SortedRun:
    """Unique tuples in order, each reached by its rank or its value in O(log n).

    The last items, WIDEST at most, may lie in a tail beside the tree: what comes in the order of
    time or number is added there, which is much quicker than down the tree and up again. Runs that
    were made from each other share the list of the tail: the first `_size` items of it are those
    of this run, and never change.
    """

    __slots__ = ("_in_tree", "_root", "_size", "_tail")

    def __init__(self, items: Iterable[Item] = ()) -> None:
        """Takes items that are sorted and unique already, in O(n)."""
        self._root = build(tuple(items))
        self._in_tree = count(self._root)
        self._tail: list[Item] = []
        self._size = 0

    @classmethod
    def _of(cls, root: Node, tail: Iterable[Item]) -> SortedRun:
        run = cls.__new__(cls)
        run._root, run._tail = (root, list(tail)) if root else (tuple(tail), [])
        run._in_tree, run._size = count(run._root), len(run._tail)
        return run

    def _with_last(self, item: Item) -> SortedRun:
        """This run with an item behind all others, in its tail."""
        size = self._size
        # Where another run went on from here, the list holds what is not of this one.
        tail = self._tail if len(self._tail) == size else self._tail[:size]
        tail.append(item)
        run = SortedRun.__new__(SortedRun)
        run._root, run._in_tree, run._tail, run._size = self._root, self._in_tree, tail, size + 1
        return run

    def __len__(self) -> int:
        return self._in_tree + self._size

    def __iter__(self) -> Iterator[Item]:
        return chain.from_iterable(self._leaves(0, len(self)))

    def __reversed__(self) -> Iterator[Item]:
        return chain.from_iterable(self._leaves_backwards(0, len(self)))

    def __getitem__(self, rank: int) -> Item:
        leaf, place = self._leaf(rank)
        return leaf[place]

    def islice(self, low: int, high: int, reverse: bool = False) -> Iterator[Item]:
        """The items with the ranks from `low` to below `high`; costs what is taken from it."""
        low, high = max(low, 0), min(high, len(self))
        leaves = self._leaves_backwards if reverse else self._leaves
        return chain.from_iterable(leaves(low, high))

    def bisect_left(self, bound: Item) -> int:
        """How many items lie before `bound`."""
        if self._size and self._tail[0] < bound:
            return self._in_tree + bisect_left(self._tail, bound, 0, self._size)
        return rank(self._root, bound, bisect_left)

    def bisect_right(self, bound: Item) -> int:
        """How many items lie before `bound` or are equal to it."""
        if self._size and not bound < self._tail[0]:
            return self._in_tree + bisect_right(self._tail, bound, 0, self._size)
        return rank(self._root, bound, bisect_right)

    def add(self, item: Item) -> SortedRun:
        """A run with one more item. Raises ValueError if it is here already."""
        size = self._size
        if 0 < size < WIDEST and self._tail[size - 1] < item:
            return self._with_last(item)
        tail = tuple(self._tail[:size])
        if tail and tail[0] < item:
            tail = with_item(tail, item)
            if len(tail) <= WIDEST:
                return self._of(self._root, tail)
            return self._of(with_last_leaf(self._root, tail[:-1]), tail[-1:])
        turns, leaf = way_to(self._root, item)
        more = with_item(leaf, item)
        if len(more) > WIDEST and not tail and more[-1] is item and is_last(turns):
            return self._of(self._root, (item,))
        return self._of(rebuilt(turns, more, 1), tail)

    def remove(self, item: Item) -> SortedRun:
        """A run without this item. Raises ValueError if it is not here."""
        tail = tuple(self._tail[: self._size])
        if tail and tail[0] <= item:
            return self._of(self._root, without_item(tail, item))
        turns, leaf = way_to(self._root, item)
        return self._of(rebuilt(turns, without_item(leaf, item), -1), tail)

    def add_all(self, items: list[Item]) -> SortedRun:
        """A run with these items too, in any order, none of which is here or there twice."""
        if len(items) * WIDEST < len(self):
            run = self
            for item in items:
                run = run.add(item)
            return run
        return SortedRun(sorted(chain(self, items)))

    def _leaf(self, rank: int) -> tuple[Sequence[Item], int]:
        """The leaf with the item of this rank, and its place there; there may be more behind."""
        if rank >= self._in_tree:
            return self._tail, rank - self._in_tree
        return leaf_of(self._root, rank)

    def _leaves(self, low: int, high: int) -> Iterator[Sequence[Item]]:
        while low < high:
            leaf, place = self._leaf(low)
            part = leaf[place : place + high - low]
            yield part
            low += len(part)

    def _leaves_backwards(self, low: int, high: int) -> Iterator[Sequence[Item]]:
        while low < high:
            leaf, place = self._leaf(high - 1)
            part = leaf[max(place + 1 - high + low, 0) : place + 1]
            yield part[::-1]
            high -= len(part)
