"""The B+-tree beneath a sorted run: sorted unique tuples in nodes that never change.

A tree after a write shares with the one before it every node but those on the way to the place of
the change. A leaf is a plain tuple of items. No node but the root has fewer than NARROWEST or more
than WIDEST parts, however long items are added and removed, so the depth stays logarithmic.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

Item: TypeAlias = tuple[Any, ...]
Leaf: TypeAlias = tuple[Item, ...]
Node: TypeAlias = "Leaf | Branch"
Bisect: TypeAlias = Callable[[tuple[Item, ...], Item], int]

# Halves of a node that was cut are twice as wide as what has to be joined: an item that is added
# and removed again and again does not cut and join each time.
WIDEST = 64
NARROWEST = WIDEST // 4


class Branch:
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
    def over(cls, children: tuple[Node, ...], separators: tuple[Item, ...]) -> Branch:
        """A branch over these children, whose items are counted."""
        return cls(children, separators, tuple(accumulate(map(count, children))))

    def __len__(self) -> int:
        return len(self.children)

    def with_child(self, place: int, child: Node, change: int) -> Branch:
        """This branch with another child in one place, which has `change` items more."""
        if not NARROWEST <= len(child) <= WIDEST:
            return self._with_mended(place, child)
        children, ends = self.children, self.ends
        return Branch(
            (*children[:place], child, *children[place + 1 :]),
            self.separators,
            ends[:place] + tuple([end + change for end in ends[place:]]),
        )

    def _with_mended(self, place: int, child: Node) -> Branch:
        """This branch with a child that is too narrow, and joins its neighbour, or too wide."""
        first = last = place
        if len(child) < NARROWEST:
            first = max(place - 1, 0)
            last = first + 1
            left, right = self.children[first], self.children[last]
            left, right = (left, child) if place else (child, right)
            child = _join(left, self.separators[first], right)
        parts, between = _cut(child)
        return Branch.over(
            self.children[:first] + parts + self.children[last + 1 :],
            self.separators[:first] + between + self.separators[last:],
        )


def count(node: Node) -> int:
    """How many items there are below a node."""
    return node.ends[-1] if isinstance(node, Branch) else len(node)


def _join(left: Node, separator: Item, right: Node) -> Node:
    """Two neighbours of one level as one node, which may be too wide."""
    if isinstance(left, Branch) and isinstance(right, Branch):
        separators = (*left.separators, separator, *right.separators)
        return Branch.over(left.children + right.children, separators)
    assert not isinstance(left, Branch) and not isinstance(right, Branch)  # noqa: PT018, S101
    return left + right


def _cut(node: Node) -> tuple[tuple[Node, ...], tuple[Item, ...]]:
    """The node, or its two halves and what separates them if it is too wide."""
    half = len(node) // 2
    if len(node) <= WIDEST:
        return (node,), ()
    if not isinstance(node, Branch):
        return (node[:half], node[half:]), (node[half],)
    left = Branch.over(node.children[:half], node.separators[: half - 1])
    right = Branch.over(node.children[half:], node.separators[half:])
    return (left, right), (node.separators[half - 1],)


def build(items: Leaf) -> Node:
    """A tree over sorted items, its nodes as full as can be."""
    nodes: list[Node] = [items[low:high] for low, high in _shares(len(items))]
    firsts = [leaf[0] for leaf in nodes if not isinstance(leaf, Branch)]
    while len(nodes) > 1:
        shares = _shares(len(nodes))
        nodes = [
            Branch.over(tuple(nodes[low:high]), tuple(firsts[low + 1 : high]))
            for low, high in shares
        ]
        firsts = [firsts[low] for low, _ in shares]
    return nodes[0] if nodes else ()


def _shares(parts: int) -> list[tuple[int, int]]:
    """So many parts dealt out evenly to as few nodes as can hold them."""
    nodes = -(-parts // WIDEST)
    return list(pairwise(parts * node // nodes for node in range(nodes + 1))) if nodes else []


def rank(node: Node, bound: Item, bisect: Bisect) -> int:
    """How many items below a node lie before `bound`, and with `bisect_right` are equal to it."""
    before = 0
    while isinstance(node, Branch):
        place = bisect(node.separators, bound)
        before += node.ends[place - 1] if place else 0
        node = node.children[place]
    return before + bisect(node, bound)


def leaf_of(node: Node, rank: int) -> tuple[Leaf, int]:
    """The leaf below a node with the item of this rank, and the item's place in it."""
    while isinstance(node, Branch):
        place = bisect_right(node.ends, rank)
        rank -= node.ends[place - 1] if place else 0
        node = node.children[place]
    return node, rank


# A branch on the way down to a leaf, and the place of the child that the way goes on with.
Turn: TypeAlias = tuple[Branch, int]


def way_to(node: Node, item: Item) -> tuple[list[Turn], Leaf]:
    """The way from a node to the leaf that an item belongs into."""
    turns = []
    while isinstance(node, Branch):
        place = bisect_right(node.separators, item)
        turns.append((node, place))
        node = node.children[place]
    return turns, node


def is_last(turns: list[Turn]) -> bool:
    """Whether the way leads to the last leaf."""
    return all(place == len(branch.separators) for branch, place in turns)


def rebuilt(turns: list[Turn], node: Node, change: int) -> Node:
    """A tree with another node at the end of a way, which has `change` items more."""
    for branch, place in reversed(turns):
        node = branch.with_child(place, node, change)
    if len(node) > WIDEST:
        return Branch.over(*_cut(node))
    if isinstance(node, Branch) and len(node) == 1:
        return node.children[0]
    return node


def with_last_leaf(root: Node, leaf: Leaf) -> Node:
    """A tree with one leaf more behind all others."""
    if not isinstance(root, Branch):
        return build(root + leaf)
    turns, branch = [], root
    while isinstance(child := branch.children[-1], Branch):
        turns.append((branch, len(branch) - 1))
        branch = child
    longer = Branch(
        (*branch.children, leaf),
        (*branch.separators, leaf[0]),
        (*branch.ends, branch.ends[-1] + len(leaf)),
    )
    return rebuilt(turns, longer, len(leaf))


def with_item(leaf: Leaf, item: Item) -> Leaf:
    """A leaf with one more item. Raises ValueError if it is there already."""
    place = bisect_left(leaf, item)
    if place < len(leaf) and leaf[place] == item:
        raise ValueError(f"{item} is here already")
    return (*leaf[:place], item, *leaf[place:])


def without_item(leaf: Leaf, item: Item) -> Leaf:
    """A leaf without an item. Raises ValueError if it is not there."""
    place = bisect_left(leaf, item)
    if place == len(leaf) or leaf[place] != item:
        raise ValueError(f"{item} is not here")
    return leaf[:place] + leaf[place + 1 :]
