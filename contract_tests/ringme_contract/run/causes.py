"""Causes: groups of failures that have a clue in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ringme_contract.deviations import (
    ANY,
    EFFECT,
    NO_EFFECT,
    OPERATION,
    QUERY,
    REQUIRED,
    RESPONSE,
    Clue,
    Deviation,
)
from ringme_contract.recording import Exchange
from ringme_contract.verdict import Outcome

# The weight of a clue, by its sort and if it is about all operations: a specific one weighs more.
_WEIGHTS = {
    (RESPONSE, False): 1.0,
    (RESPONSE, True): 0.9,
    (EFFECT, False): 1.0,
    (QUERY, False): 0.9,
    (QUERY, True): 0.85,
    # Every request has a required parameter, so it says little.
    (REQUIRED, False): 0.65,
    (REQUIRED, True): 0.55,
    (OPERATION, False): 0.6,
}
# A deviation of this many operations is not specific to one of them.
_MANY = 2
_FOLLOWING = 2
_NOTHING = Exchange("", "", "", {}, "", 0, {}, "", 0.0)


@dataclass
class Cause:
    """The common cause of failed checks; `follows` are checks that met it and failed later."""

    clue: Clue
    parts: list[tuple[Outcome, Deviation]]
    follows: list[Outcome] = field(default_factory=list)

    @property
    def outcomes(self) -> list[Outcome]:
        found = {one.check: one for one in [*(one for one, _ in self.parts), *self.follows]}
        return list(found.values())

    @property
    def rules(self) -> list[str]:
        """The rules that it breaks, those with most failed checks first."""
        return [name for name, _ in Counter(one.rule for one in self.outcomes).most_common()]

    @property
    def operations(self) -> list[str]:
        """The operations whose responses show it, those with most deviations first."""
        found = Counter(one.exchange.operation or "" for _, one in self.parts)
        return [name for name, _ in found.most_common()]

    @property
    def in_entry(self) -> bool:
        """True if the written entry itself, read alone, shows it."""
        return any(_same_entry(one) for _, one in self.parts)

    @property
    def details(self) -> list[str]:
        """The details of the clue, and of clues of the same sort that all deviations share."""
        same = [
            {clue.detail for clue in one.clues if replace(clue, detail="") == self._kind}
            for _, one in self.parts
        ]
        return sorted(set.intersection(*same)) if all(same) else [self.clue.detail]

    @property
    def _kind(self) -> Clue:
        return replace(self.clue, detail="")

    @property
    def example(self) -> tuple[Outcome, Deviation]:
        """The deviation that shows it in the fewest requests, with its check."""
        return min(
            self.parts,
            key=lambda part: (
                part[1].expected is None and part[1].got is None,
                part[0].layer != "scenarios",
                self.clue.sort == EFFECT and not _same_entry(part[1]),
                len(part[0].exchanges),
                len(part[1].exchange.url),
            ),
        )

    @property
    def effect(self) -> str:
        return Counter(one.effect for _, one in self.parts).most_common(1)[0][0]


def find_causes(failures: Iterable[Outcome]) -> list[Cause]:
    """The causes of failed checks, most checks first. A check may have several."""
    left = [(one, deviation) for one in failures for deviation in _deviations(one)]
    causes: list[Cause] = []
    while left:
        clue = _most_common(left)
        # Responses that break the document in the same way have one cause, whatever their checks.
        wrong = {_wrong(one) for _, one in left if clue in one.clues and one.exchange.problems}
        belong = [clue in one.clues or _wrong(one) in wrong for _, one in left]
        parts = [part for part, belongs in zip(left, belong, strict=True) if belongs]
        left = [part for part, belongs in zip(left, belong, strict=True) if not belongs]
        causes.append(Cause(clue, parts))
    _fold(causes)
    return sorted(causes, key=lambda one: -len(one.outcomes))


def _same_entry(deviation: Deviation) -> bool:
    return deviation.write is not None and deviation.write.url == deviation.exchange.url


def _deviations(failure: Outcome) -> list[Deviation]:
    if failure.deviations:
        return failure.deviations
    # A check that failed before it sent anything has only its message.
    exchange = failure.exchanges[-1] if failure.exchanges else _NOTHING
    clues = frozenset({Clue(OPERATION, exchange.operation or "", failure.message)})
    return [Deviation(exchange, failure.expected, failure.got, clues=clues)]


def _wrong(deviation: Deviation) -> tuple[object, ...]:
    exchange = deviation.exchange
    return exchange.operation, exchange.status, *exchange.problems


def _most_common(parts: list[tuple[Outcome, Deviation]]) -> Clue:
    """The clue that explains most checks; several deviations of a check count as one."""
    shares = Counter(outcome.check for outcome, _ in parts)
    counts: dict[Clue, float] = {}
    places: dict[Clue, set[str | None]] = {}
    for outcome, deviation in parts:
        for clue in deviation.clues:
            counts[clue] = counts.get(clue, 0) + 1 / shares[outcome.check]
            places.setdefault(clue, set()).add(deviation.exchange.operation)
    return max(counts, key=lambda clue: (_score(clue, counts[clue], len(places[clue])), str(clue)))


def _score(clue: Clue, count: float, places: int) -> float:
    wide = clue.operation == ANY
    vague = clue.sort == RESPONSE and " instead of " not in clue.detail
    few = wide and places < _MANY
    return count * _WEIGHTS[clue.sort, wide] * (0.98 if vague else 1) * (0.5 if few else 1)


def _fold(causes: list[Cause]) -> None:
    """Moves failures to a larger cause that their check met before it failed."""
    for large in sorted(causes, key=lambda one: -len(one.outcomes)):
        if not _passes_on(large):
            continue
        for small in causes:
            if small is not large and len(small.outcomes) <= len(large.outcomes):
                moved = [part for part in small.parts if large.clue in part[1].met]
                small.parts = [part for part in small.parts if part not in moved]
                large.follows += [outcome for outcome, _ in moved]
    causes[:] = [one for one in causes if one.parts]


def _passes_on(cause: Cause) -> bool:
    """True if a check that met the cause is likely to fail later."""
    if len(cause.parts) < _FOLLOWING:
        return False
    return cause.clue.sort == RESPONSE or (cause.clue.sort == EFFECT and cause.effect == NO_EFFECT)
