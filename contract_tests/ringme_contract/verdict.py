"""Verdicts of checks, and the verdict of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ringme_contract.deviations import Deviation
from ringme_contract.recording import Exchange

_PACKAGE = Path(__file__).parent
_LINE = 200

READ_ONLY = "the target must not be changed (read_only)"


class Verdict(Enum):
    """Verdicts in order of precedence: the first of several is the verdict of the whole."""

    FAIL = "fail"
    ERROR = "error"
    WARN = "warn"
    NOT_REACHED = "not reached"
    PASS = "pass"
    NOT_OFFERED = "not offered"


class Failure(Exception):
    """An implementation breaks a rule; `deviations` are the responses that show it."""

    def __init__(
        self,
        message: str,
        expected: object = None,
        got: object = None,
        deviations: Sequence[Deviation] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.got = got
        self.deviations = deviations


class NotReached(Exception):
    """The situation that a check is about did not occur; the message says what was lacking."""


class NotOffered(Exception):
    """The target declares that it lacks what a check is about."""


def breakdown(error: BaseException) -> str:
    """One line about an unexpected exception: type, message and location in the kit."""
    trace, location = error.__traceback__, ""
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(_PACKAGE):
            location = f" ({path.relative_to(_PACKAGE).as_posix()}:{trace.tb_lineno})"
        trace = trace.tb_next
    text = " ".join(str(error).split())[:_LINE]
    return f"error in the kit: {type(error).__name__}{f': {text}' if text else ''}{location}"


@dataclass
class Outcome:
    check: str
    rule: str
    layer: str
    verdict: Verdict
    message: str = ""
    expected: object = None
    got: object = None
    exchanges: list[Exchange] = field(default_factory=list)
    seconds: float = 0.0
    deviations: list[Deviation] = field(default_factory=list)


def combine(outcomes: list[Outcome]) -> Verdict:
    """The verdict of a rule, given its checks; NOT_REACHED without any."""
    found = {outcome.verdict for outcome in outcomes}
    return next((verdict for verdict in Verdict if verdict in found), Verdict.NOT_REACHED)
