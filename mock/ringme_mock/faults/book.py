"""The faults of one session, and how often each had its turn."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ringme_mock.errors import ApiError
from ringme_mock.faults.rule import FaultRule, Visitor


@dataclass
class _Counted:
    rule: FaultRule
    seen: int = 0
    applied: int = 0


class FaultBook:
    """Faults by id. They are asked in the order in which they were added; the first one counts."""

    def __init__(self, rules: Iterable[FaultRule] = ()) -> None:
        self._rules: dict[str, _Counted] = {}
        self._next = 1
        for rule in rules:
            self.add(rule)

    def __len__(self) -> int:
        return len(self._rules)

    def add(self, rule: FaultRule) -> str:
        """Takes a fault and gives its id."""
        name = str(self._next)
        self._next += 1
        self._rules[name] = _Counted(rule)
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
        return [self.show(name) for name in self._rules]

    def remove(self, name: str) -> None:
        """Drops a fault. Raises the 404 for one that is not there."""
        self._find(name)
        del self._rules[name]

    def clear(self) -> None:
        """Drops all of them."""
        self._rules.clear()

    def choose(self, visitor: Visitor, source: random.Random) -> tuple[str, FaultRule] | None:
        """The fault whose turn it is at this request, with its id; None for the usual case."""
        chosen: tuple[str, FaultRule] | None = None
        for name, counted in self._rules.items():
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
        if name not in self._rules:
            raise ApiError(404, f"No such fault: {name[:64]}")
        return self._rules[name]
