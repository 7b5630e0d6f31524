"""A sorted run is what a sorted list is, and no write to it changes an earlier one."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ringme_mock.store import sorted_run, sorted_tree
from ringme_mock.store.collection import TOP
from ringme_mock.store.sorted_run import SortedRun
from ringme_mock.store.sorted_tree import Item
from store.nodes import check, depth, new_nodes, nodes

# Few moments and many keys, so that items tie in all but the key.
ITEMS = st.tuples(st.integers(0, 30), st.integers(0, 1000).map("{:04}".format))
RANKS = st.integers(-3, 400)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes so narrow that a few hundred items make a deep tree."""
    monkeypatch.setattr(sorted_run, "WIDEST", 8)
    monkeypatch.setattr(sorted_tree, "WIDEST", 8)
    monkeypatch.setattr(sorted_tree, "NARROWEST", 2)


class AgainstAList(RuleBasedStateMachine):
    """Does the same to a run and to a sorted list, and keeps what both were on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.run = SortedRun()
        self.items: list[Item] = []
        self.kept: list[tuple[SortedRun, list[Item]]] = []

    @initialize(items=st.sets(ITEMS, max_size=300))
    def build(self, items: set[Item]) -> None:
        self.items = sorted(items)
        self.run = SortedRun(self.items)

    @rule(item=ITEMS)
    def add(self, item: Item) -> None:
        if item in self.items:
            with pytest.raises(ValueError, match="already"):
                self.run.add(item)
        else:
            self.run = self.run.add(item)
            insort(self.items, item)

    @rule(items=st.sets(ITEMS, max_size=40))
    def add_all(self, items: set[Item]) -> None:
        new = sorted(items.difference(self.items), reverse=True)
        self.run = self.run.add_all(new)
        self.items = sorted([*self.items, *new])

    @rule(many=st.integers(1, 80))
    def add_behind_all(self, many: int) -> None:
        last = self.items[-1][0] if self.items else 0
        for item in [(last + place, "behind") for place in range(1, many)]:
            self.run = self.run.add(item)
            self.items.append(item)

    @rule(item=ITEMS)
    def remove_what_may_be_missing(self, item: Item) -> None:
        if item in self.items:
            self.run = self.run.remove(item)
            self.items.remove(item)
        else:
            with pytest.raises(ValueError, match="not here"):
                self.run.remove(item)

    @precondition(lambda self: self.items)
    @rule(place=st.integers(0), many=st.integers(1, 100))
    def remove_neighbours(self, place: int, many: int) -> None:
        place %= len(self.items)
        for item in self.items[place : place + many]:
            self.run = self.run.remove(item)
        del self.items[place : place + many]

    @rule()
    def keep(self) -> None:
        self.kept.append((self.run, list(self.items)))

    @precondition(lambda self: self.kept)
    @rule(place=st.integers(0))
    def go_back(self, place: int) -> None:
        self.run, items = self.kept[place % len(self.kept)]
        self.items = list(items)

    @rule(low=RANKS, high=RANKS, reverse=st.booleans())
    def cut_out(self, low: int, high: int, reverse: bool) -> None:
        expected = self.items[max(low, 0) : max(high, 0)]
        found = list(self.run.islice(low, high, reverse))
        assert found == (expected[::-1] if reverse else expected)

    @rule(item=ITEMS, top=st.booleans(), short=st.booleans())
    def bisect(self, item: Item, top: bool, short: bool) -> None:
        bound: Item = (item[0], TOP) if top else item[:1] if short else item
        assert self.run.bisect_left(bound) == bisect_left(self.items, bound)
        assert self.run.bisect_right(bound) == bisect_right(self.items, bound)

    @precondition(lambda self: self.items)
    @rule(rank=st.integers(0))
    def rank(self, rank: int) -> None:
        rank %= len(self.items)
        assert self.run[rank] == self.items[rank]

    @invariant()
    def are_alike(self) -> None:
        check(self.run)
        assert len(self.run) == len(self.items)
        assert list(self.run) == self.items
        assert list(reversed(self.run)) == self.items[::-1]

    def teardown(self) -> None:
        for run, items in self.kept:
            check(run)
            assert list(run) == items


@pytest.mark.usefixtures("narrow")
def test_a_run_of_narrow_nodes_is_what_a_sorted_list_is() -> None:
    run_state_machine_as_test(
        AgainstAList,
        settings=settings(max_examples=60, stateful_step_count=40, deadline=None),
    )


def test_a_run_is_what_a_sorted_list_is() -> None:
    run_state_machine_as_test(
        AgainstAList,
        settings=settings(max_examples=30, stateful_step_count=30, deadline=None),
    )


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 1000, 1024, 1025, 40_000])
def test_a_run_is_built_of_nodes_that_are_nearly_full(size: int) -> None:
    run = SortedRun((number,) for number in range(size))
    check(run)
    assert len(run) == size
    leaves = [node for node in nodes(run) if isinstance(node, tuple)]
    assert len(leaves) == max(-(-size // sorted_tree.WIDEST), 1)


@pytest.mark.parametrize("order", ["ascending", "descending", "by chance"])
def test_a_run_that_grows_and_shrinks_stays_balanced(order: str) -> None:
    chance = random.Random(order)
    items = [(number,) for number in range(20_000)]
    if order == "descending":
        items.reverse()
    elif order == "by chance":
        chance.shuffle(items)
    run = SortedRun()
    for item in items:
        run = run.add(item)
    check(run)
    assert list(run) == sorted(items)
    assert depth(run) <= 3
    for item in items[:-10]:
        run = run.remove(item)
    check(run)
    assert depth(run) == 0
    for item in items[-10:]:
        run = run.remove(item)
    assert nodes(run) == [()]


def test_long_churn_leaves_no_more_nodes_than_the_items_need() -> None:
    chance = random.Random(5)
    items = sorted({(chance.random(),) for _ in range(2_000)})
    run = SortedRun(items)
    for _ in range(30_000):
        place = chance.randrange(len(items))
        run = run.remove(items.pop(place))
        new = (chance.random(),)
        insort(items, new)
        run = run.add(new)
    check(run)
    assert list(run) == items
    assert len(nodes(run)) <= 2_000 // sorted_tree.NARROWEST


def test_a_write_makes_new_nodes_on_one_way_down_only() -> None:
    run = SortedRun((number, "a") for number in range(0, 100_000, 2))
    for number in range(1, 100_000, 5000):
        more = run.add((number, "b"))
        assert len(new_nodes(more, run)) <= 2 * (depth(run) + 1)
        less = run.remove((number - 1, "a"))
        assert len(new_nodes(less, run)) <= 2 * (depth(run) + 1)


def test_few_items_are_added_to_many_without_building_anew() -> None:
    run = SortedRun((number,) for number in range(0, 100_000, 2))
    more = run.add_all([(1,), (50_001,)])
    assert len(new_nodes(more, run)) <= 4 * (depth(run) + 1)
    assert len(more) == len(run) + 2


def test_a_slice_reads_the_leaves_that_it_lies_in_only() -> None:
    read = []

    class Read(SortedRun):
        def _leaf(self, rank: int) -> tuple[Sequence[Item], int]:
            read.append(rank)
            return super()._leaf(rank)

    run = Read((number,) for number in range(100_000))
    assert list(run.islice(50_000, 50_020)) == [(number,) for number in range(50_000, 50_020)]
    assert len(read) <= 2
    first = next(iter(run.islice(10, 90_000, reverse=True)))
    assert first == (89_999,)
    assert len(read) <= 3
