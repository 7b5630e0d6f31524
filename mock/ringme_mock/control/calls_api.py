"""Calls in progress: start them with a course, take steps, and set the course of callbacks."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from ringme_mock.actions.response import Entry
from ringme_mock.calls import steps
from ringme_mock.calls.begin import Course, Draft, incoming, internal, outgoing
from ringme_mock.calls.call import Call, Number, Outcome
from ringme_mock.calls.facts import moment_text
from ringme_mock.calls.parties import NUMBERS, PHONE, find_party, hexadecimal, number_of
from ringme_mock.calls.schedule import LegTimes, make_schedule
from ringme_mock.control import arrivals_api
from ringme_mock.control.control_context import ControlContext
from ringme_mock.errors import invalid, missing

_FAILURES: dict[str, Outcome] = {
    "busy": "busy",
    "refuse": "refused",
    "ignore": "not answered",
    "fail": "failed",
}
_OUTSIDE = "+7999{:07d}"


async def make(context: ControlContext) -> Response:
    """Begin a call if it is given a course; otherwise make one that has already ended."""
    if "course" not in context.body:
        return await arrivals_api.arrive(context)
    return context.response(_show(context, context.session.calls.begin(_new_call(context))))


async def list_calls(context: ControlContext) -> Response:
    return context.response([_show(context, one) for one in context.session.calls.calls()])


async def read(context: ControlContext) -> Response:
    return context.response(_show(context, context.session.calls.known(context.path["call"])))


async def move(context: ControlContext) -> Response:
    """Take a step of a call, and respond with the call. Raises the 400 for an impossible step."""
    engine, body = context.session.calls, context.body
    call = engine.known(context.path["call"])
    try:
        moved = _moved(context, call, body["do"])
    except steps.Impossible as error:
        raise invalid(f"do: {error}") from None
    engine.change(moved)
    return context.response(_show(context, moved))


async def set_course(context: ControlContext) -> Response:
    """Set the course of the next callback, or with `keep` of all further ones."""
    given = dict(context.body)
    engine = context.session.calls
    engine.keeps_course = given.pop("keep", False)
    engine.next_course = Course(**given)
    return context.response()


def _moved(context: ControlContext, call: Call, step: str) -> Call:
    engine, body = context.session.calls, context.body
    number = body.get("extension")
    if step == "answer":
        return steps.answer(call, engine.now, number)
    if step == "hang_up":
        return steps.hang_up(call, engine.now, body.get("by", "caller"))
    if step != "transfer":
        return steps.fail(call, engine.now, _FAILURES[step], number)
    if "to" not in body:
        raise invalid("to: is missing")
    target = _party(context, context.state.store["client"].get(call.client), body["to"], "to")
    random = context.session.random
    marks = hexadecimal(random), hexadecimal(random).upper()
    return steps.transfer(
        call, engine.now, _talking_leg(call, engine.now, number), target, marks, 1
    )


def _talking_leg(call: Call, now: int, number: int | None) -> int:
    """Find the talking leg of a number, or of the last number that picked up."""
    for index, times in reversed(list(enumerate(make_schedule(call).legs))):
        own = number is None or call.legs[index].number == number
        if own and times is not None and times.stage(now) == "talking":
            return index
    raise steps.Impossible("no number of the call is talking, so the call cannot be transferred")


def _new_call(context: ControlContext) -> Call:
    body, store, engine = context.body, context.state.store, context.session.calls
    own = _number(context, body["extension"], "extension")
    entry = store[NUMBERS].get(own.key) or {}
    client = store["client"].get(store.owner_key(NUMBERS, entry, "client"))
    if client is None:
        raise invalid("extension: belongs to no client")
    draft = engine.draft(client["id"], Course(**body["course"]))
    also = [_number(context, one, "also") for one in body.get("also", ())]
    if "to" in body:
        target = _party(context, client, body["to"], "to")
        if isinstance(target, Number):
            return internal(draft, own, [target, *also])
        return outgoing(draft, own, target)
    return _incoming(context, draft, client, own, also)


def _incoming(
    context: ControlContext, draft: Draft, client: Entry, own: Number, also: list[Number]
) -> Call:
    """Make a call to a number; if it is a menu or queue, the numbers in `also` ring after it."""
    body = context.body
    outside = body.get("from", _OUTSIDE.format(draft.random.randrange(10**7)))
    caller = _party(context, client, outside, "from")
    if isinstance(caller, Number):
        return internal(draft, caller, [own, *also])
    through = [_number(context, one, "through") for one in body.get("through", ())]
    rung = [own, *also]
    if own.kind != PHONE:
        through, rung = [*through, own], also
    if not rung and not through:
        raise invalid("extension: the call has no number to ring")
    return incoming(draft, caller, rung, through, body.get("did", f"7495000{client['id']:04d}"))


def _party(context: ControlContext, client: Entry | None, text: str, field: str) -> Number | str:
    found = find_party(context.state.store, client, text, field) if client else None
    if found is None:
        raise invalid(f"{field}: there is no such number")
    return found


def _number(context: ControlContext, key: int, field: str) -> Number:
    numbers = context.state.store[NUMBERS]
    entry = numbers.get(key)
    if entry is None:
        raise (
            missing(numbers.rule) if field == "extension" else invalid(f"{field}: no number {key}")
        )
    return number_of(entry, numbers.rule.numbering)


def _show(context: ControlContext, call: Call) -> dict[str, Any]:
    return show_call(call, context.session.calls.now)


def show_call(call: Call, now: int) -> dict[str, Any]:
    """Return the JSON of a call for the control interface; `now` is in microseconds."""
    schedule = make_schedule(call)
    legs = [
        _shown_leg(call, index, times, now)
        for index, times in enumerate(schedule.legs)
        if times is not None
    ]
    return {
        "call": call.mark,
        "call_api_id": call.api_id,
        "client": call.client,
        "outside": call.outside,
        "began": moment_text(call.began),
        "ends": moment_text(schedule.ends),
        "ended": schedule.ends <= now,
        "legs": legs,
    }


def _shown_leg(call: Call, index: int, times: LegTimes, now: int) -> dict[str, Any]:
    leg = call.legs[index]
    number = call.number(leg.number)
    return {
        "extension": leg.number,
        "name": number.text if number else "",
        "subcall": f"{leg.number}-{leg.mark}",
        "flow": leg.flow,
        "from": leg.from_number,
        "to": leg.to_number,
        "stage": times.stage(now),
        "rings": moment_text(times.rings),
        "answered": None if times.answered is None else moment_text(times.answered),
        "ends": moment_text(times.ends),
        "result": times.result,
    }
