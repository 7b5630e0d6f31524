"""A sorted sequence of unique tuples that never changes: a write gives a new one.

A B+-tree. The new run shares with the old one every node but those on the way to the place of the
change, so a write costs O(log n) and whoever holds the old run keeps it as it was. A leaf is a
plain tuple of items. No node but the root has fewer than NARROWEST or more than WIDEST parts,
however long items are added and removed, so the depth stays logarithmic.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, TypeAlias

Item: TypeAlias = tuple[Any, ...]
Leaf: TypeAlias = tuple[Item, ...]
Node: TypeAlias = "Leaf | _Branch"

# Halves of a node that was cut are twice as wide as what has to be joined: an item that is added
# and removed again and again does not cut and join each time.
WIDEST = 64
NARROWEST = WIDEST // 4


class _Branch:
    """An inner node.

    `separators[i]` lies behind all items of child i and is not behind any of child i + 1. It need
    not be an item itself any more. `ends[i]` is how many items there are in the children up to i.
    """

    __slots__ = ("children", "ends", "separators")

    def __init__(
        self, children: tuple[Node, ...], separators: tuple[Item, ...], ends: tuple[int, ...]
    ) -> None:
        self.children = children
        self.separators = separators
        self.ends = ends

    @classmethod
    def over(cls, children: tuple[Node, ...], separators: tuple[Item, ...]) -> _Branch:
        """A branch over these children, whose items are counted."""
        return cls(children, separators, tuple(accumulate(map(_count, children))))

    def __len__(self) -> int:
        return len(self.children)

    def with_child(self, place: int, child: Node, change: int) -> _Branch:
        """This branch with another child in one place, which has `change` items more."""
        if not NARROWEST <= len(child) <= WIDEST:
            return self._with_mended(place, child)
        children, ends = self.children, self.ends
        return _Branch(
            (*children[:place], child, *children[place + 1 :]),
            self.separators,
            ends[:place] + tuple([end + change for end in ends[place:]]),
        )

    def _with_mended(self, place: int, child: Node) -> _Branch:
        """This branch with a child that is too narrow, and joins its neighbour, or too wide."""
        first = last = place
        if len(child) < NARROWEST:
            first = max(place - 1, 0)
            last = first + 1
            left, right = self.children[first], self.children[last]
            left, right = (left, child) if place else (child, right)
            child = _join(left, self.separators[first], right)
        parts, between = _cut(child)
        return _Branch.over(
            self.children[:first] + parts + self.children[last + 1 :],
            self.separators[:first] + between + self.separators[last:],
        )


def _count(node: Node) -> int:
    return node.ends[-1] if isinstance(node, _Branch) else len(node)


def _join(left: Node, separator: Item, right: Node) -> Node:
    """Two neighbours of one level as one node, which may be too wide."""
    if isinstance(left, _Branch) and isinstance(right, _Branch):
        separators = (*left.separators, separator, *right.separators)
        return _Branch.over(left.children + right.children, separators)
    assert not isinstance(left, _Branch) and not isinstance(right, _Branch)  # noqa: PT018, S101
    return left + right


def _cut(node: Node) -> tuple[tuple[Node, ...], tuple[Item, ...]]:
    """The node, or its two halves and what separates them if it is too wide."""
    half = len(node) // 2
    if len(node) <= WIDEST:
        return (node,), ()
    if not isinstance(node, _Branch):
        return (node[:half], node[half:]), (node[half],)
    left = _Branch.over(node.children[:half], node.separators[: half - 1])
    right = _Branch.over(node.children[half:], node.separators[half:])
    return (left, right), (node.separators[half - 1],)


def _build(items: Leaf) -> Node:
    """A tree over sorted items, its nodes as full as can be."""
    nodes: list[Node] = [items[low:high] for low, high in _shares(len(items))]
    firsts = [leaf[0] for leaf in nodes if not isinstance(leaf, _Branch)]
    while len(nodes) > 1:
        shares = _shares(len(nodes))
        nodes = [
            _Branch.over(tuple(nodes[low:high]), tuple(firsts[low + 1 : high]))
            for low, high in shares
        ]
        firsts = [firsts[low] for low, _ in shares]
    return nodes[0] if nodes else ()


def _shares(count: int) -> list[tuple[int, int]]:
    """So many parts dealt out evenly to as few nodes as can hold them."""
    nodes = -(-count // WIDEST)
    return list(pairwise(count * node // nodes for node in range(nodes + 1))) if nodes else []


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
        self._root = _build(tuple(items))
        self._in_tree = _count(self._root)
        self._tail: list[Item] = []
        self._size = 0

    @classmethod
    def _of(cls, root: Node, tail: Iterable[Item]) -> SortedRun:
        run = cls.__new__(cls)
        run._root, run._tail = (root, list(tail)) if root else (tuple(tail), [])
        run._in_tree, run._size = _count(run._root), len(run._tail)
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
        node, before = self._root, 0
        while isinstance(node, _Branch):
            place = bisect_left(node.separators, bound)
            if place:
                before += node.ends[place - 1]
            node = node.children[place]
        return before + bisect_left(node, bound)

    def bisect_right(self, bound: Item) -> int:
        """How many items lie before `bound` or are equal to it."""
        if self._size and not bound < self._tail[0]:
            return self._in_tree + bisect_right(self._tail, bound, 0, self._size)
        node, before = self._root, 0
        while isinstance(node, _Branch):
            place = bisect_right(node.separators, bound)
            if place:
                before += node.ends[place - 1]
            node = node.children[place]
        return before + bisect_right(node, bound)

    def add(self, item: Item) -> SortedRun:
        """A run with one more item. Raises ValueError if it is here already."""
        size = self._size
        if 0 < size < WIDEST and self._tail[size - 1] < item:
            return self._with_last(item)
        tail = tuple(self._tail[:size])
        if tail and tail[0] < item:
            tail = _with(tail, item)
            if len(tail) <= WIDEST:
                return self._of(self._root, tail)
            return self._of(_with_last_leaf(self._root, tail[:-1]), tail[-1:])
        turns, leaf = _way_to(self._root, item)
        more = _with(leaf, item)
        if len(more) > WIDEST and not tail and more[-1] is item and _is_last(turns):
            return self._of(self._root, (item,))
        return self._of(_rebuilt(turns, more, 1), tail)

    def remove(self, item: Item) -> SortedRun:
        """A run without this item. Raises ValueError if it is not here."""
        tail = tuple(self._tail[: self._size])
        if tail and tail[0] <= item:
            return self._of(self._root, _without(tail, item))
        turns, leaf = _way_to(self._root, item)
        return self._of(_rebuilt(turns, _without(leaf, item), -1), tail)

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
        node = self._root
        while isinstance(node, _Branch):
            place = bisect_right(node.ends, rank)
            if place:
                rank -= node.ends[place - 1]
            node = node.children[place]
        return node, rank

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


# A branch on the way down to a leaf, and the place of the child that the way goes on with.
Turn: TypeAlias = tuple[_Branch, int]


def _way_to(node: Node, item: Item) -> tuple[list[Turn], Leaf]:
    """The way from a node to the leaf that an item belongs into."""
    turns = []
    while isinstance(node, _Branch):
        place = bisect_right(node.separators, item)
        turns.append((node, place))
        node = node.children[place]
    return turns, node


def _is_last(turns: list[Turn]) -> bool:
    """Whether the way leads to the last leaf."""
    return all(place == len(branch.separators) for branch, place in turns)


def _rebuilt(turns: list[Turn], node: Node, change: int) -> Node:
    """A tree with another node at the end of a way, which has `change` items more."""
    for branch, place in reversed(turns):
        node = branch.with_child(place, node, change)
    if len(node) > WIDEST:
        return _Branch.over(*_cut(node))
    if isinstance(node, _Branch) and len(node) == 1:
        return node.children[0]
    return node


def _with_last_leaf(root: Node, leaf: Leaf) -> Node:
    """A tree with one leaf more behind all others."""
    if not isinstance(root, _Branch):
        return _build(root + leaf)
    turns, branch = [], root
    while isinstance(child := branch.children[-1], _Branch):
        turns.append((branch, len(branch) - 1))
        branch = child
    longer = _Branch(
        (*branch.children, leaf),
        (*branch.separators, leaf[0]),
        (*branch.ends, branch.ends[-1] + len(leaf)),
    )
    return _rebuilt(turns, longer, len(leaf))


def _with(leaf: Leaf, item: Item) -> Leaf:
    place = bisect_left(leaf, item)
    if place < len(leaf) and leaf[place] == item:
        raise ValueError(f"{item} is here already")
    return (*leaf[:place], item, *leaf[place:])


def _without(leaf: Leaf, item: Item) -> Leaf:
    place = bisect_left(leaf, item)
    if place == len(leaf) or leaf[place] != item:
        raise ValueError(f"{item} is not here")
    return leaf[:place] + leaf[place + 1 :]
