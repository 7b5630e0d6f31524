"""Call in progress: its parties, its course, and the decisions so far.

It is data only. Times are whole microseconds since 1970 by the mock's clock, durations are seconds.
From these, `schedule.py` computes when each leg rings, is picked up and ends.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

Outcome = Literal["taken", "busy", "refused", "not answered", "failed"]
TAKEN: Outcome = "taken"
SECOND = 1_000_000


@dataclass(frozen=True)
class Number:
    """Internal number as it was when the call began."""

    key: int
    text: str
    domain: str
    kind: str
    group: int | None
    screen: str

    @property
    def address(self) -> str:
        return f"{self.text}@{self.domain}"


@dataclass(frozen=True)
class Stage:
    """Parties that ring together until one takes the call, or all have failed to.

    It begins when the stage before was taken, or at `begins`. `taker` is the index of a leg, None
    for the outside party. `decided` is the time of an outcome that came early.
    """

    rings: int = 1
    outcome: Outcome = TAKEN
    taker: int | None = None
    begins: int | None = None
    decided: int | None = None


@dataclass(frozen=True)
class Leg:
    """Part of one internal number in a call.

    `stage` is the stage in which it rings, None for the calling number. `caller` and `called` are
    keys of internal numbers. `record` has the 32 upper-case digits of its record, which exists if
    the leg is `recorded` and was picked up. `left` is the time of an end before that of the call,
    `how` the outcome then. `told` is the number of events that were delivered. `entry` is the key
    of its entry in the history.
    """

    number: int
    mark: str
    flow: Literal["in", "out", "transfer"]
    stage: int | None
    from_number: str
    from_name: str
    to_number: str
    record: str
    caller: int | None = None
    called: int | None = None
    recorded: bool = False
    remote: str | None = None
    forwarded: bool = False
    left: int | None = None
    how: str | None = None
    told: int = 0
    entry: int | None = None


@dataclass(frozen=True)
class Call:
    """Call in progress.

    `mark` has its 32 lower-case hexadecimal digits, `api_number` the ten digits before them.
    `talks` counts from the last pick-up. `hung_up` is the time of an earlier end, `ended_by` the
    party that ends the call. `ordered_by` is the key of the number that ordered a callback.
    `listed_after` and `recorded_after` are the seconds from the end until the history has the call,
    and its records. `listed` is set once the history has it.
    """

    mark: str
    api_number: str
    client: int
    began: int
    talks: int
    stages: tuple[Stage, ...]
    legs: tuple[Leg, ...]
    numbers: tuple[Number, ...]
    outside: str | None = None
    did: str | None = None
    did_domain: str | None = None
    application: str | None = None
    ordered_by: int | None = None
    shows_order: bool = False
    ended_by: str = "caller"
    hung_up: int | None = None
    listed_after: int = 0
    recorded_after: int = 0
    listed: bool = False

    @property
    def api_id(self) -> str:
        """Long id: the digits, then the mark with dashes as in a UUID."""
        mark = self.mark
        parts = (mark[:8], mark[8:12], mark[12:16], mark[16:20], mark[20:])
        return "-".join((self.api_number, *parts))

    def number(self, key: int | None) -> Number | None:
        return next((one for one in self.numbers if one.key == key), None)

    def with_leg(self, index: int, **changes: Any) -> Call:
        legs = list(self.legs)
        legs[index] = replace(legs[index], **changes)
        return replace(self, legs=tuple(legs))

    def with_stage(self, index: int, **changes: Any) -> Call:
        stages = list(self.stages)
        stages[index] = replace(stages[index], **changes)
        return replace(self, stages=tuple(stages))


_PARTS: dict[str, type] = {"stages": Stage, "legs": Leg, "numbers": Number}
_NAMES = tuple(one.name for one in fields(Call))


def to_entry(call: Call) -> dict[str, Any]:
    entry = asdict(call)
    # Lists instead of tuples, as after reading JSON.
    return {**entry, **{name: list(entry[name]) for name in _PARTS}}


def from_entry(entry: dict[str, Any]) -> Call:
    values = {name: entry[name] for name in _NAMES if entry.get(name) is not None}
    for name, part in _PARTS.items():
        values[name] = tuple(part(**one) for one in entry[name])
    return Call(**values)
