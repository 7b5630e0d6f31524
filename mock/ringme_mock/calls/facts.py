"""Facts of a leg at a time, and their forms in the API, by views.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ringme_mock.calls.call import SECOND, Call, Leg, Number
from ringme_mock.calls.parties import PHONE
from ringme_mock.calls.schedule import ANSWERED, NOT_ANSWERED, LegTimes, Schedule
from ringme_spec.document import read_yaml

Facts = dict[str, Any]
DIAL_IN, DIAL_OUT, ANSWER, HANGUP = "dial-in", "dial-out", "answer", "hangup"
# Microseconds between the start times of legs that begin together, to keep their order.
_APART = 10_000
_START = datetime(1970, 1, 1, tzinfo=UTC)
_OUTSIDE_DOMAIN = "gw.example.net"
_CAUSES = {
    "busy": "USER_BUSY",
    NOT_ANSWERED: "NO_ANSWER",
    "answered elsewhere": "LOSE_RACE",
    "failed": "NORMAL_TEMPORARY_FAILURE",
    "rejected": "CALL_REJECTED",
}
_STATUSES = {ANSWERED: "ANSWER", "busy": "BUSY", "rejected": "BUSY", "failed": "CHANUNAVAIL"}
_ENDED_BY = {"caller": "caller_bye", "callee": "callee_bye", "service": "internal_cancel"}
_VIEWS = Path(__file__).with_name("views.yaml")


@dataclass(frozen=True)
class CallEvent:
    """Event of a leg: its time in microseconds, type, and the leg by index."""

    moment: int
    type: str
    leg: int


def events_of(call: Call, schedule: Schedule, index: int) -> list[CallEvent]:
    """List all events of a leg, future ones included. Menus and queues have no ANSWER event."""
    leg, times = call.legs[index], schedule.legs[index]
    if times is None:
        return []
    found = [CallEvent(times.rings, DIAL_OUT if leg.flow == "out" else DIAL_IN, index)]
    number = call.number(leg.number)
    if times.answered is not None and number is not None and number.kind not in ("ivr", "queue"):
        found.append(CallEvent(times.answered, ANSWER, index))
    return [*found, CallEvent(times.ends, HANGUP, index)]


def event_facts(call: Call, schedule: Schedule, event: CallEvent) -> Facts:
    """Collect the facts of an event as texts; None for those that it does not have."""
    leg, times = call.legs[event.leg], schedule.legs[event.leg]
    if times is None:
        raise LookupError("a leg that never rings has no events")
    ends = event.type == HANGUP
    number = call.number(leg.number)
    is_gate = number is not None and number.kind in ("ivr", "queue")
    keeps_record = ends and times.talked and leg.recorded
    return {
        **_common_facts(call, leg),
        "happening": event.type,
        "microseconds": str(event.moment),
        "call_status": _status(call, event, times),
        "called_key": None if leg.called is None else str(leg.called),
        "caller_key": None if leg.caller is None else str(leg.caller),
        "talk_microseconds": str(talk_of(times) * SECOND) if ends else None,
        "record": f"{leg.number}-{leg.record.lower()}" if keeps_record else None,
        "bridged": ("yes" if _phone_took(call, schedule) else "no") if ends and is_gate else None,
        "transferred": "yes" if leg.flow == "out" and _handed_over(leg) else None,
        "remote": leg.remote if event.type == DIAL_IN else None,
    }


def live_facts(call: Call, index: int, times: LegTimes, now: int) -> Facts:
    """Collect the facts of a leg for the list of current calls."""
    leg = call.legs[index]
    answered = times.answered is not None and times.answered <= now
    return {
        **_common_facts(call, leg),
        "direction": "OUT" if leg.flow == "out" else "IN",
        "number": leg.number,
        "caller_party": _party(call, leg.caller),
        "called_party": _party(call, leg.called),
        "began": moment_text(times.rings + index * _APART, hundredths=True),
        "answered": moment_text(times.answered or 0) if answered else None,
        "record": record_key(leg) if answered and times.talked and leg.recorded else None,
        "real": not leg.forwarded,
        "order": None if call.ordered_by is None else call.mark,
    }


def ended_facts(call: Call, index: int, times: LegTimes) -> Facts:
    """Collect the facts of a leg for the history."""
    leg, number = call.legs[index], call.number(call.legs[index].number)
    if number is None:
        raise LookupError("a leg without a number")
    answered = times.answered is not None
    out = leg.flow == "out"
    source = call.number(leg.caller)
    return {
        **_common_facts(call, leg),
        "record_key": record_key(leg),
        "call_key": call.mark.upper(),
        "leg_flow": leg.flow,
        "leg_result": times.result,
        "began": moment_text(times.rings + index * _APART, hundredths=True),
        "answered": moment_text(times.answered or 0) if answered else None,
        "ended": moment_text(times.ends),
        "talk_seconds": talk_of(times),
        "number": leg.number,
        "address": number.address,
        "kind": number.kind,
        "group": number.group,
        "client": call.client,
        "from_home": _domain(call, source),
        "to_home": _domain(call, call.number(leg.called)),
        "dialled": leg.to_number if out or not call.did else call.did,
        "did_home": call.did_domain if _came_by_did(call, leg) else None,
        "source": leg.from_number if leg.flow == "transfer" else None,
        "source_domain": _domain(call, source) if leg.flow == "transfer" else None,
        "ani": leg.from_number,
        "begun_by": call.application,
        "cause": _CAUSES.get(times.result, "NORMAL_CLEARING"),
        "disposition": _disposition(call, times),
        "transferred": leg.flow == "transfer",
    }


def record_key(leg: Leg) -> str:
    return f"{leg.number}-{leg.record}"


def talk_of(times: LegTimes) -> int:
    """Return the seconds of talk; fractions of both ends are cut off."""
    return 0 if times.answered is None else times.ends // SECOND - times.answered // SECOND


def moment_text(moment: int, hundredths: bool = False) -> str:
    """Format microseconds since 1970 as in entries."""
    at = _START + timedelta(microseconds=moment)
    text = at.strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.{at.microsecond // 10_000:02d}" if hundredths else text


def _common_facts(call: Call, leg: Leg) -> Facts:
    called, caller = call.number(leg.called), call.number(leg.caller)
    return {
        "call": call.mark,
        "subcall": f"{leg.number}-{leg.mark}",
        "api_id": call.api_id,
        "way": "out" if leg.flow == "out" else "in",
        "from_number": leg.from_number,
        "from_name": leg.from_name,
        "to_number": leg.to_number,
        "did": call.did if _came_by_did(call, leg) else None,
        "called_address": called.address if called else None,
        "caller_address": caller.address if caller else None,
        "order": call.mark if call.shows_order else None,
    }


def _came_by_did(call: Call, leg: Leg) -> bool:
    return leg.flow != "out" and call.did is not None


def _party(call: Call, key: int | None) -> Facts | None:
    number: Number | None = call.number(key)
    if number is None:
        return None
    return {
        "number": number.key,
        "kind": number.kind,
        "address": number.address,
        "client": call.client,
        "group": number.group,
    }


def _domain(call: Call, number: Number | None) -> str:
    return number.domain if number else _OUTSIDE_DOMAIN


def _handed_over(leg: Leg) -> bool:
    """Tell if the call went on at another number; `how` is set if the leg ended unanswered."""
    return leg.forwarded or (leg.left is not None and leg.how is None)


def _status(call: Call, event: CallEvent, times: LegTimes) -> str:
    if event.type == ANSWER:
        return "ANSWER"
    if event.type != HANGUP:
        return "CALLING"
    unanswered = "NOANSWER" if times.result == NOT_ANSWERED and call.hung_up is None else "CANCEL"
    return _STATUSES.get(times.result, unanswered)


def _phone_took(call: Call, schedule: Schedule) -> bool:
    for leg, times in zip(call.legs, schedule.legs, strict=True):
        number = call.number(leg.number)
        answered = times is not None and times.answered is not None
        if answered and number is not None and number.kind == PHONE:
            return True
    return False


def _disposition(call: Call, times: LegTimes) -> str:
    if times.result in ("busy", "rejected"):
        return "callee_refuse"
    if times.result == ANSWERED:
        return _ENDED_BY[call.ended_by]
    if call.hung_up is not None and call.ended_by == "caller":
        return "caller_cancel"
    return "internal_cancel"


@cache
def views() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(_VIEWS)
    return found


def show(facts: Facts, view: str) -> dict[str, Any]:
    return _shown(facts, views()[view])


def parameters(facts: Facts) -> dict[str, str]:
    """Make the parameters of an event, without those that have no value."""
    return {name: value for name, value in show(facts, "event").items() if value is not None}


def _shown(facts: Facts, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(facts, one) for name, one in fields.items()}


def _value(facts: Facts, source: Any) -> Any:
    if isinstance(source, str):
        return facts[source]
    if source is None or facts[source["of"]] is None:
        return None
    return _shown(facts[source["of"]], source["is"])
