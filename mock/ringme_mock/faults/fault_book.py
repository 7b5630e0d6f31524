"""Faults of a session, with counts of their use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.errors import ApiError, invalid
from ringme_mock.faults.fault_rule import FaultRule, read_rule

# Each request is matched against all of them.
MOST_FAULTS = 1000
LONGEST_FAULT = 65_536
# Limit of all faults of a session together.
LONGEST_BOOK = 1024 * 1024


@dataclass
class _Counted:
    rule: FaultRule
    size: int
    seen: int = 0
    applied: int = 0


class FaultBook:
    """Faults by id, in the order of their addition; the first that applies to a request counts."""

    def __init__(self, rules: Iterable[FaultRule] = ()) -> None:
        self.rules: dict[str, _Counted] = {}
        self._next = 1
        for rule in rules:
            self._add(rule, _size(rule))

    def add(self, rule: FaultRule) -> str:
        """Add a fault and return its id. Raises the 400 for too many, or a too long one."""
        if len(self.rules) >= MOST_FAULTS:
            raise invalid(
                f"faults: there are {len(self.rules)}, the limit is {MOST_FAULTS}; delete some with"
                " DELETE /__mock__/faults/ID, or all with DELETE /__mock__/faults"
            )
        size = _size(rule)
        if size > LONGEST_FAULT:
            raise invalid(
                f"fault: has {size} bytes as JSON, the limit is {LONGEST_FAULT};"
                " shorten answer.body or answer.headers"
            )
        held = sum(one.size for one in self.rules.values())
        if held + size > LONGEST_BOOK:
            raise invalid(
                f"faults: have {held} bytes as JSON, {size} more would exceed the limit of"
                f" {LONGEST_BOOK}; delete some with DELETE /__mock__/faults/ID"
            )
        return self._add(rule, size)

    def _add(self, rule: FaultRule, size: int) -> str:
        name = str(self._next)
        self._next += 1
        self.rules[name] = _Counted(rule, size)
        return name

    def show(self, name: str) -> dict[str, Any]:
        """Return a fault with its counts as JSON. Raises the 404 for an unknown one."""
        counted = self._find(name)
        counts = {"seen": counted.seen, "applied": counted.applied}
        return {"id": name, **counted.rule.source, **counts}

    def show_all(self) -> list[dict[str, Any]]:
        return [self.show(name) for name in self.rules]

    def remove(self, name: str) -> None:
        """Delete a fault. Raises the 404 for an unknown one."""
        self._find(name)
        del self.rules[name]

    def clear(self) -> None:
        self.rules.clear()

    def match(self, request: RequestContext) -> bool:
        return any(counted.rule.matches(request) for counted in self.rules.values())

    def choose(self, request: RequestContext) -> tuple[str, FaultRule] | None:
        """Choose the fault that applies to a request, with its id; count all that match."""
        chosen: tuple[str, FaultRule] | None = None
        for name, counted in self.rules.items():
            if not counted.rule.matches(request):
                continue
            counted.seen += 1
            random = request.session.random.random
            if chosen is None and counted.rule.applies(counted.seen, counted.applied, random()):
                counted.applied += 1
                chosen = name, counted.rule
        return chosen

    def dump(self) -> list[Any]:
        rules = [[name, one.rule.source, one.seen, one.applied] for name, one in self.rules.items()]
        return [self._next, rules]

    def load(self, written: list[Any]) -> None:
        self._next, rules = written
        self.rules = {
            name: _Counted(rule := read_rule(source), _size(rule), *counts)
            for name, source, *counts in rules
        }

    def _find(self, name: str) -> _Counted:
        if name not in self.rules:
            raise ApiError(404, f"No such fault: {name[:64]}")
        return self.rules[name]


def _size(rule: FaultRule) -> int:
    return len(orjson.dumps(rule.source))
