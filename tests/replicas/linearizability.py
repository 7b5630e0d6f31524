"""Linearizability of recorded histories: could one sequential server have given these responses?

Each check lists violations, empty if the history is linearizable. The decision is exact, because
the check knows the kind of object. An operation takes effect at one point between its beginning and
its end. One without a response has no end: it took effect at any later point, or never.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

NEVER = math.inf


@dataclass(frozen=True)
class Operation:
    """Request: `value` is what it wrote or read, `wins` the result of a contest."""

    value: Any
    begun: float
    ended: float = NEVER
    writes: bool = False
    wins: bool = False

    @property
    def responded(self) -> bool:
        return self.ended != NEVER


@dataclass(frozen=True)
class _Zone:
    """First end and last beginning of all operations on one value (Gibbons, Korach)."""

    value: Hashable
    first_end: float
    last_begin: float


def register_violations(operations: Iterable[Operation], initial: Hashable) -> list[str]:
    """Check a register that is written and read, and never gets the same value twice.

    O(n log n), by the zones of Gibbons and Korach ("Testing Shared Memories", 1997): operations on
    one value form a block, and two blocks have no order if each must come before the other.
    """
    writes, reads = _by_value(operations, initial)
    found: list[str] = []
    forward: list[_Zone] = []
    backward: list[_Zone] = []
    for value, values in reads.items():
        if value not in writes:
            found.append(f"{value} was read and never written")
        elif min(one.ended for one in values) < writes[value].begun:
            found.append(f"{value} was read before it was written")
    for value, write in writes.items():
        block = [write, *reads.get(value, ())]
        zone = _Zone(value, min(o.ended for o in block), max(o.begun for o in block))
        (forward if zone.first_end < zone.last_begin else backward).append(zone)
    return found or _order_violations(forward, backward)


def _by_value(
    operations: Iterable[Operation], initial: Hashable
) -> tuple[dict[Hashable, Operation], dict[Hashable, list[Operation]]]:
    writes = {initial: Operation(initial, -math.inf, -math.inf, writes=True)}
    reads: dict[Hashable, list[Operation]] = {}
    for one in operations:
        if not one.writes:
            if one.responded:
                reads.setdefault(one.value, []).append(one)
        elif one.value in writes:
            raise ValueError(f"{one.value} is written twice: the check is for unique values")
        else:
            writes[one.value] = one
    return writes, reads


def _order_violations(forward: list[_Zone], backward: list[_Zone]) -> list[str]:
    forward.sort(key=lambda zone: zone.first_end)
    found = [
        f"{one.value} and {other.value} each have to come before the other"
        for one, other in pairwise(forward)
        if other.first_end < one.last_begin
    ]
    begins = [zone.first_end for zone in forward]
    for zone in backward:
        index = bisect_left(begins, zone.last_begin) - 1
        if index >= 0 and zone.first_end < forward[index].last_begin:
            found.append(f"{zone.value} came and went while it was {forward[index].value}")
    return found


def sequence_violations(operations: Iterable[Operation]) -> list[str]:
    """Check numbers that are issued in ascending order, without repetition; gaps are allowed."""
    given = sorted((one for one in operations if one.responded), key=lambda one: one.value)
    found = [
        f"{one.value} was given out twice"
        for one, other in pairwise(given)
        if one.value == other.value
    ]
    latest = -math.inf
    for one in given:
        if one.ended < latest:
            found.append(f"{one.value} came before a smaller number was asked for")
        latest = max(latest, one.begun)
    return found


def counter_violations(operations: Sequence[Operation], first: int) -> list[str]:
    """Check a counter that each operation decrements, starting from `first`, and reads.

    Missing numbers were taken by operations without a response.
    """
    rising = [
        Operation(first - one.value, one.begun, one.ended) for one in operations if one.responded
    ]
    found = sequence_violations(rising)
    if found:
        return [f"counted from {first}: {one}" for one in found]
    lost = sorted(one.begun for one in operations if not one.responded)
    rising.sort(key=lambda one: one.value)
    if rising and rising[0].value < 0:
        return [f"{first - rising[0].value} is more than {first}"]
    missing = _missing(rising)
    if len(missing) > len(lost):
        return [f"{len(missing)} numbers are missing, and {len(lost)} operations had no response"]
    return [
        f"{first - number} is missing, and nothing without a response had begun by then"
        for (number, latest), begun in zip(missing, lost, strict=False)
        if begun > latest
    ]


def _missing(rising: list[Operation]) -> list[tuple[int, float]]:
    """List the missing numbers, each with the latest time at which it can have been taken."""
    found: list[tuple[int, float]] = []
    following = rising[-1].value if rising else 0
    latest = NEVER
    for one in reversed(rising):
        found += [(number, latest) for number in range(following - 1, one.value, -1)]
        following, latest = one.value, min(latest, one.ended)
    return [*((number, latest) for number in range(following)), *reversed(found)]


def contest_violations(operations: Sequence[Operation]) -> list[str]:
    """Check a contest that the first operation wins, and all others lose."""
    winners = [one for one in operations if one.wins]
    if len(winners) > 1:
        return [f"{len(winners)} of {len(operations)} have won"]
    losers = [one for one in operations if one.responded and not one.wins]
    could_win = winners or [one for one in operations if not one.responded]
    if losers and not could_win:
        return [f"none of {len(operations)} has won"]
    first = min((one.begun for one in could_win), default=NEVER)
    return ["one has lost before any other had begun" for one in losers if one.ended < first][:1]
