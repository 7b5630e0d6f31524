"""Steps that a party of a call takes: each makes another call of it.

A step counts from the last whole second since the call began, so that durations in seconds and in
microseconds agree.
"""

from __future__ import annotations

from dataclasses import replace

from ringme_mock.calls.call import SECOND, TAKEN, Call, Leg, Number, Outcome, Stage
from ringme_mock.calls.schedule import RINGING, TALKING, make_schedule


class Impossible(Exception):
    """Refusal of a step that the call cannot take now; its text is the reason."""


def moment_of_step(call: Call, now: int) -> int:
    return now - max(0, now - call.began) % SECOND


def ringing_stage(call: Call, at: int) -> int:
    """Return the index of the stage that rings at a time. Raises Impossible."""
    spans = make_schedule(call).stages
    found = [index for index, (begin, end) in enumerate(spans) if begin <= at < end]
    if not found or (call.hung_up is not None and call.hung_up <= at):
        raise Impossible("the call is not ringing")
    return found[-1]


def answer(call: Call, now: int, number: int | None = None) -> Call:
    """Let a ringing number take the call: this one, or the one due to. Raises Impossible."""
    at = moment_of_step(call, now)
    index = ringing_stage(call, at)
    taker = call.stages[index].taker
    if number is not None:
        taker = _ringing_leg(call, index, number)
    elif taker is None:
        taker = next((i for i, leg in enumerate(call.legs) if _rings(leg, index)), None)
    return _with_taker(call, index, taker).with_stage(index, decided=at, outcome=TAKEN)


def fail(call: Call, now: int, outcome: Outcome, number: int | None = None) -> Call:
    """Give one of the ringing numbers, or all of them, this outcome. Raises Impossible."""
    at = moment_of_step(call, now)
    index = ringing_stage(call, at)
    if number is not None:
        leg = _ringing_leg(call, index, number)
        others = [i for i, one in enumerate(call.legs) if _rings(one, index) and i != leg]
        if others:
            call = call.with_leg(leg, left=at, how=outcome)
            if call.stages[index].taker == leg:
                call = _with_taker(call, index, others[0])
            return call
    return call.with_stage(index, decided=at, outcome=outcome)


def hang_up(call: Call, now: int, by: str) -> Call:
    """End the call; `by` is caller, callee or service."""
    return replace(call, hung_up=moment_of_step(call, now), ended_by=by)


def transfer(
    call: Call, now: int, leg: int, target: Number | str, marks: tuple[str, str], rings: int
) -> Call:
    """Transfer a talking leg to another number. Raises Impossible.

    An internal number gets a leg of its own, with `marks` for the leg and its record. With an
    outside number, the leg stays and is forwarded.
    """
    at = moment_of_step(call, now)
    times = make_schedule(call).legs[leg]
    if times is None or times.stage(at) != TALKING:
        raise Impossible("the number has not answered the call yet")
    old = call.legs[leg]
    if isinstance(target, str):
        return call.with_leg(leg, to_number=target, forwarded=True)
    new = Leg(
        number=target.key,
        mark=marks[0],
        flow="transfer",
        stage=len(call.stages),
        from_number=old.from_number,
        from_name=old.from_name,
        to_number=target.text,
        caller=old.number,
        called=target.key,
        record=marks[1],
        recorded=old.recorded,
        remote=call.outside,
    )
    call = call.with_leg(leg, left=at)
    numbers = call.numbers if call.number(target.key) else (*call.numbers, target)
    stage = Stage(rings=rings, taker=len(call.legs), begins=at)
    return replace(call, legs=(*call.legs, new), stages=(*call.stages, stage), numbers=numbers)


def _with_taker(call: Call, stage: int, taker: int | None) -> Call:
    """Let another leg take a stage; the legs of the next stage are then called by its number."""
    before = call.stages[stage].taker
    call = call.with_stage(stage, taker=taker)
    if before is None or taker is None or before == taker:
        return call
    old, new = call.legs[before], call.legs[taker]
    for index, leg in enumerate(call.legs):
        if leg.stage == stage + 1 and leg.caller == old.number:
            call = call.with_leg(
                index, caller=new.number, from_number=new.from_number, from_name=new.from_name
            )
    return call


def _rings(leg: Leg, stage: int) -> bool:
    return leg.stage == stage and leg.left is None


def _ringing_leg(call: Call, stage: int, number: int) -> int:
    for index, leg in enumerate(call.legs):
        if leg.number == number and _rings(leg, stage):
            return index
    raise Impossible(f"the number {number} is not {RINGING}")
