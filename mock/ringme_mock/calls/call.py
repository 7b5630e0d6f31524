"""A call in progress: who takes part, what course it takes, and what has been decided so far.

It is data alone. All moments are whole microseconds since 1970 by the mock's clock, all lengths are
seconds; `schedule.py` works out from them when each leg rings, is picked up and ends.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

Outcome = Literal["taken", "busy", "refused", "not answered", "failed"]
TAKEN: Outcome = "taken"
SECOND = 1_000_000


@dataclass(frozen=True)
class Number:
    """An internal number as it was when the call began."""

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

    It begins when the stage before it was taken, or at `begins`. `taker` is the index of a leg,
    None for the outside party. `decided` is the moment at which it came to its outcome, once it
    has before its time.
    """

    rings: int = 1
    outcome: Outcome = TAKEN
    taker: int | None = None
    begins: int | None = None
    decided: int | None = None


@dataclass(frozen=True)
class Leg:
    """The part that one internal number has in a call.

    `stage` is the stage in which it rings, None for the number that calls. `caller` and `called`
    are keys of internal numbers; `record` are the 32 upper-case digits of its record, which there
    is if it is `recorded` and picked up. `left` is the moment at which it ended before the call
    did, with the outcome `how`. `told` counts its events that were given out already. `entry` is
    the key of its entry in the history.
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
    """A call in progress.

    `mark` are its 32 lower-case hexadecimal digits, `api_number` the ten digits before them.
    `talks` counts from the last pick-up, `hung_up` is the moment at which somebody ended it before
    that, `ended_by` who does. `ordered_by` is the key of the number that ordered a callback.
    `listed_after` and `recorded_after` are the seconds from its end until the history has it, and
    its records; it is `listed` once the history has it.
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
        """Its long id: digits, and the mark with dashes as in a UUID."""
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
    """Return the call as an entry of its collection."""
    entry = asdict(call)
    # Lists, as it would be read from JSON.
    return {**entry, **{name: list(entry[name]) for name in _PARTS}}


def from_entry(entry: dict[str, Any]) -> Call:
    values = {name: entry[name] for name in _NAMES if entry.get(name) is not None}
    for name, part in _PARTS.items():
        values[name] = tuple(part(**one) for one in entry[name])
    return Call(**values)
