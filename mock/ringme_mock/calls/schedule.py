"""Schedule of a call: when each leg rings, is picked up, and ends, by its course and decisions."""

from __future__ import annotations

from dataclasses import dataclass

from ringme_mock.calls.call import SECOND, TAKEN, Call, Leg, Stage

# Results of legs, as the history shows them.
ANSWERED = "answered"
ELSEWHERE = "answered elsewhere"
NOT_ANSWERED = "not answered"
_RESULTS = {"busy": "busy", "refused": "rejected", "not answered": NOT_ANSWERED, "failed": "failed"}
RINGING, TALKING, ENDED, WAITING = "ringing", "talking", "ended", "waiting"


@dataclass(frozen=True)
class LegTimes:
    """Times at which a leg rings, is picked up (None: never) and ends, and its result."""

    rings: int
    answered: int | None
    ends: int
    result: str

    @property
    def talked(self) -> bool:
        """True if there is talk to record; a callback may be picked up and reach nobody."""
        return self.result == ANSWERED

    def stage(self, now: int) -> str:
        """Return WAITING, RINGING, TALKING or ENDED."""
        if now < self.rings:
            return WAITING
        if now >= self.ends:
            return ENDED
        return RINGING if self.answered is None or now < self.answered else TALKING


@dataclass(frozen=True)
class Schedule:
    """Times of a call, and of its legs by index (None: it never rings).

    The history has the call from `listed` on, and its records from `complete` on.
    """

    legs: tuple[LegTimes | None, ...]
    stages: tuple[tuple[int, int], ...]
    ends: int
    listed: int
    complete: int


def make_schedule(call: Call) -> Schedule:
    spans, at, taken = _spans(call)
    ends = at + (call.talks * SECOND if taken else 0)
    if call.hung_up is not None:
        ends = min(ends, max(call.hung_up, call.began))
    spans = [(begin, end) for begin, end in spans if begin <= ends]
    legs = tuple(_leg_times(call, leg, index, spans, ends) for index, leg in enumerate(call.legs))
    listed = ends + call.listed_after * SECOND
    complete = max(listed, ends + call.recorded_after * SECOND)
    return Schedule(legs, tuple(spans), ends, listed, complete)


def _spans(call: Call) -> tuple[list[tuple[int, int]], int, bool]:
    """Return begin and end of each stage up to the first that nobody took.

    Also returns the end of the last of them, and true if it was taken.
    """
    spans: list[tuple[int, int]] = []
    at, taken = call.began, False
    for stage in call.stages:
        begin = at if stage.begins is None else stage.begins
        at = max(begin, begin + stage.rings * SECOND if stage.decided is None else stage.decided)
        spans.append((begin, at))
        taken = stage.outcome == TAKEN
        if not taken:
            break
    return spans, at, taken


def _leg_times(
    call: Call, leg: Leg, index: int, spans: list[tuple[int, int]], ends: int
) -> LegTimes | None:
    number = 0 if leg.stage is None else leg.stage
    if number >= len(spans):
        return None
    begin, decided = spans[number]
    stage = call.stages[number]
    takes = stage.outcome == TAKEN and (leg.stage is None or stage.taker == index)
    answered = decided if takes and decided <= ends and not _left_before(leg, decided) else None
    end, result = ends, NOT_ANSWERED
    if answered is not None:
        result = _result_of_target(call, leg, spans, ends) or ANSWERED
    elif decided <= ends:
        end, result = decided, _result(stage)
    if leg.left is not None and leg.left <= end:
        end = max(leg.left, begin)
        if answered is None:
            result = _RESULTS.get(leg.how or "", NOT_ANSWERED)
    return LegTimes(begin, answered, end, result)


def _result_of_target(call: Call, leg: Leg, spans: list[tuple[int, int]], ends: int) -> str | None:
    """Return the result of a callback's source if the target did not take the call, else None."""
    if leg.flow != "out" or leg.stage is None:
        return None
    target = leg.stage + 1
    if target >= len(spans) or spans[target][1] > ends:
        return NOT_ANSWERED
    return _RESULTS.get(call.stages[target].outcome)


def _left_before(leg: Leg, moment: int) -> bool:
    return leg.left is not None and leg.left < moment


def _result(stage: Stage) -> str:
    """Return the result of a leg that did not take the call when its stage was decided."""
    return ELSEWHERE if stage.outcome == TAKEN else _RESULTS[stage.outcome]
