"""New calls: incoming, outgoing, internal, and callbacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from ringme_mock.calls.call import TAKEN, Call, Leg, Number, Outcome, Stage
from ringme_mock.calls.parties import PHONE, hexadecimal

DEFAULT_TALK = 3


@dataclass(frozen=True)
class Course:
    """Course of a call, set in advance.

    `rings` and `outcome` are of the parties that ring first, the sources in a callback;
    `then_rings` and `then_outcome` are of its target. `taken_by` is the key of the number that
    takes the call. The history shows the call `listed_after` seconds after its end, its records
    `recorded_after` seconds.
    """

    rings: int = 1
    outcome: Outcome = TAKEN
    then_rings: int = 1
    then_outcome: Outcome = TAKEN
    taken_by: int | None = None
    talks: int = DEFAULT_TALK
    recorded: bool = True
    ends: str = "caller"
    listed_after: int = 0
    recorded_after: int = 0


@dataclass
class Draft:
    """Call under construction."""

    client: int
    began: int
    course: Course
    random: Random
    legs: list[Leg] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    numbers: dict[int, Number] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mark = hexadecimal(self.random)

    def add(self, number: Number, flow: Any, stage: int | None, **values: Any) -> int:
        """Add a leg and return its index; a number's first outgoing leg has the call's mark."""
        self.numbers[number.key] = number
        known = any(one.number == number.key for one in self.legs)
        leg = Leg(
            number=number.key,
            mark=self.mark if flow == "out" and not known else hexadecimal(self.random),
            flow=flow,
            stage=stage,
            record=hexadecimal(self.random).upper(),
            recorded=self.course.recorded and number.kind == PHONE,
            **values,
        )
        self.legs.append(leg)
        return len(self.legs) - 1

    def ring(self, rings: int, outcome: Outcome, legs: Sequence[int]) -> None:
        """Add a stage in which these legs ring, or the outside party if there are none."""
        takers = [one for one in legs if self.legs[one].number == self.course.taken_by]
        taker = next(iter([*takers, *legs]), None)
        self.stages.append(Stage(rings=rings, outcome=outcome, taker=taker))

    def call(self, **values: Any) -> Call:
        return Call(
            mark=self.mark,
            api_number=f"{self.random.randrange(10**9, 10**10)}",
            client=self.client,
            began=self.began,
            talks=self.course.talks,
            stages=tuple(self.stages),
            legs=tuple(self.legs),
            numbers=tuple(self.numbers.values()),
            ended_by=self.course.ends,
            listed_after=self.course.listed_after,
            recorded_after=self.course.recorded_after,
            **values,
        )


def incoming(
    draft: Draft, outside: str, rung: Sequence[Number], through: Sequence[Number], did: str | None
) -> Call:
    """Make a call from outside: menus and queues take it first, then the phones ring."""
    before = _through(draft, through, outside, outside)
    caller = through[-1].key if through else None
    _ring_numbers(draft, rung, before, outside, outside, caller)
    domain = rung[0].domain if rung else None
    return draft.call(outside=outside, did=did, did_domain=domain if did else None)


def outgoing(draft: Draft, caller: Number, target: str) -> Call:
    draft.add(
        caller, "out", None,
        from_number=caller.text, from_name=caller.screen, to_number=target, caller=caller.key,
    )  # fmt: skip
    draft.ring(draft.course.rings, draft.course.outcome, ())
    return draft.call(outside=target)


def internal(draft: Draft, caller: Number, rung: Sequence[Number]) -> Call:
    target = rung[0]
    draft.add(
        caller, "out", None, from_number=caller.text, from_name=caller.screen,
        to_number=target.text, caller=caller.key, called=target.key,
    )  # fmt: skip
    gates = [one for one in rung if one.kind != PHONE]
    phones = [one for one in rung if one.kind == PHONE]
    before = _through(draft, gates, caller.text, caller.screen, caller.key)
    if phones:
        _ring_numbers(draft, phones, before, caller.text, caller.screen, caller.key)
    return draft.call()


def callback(
    draft: Draft,
    by: Number,
    sources: tuple[Number | str, ...],
    target: Number | str | None,
    target_text: str,
    *,
    name: str | None,
    number: str | None,
    wait: int,
    longest: int | None,
) -> Call:
    """Make a call in which the sources ring together, and the first to pick up gets the target.

    A source is an internal number, or an outside one as text. `target` None is an internal number
    that does not exist. `name` and `number` are shown to all parties as those of the caller.
    """
    course = draft.course
    called = target.key if isinstance(target, Number) else None
    legs = []
    for source in sources:
        # Legs of outside sources belong to the number that orders the callback.
        own = source if isinstance(source, Number) else by
        to_number = target_text if isinstance(source, Number) else source
        legs.append(
            draft.add(
                own, "out", 0, from_number=number or own.text,
                from_name=name or own.screen, to_number=to_number,
                caller=own.key, called=called,
            )
        )  # fmt: skip
    outcome = course.outcome if course.rings <= wait else "not answered"
    draft.ring(min(course.rings, wait), outcome, legs)
    first = draft.legs[draft.stages[0].taker or 0]
    shown = (number or first.from_number, name or first.from_name)
    if target is None:
        draft.ring(0, "failed", ())
    elif isinstance(target, str):
        draft.ring(course.then_rings, course.then_outcome, ())
    else:
        new = draft.add(
            target, "in", 1, from_number=shown[0], from_name=shown[1], to_number=target.text,
            caller=first.number, called=target.key,
        )  # fmt: skip
        draft.ring(course.then_rings, course.then_outcome, [new])
    call = draft.call(
        outside=target if isinstance(target, str) else None,
        application="callback",
        ordered_by=by.key,
        shows_order=by not in sources,
    )
    return call if longest is None else replace(call, talks=min(call.talks, longest))


def _through(
    draft: Draft, gates: Sequence[Number], number: str, name: str, caller: int | None = None
) -> int:
    """Let menus and queues take the call one after the other. Returns the next stage."""
    for index, gate in enumerate(gates):
        leg = draft.add(
            gate, "in", index, from_number=number, from_name=name, to_number=gate.text,
            caller=caller, called=gate.key,
        )  # fmt: skip
        draft.ring(1, TAKEN, [leg])
        caller = gate.key
    return len(gates)


def _ring_numbers(
    draft: Draft, rung: Sequence[Number], stage: int, number: str, name: str, caller: int | None
) -> None:
    legs = [
        draft.add(
            one, "in", stage, from_number=number, from_name=name, to_number=one.text,
            caller=caller, called=one.key,
        )
        for one in rung
    ]  # fmt: skip
    draft.ring(draft.course.rings, draft.course.outcome, legs)
