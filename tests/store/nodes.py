"""The nodes that a sorted run is made of, and what must hold of them."""

from __future__ import annotations

from itertools import pairwise

from ringme_mock.store import sorted_tree
from ringme_mock.store.sorted_run import SortedRun
from ringme_mock.store.sorted_tree import Branch, Leaf, Node


def nodes(run: SortedRun) -> list[Node]:
    """All nodes, a branch before what is below it, and the tail if there is one."""
    found: list[Node] = [tuple(run._tail[: run._size])] if run._size else []
    waiting: list[Node] = [run._root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if isinstance(node, Branch):
            waiting.extend(reversed(node.children))
    return found


def new_nodes(run: SortedRun, *others: SortedRun) -> list[Node]:
    """The nodes of a run that none of the others has."""
    known = {id(node) for other in others for node in nodes(other)}
    return [node for node in nodes(run) if id(node) not in known]


def depth(run: SortedRun) -> int:
    """How many branches lie above each leaf."""
    node, levels = run._root, 0
    while isinstance(node, Branch):
        node, levels = node.children[0], levels + 1
    return levels


def check(run: SortedRun) -> None:
    """Fails unless the tree is in order, balanced, counted right and neither wide nor narrow."""
    assert len(run._tail) <= sorted_tree.WIDEST
    assert run._root or not run._tail
    assert len(run._root) <= sorted_tree.WIDEST
    if isinstance(run._root, Branch):
        assert len(run._root) > 1
    found = nodes(run)
    tail = found[0] if run._size else None
    for node in found:
        if node is not run._root and node is not tail:
            assert sorted_tree.NARROWEST <= len(node) <= sorted_tree.WIDEST
        if isinstance(node, Branch):
            _check_branch(node)
    items = list(run)
    assert all(one < other for one, other in pairwise(items))


def _check_branch(branch: Branch) -> None:
    leaves = [_leaves(child) for child in branch.children]
    assert len({_depth(child) for child in branch.children}) == 1
    sizes = [sum(map(len, found)) for found in leaves]
    assert list(branch.ends) == [sum(sizes[: place + 1]) for place in range(len(sizes))]
    assert len(branch.separators) == len(branch.children) - 1
    for place, separator in enumerate(branch.separators):
        assert leaves[place][-1][-1] < separator <= leaves[place + 1][0][0]


def _leaves(node: Node) -> list[Leaf]:
    if not isinstance(node, Branch):
        return [node]
    return [leaf for child in node.children for leaf in _leaves(child)]


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.children)) if isinstance(node, Branch) else 0
