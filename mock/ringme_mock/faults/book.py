"""The faults of one session, and how often each had its turn."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from ringme_mock.errors import ApiError, invalid
from ringme_mock.faults.fault_rule import FaultRule, Visitor

# Each request is held against all of them.
MOST_FAULTS = 1000
LONGEST_FAULT = 65_536


@dataclass
class _Counted:
    rule: FaultRule
    seen: int = 0
    applied: int = 0


class FaultBook:
    """Faults by id. They are asked in the order in which they were added; the first one counts.

    `rules` is empty where there are none.
    """

    def __init__(self, rules: Iterable[FaultRule] = ()) -> None:
        self.rules: dict[str, _Counted] = {}
        self._next = 1
        for rule in rules:
            self._take(rule)

    def add(self, rule: FaultRule) -> str:
        """Takes a fault and gives its id. Raises the 400 for one too many, or one too long."""
        if len(self.rules) >= MOST_FAULTS:
            raise invalid(
                f"faults: there are {len(self.rules)}, the limit is {MOST_FAULTS}; delete some with"
                " DELETE /__mock__/faults/ID, or all with DELETE /__mock__/faults"
            )
        size = len(orjson.dumps(rule.source))
        if size > LONGEST_FAULT:
            raise invalid(
                f"fault: has {size} bytes as JSON, the limit is {LONGEST_FAULT};"
                " shorten answer.body or answer.headers"
            )
        return self._take(rule)

    def _take(self, rule: FaultRule) -> str:
        name = str(self._next)
        self._next += 1
        self.rules[name] = _Counted(rule)
        return name

    def show(self, name: str) -> dict[str, Any]:
        """A fault with its counts. Raises the 404 for one that is not there."""
        counted = self._find(name)
        return {
            "id": name,
            **counted.rule.source,
            "seen": counted.seen,
            "applied": counted.applied,
        }

    def show_all(self) -> list[dict[str, Any]]:
        """All of them in order."""
        return [self.show(name) for name in self.rules]

    def remove(self, name: str) -> None:
        """Drops a fault. Raises the 404 for one that is not there."""
        self._find(name)
        del self.rules[name]

    def clear(self) -> None:
        """Drops all of them."""
        self.rules.clear()

    def choose(self, visitor: Visitor, source: random.Random) -> tuple[str, FaultRule] | None:
        """The fault whose turn it is at this request, with its id; None for the usual case."""
        chosen: tuple[str, FaultRule] | None = None
        for name, counted in self.rules.items():
            if not counted.rule.matches(visitor):
                continue
            counted.seen += 1
            if chosen is None and counted.rule.applies(
                counted.seen, counted.applied, source.random()
            ):
                counted.applied += 1
                chosen = name, counted.rule
        return chosen

    def _find(self, name: str) -> _Counted:
        if name not in self.rules:
            raise ApiError(404, f"No such fault: {name[:64]}")
        return self.rules[name]
