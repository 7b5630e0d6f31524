"""Actions on calls in progress: list, read, transfer, end, and order a callback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.calls import steps
from ringme_mock.calls.begin import callback
from ringme_mock.calls.call import Call, Number
from ringme_mock.calls.facts import live_facts, show
from ringme_mock.calls.parties import find_party, hexadecimal, is_active, number_of
from ringme_mock.calls.schedule import RINGING, TALKING, make_schedule
from ringme_mock.errors import invalid, missing
from ringme_mock.store.collection import Entry

_IN_PROGRESS = (RINGING, TALKING)
_SERVICE = "service"
# Default for the seconds that a source rings at most.
_DEFAULT_WAIT = 30


def list_calls(context: RequestContext) -> Reply:
    """Respond with the legs in progress of one number, or of all numbers of a client."""
    found = [_shown(context, call, index) for call, index in _legs(context)]
    return context.reply({context.operation.resource["envelope"]: found})


def read_call(context: RequestContext) -> Reply:
    return context.reply(_shown(context, *_leg_of_path(context)))


def move_call(context: RequestContext) -> Reply:
    """Take a step, and respond with the leg as it last was at the number of the path."""
    resource = context.operation.resource
    call, index = _leg_of_path(context)
    roles = resource["roles"]
    rule = resource["steps"][context.sent[roles["step"]]]
    for name in rule.get("needs", ()):
        if not context.sent.get(name):
            raise invalid(f"{name}: is missing")
    if "does" in rule:
        return _transfer(context, call, index, roles["target"])
    return context.reply(_shown(context, call, index))


def end_call(context: RequestContext) -> Reply:
    call, _ = _leg_of_path(context)
    engine = context.session.calls
    engine.change(steps.hang_up(call, engine.now, _SERVICE))
    return context.reply()


def order_callback(context: RequestContext) -> Reply:
    """Begin a call that rings its sources, then its target."""
    resource, roles = context.operation.resource, context.operation.resource["roles"]
    numbering = context.state.store["extension"].rule.numbering
    own = number_of(context.owners["extension"], numbering)
    _check_number(context, own, context.operation.path_parameters[-1].name)
    sources = _sources(context, roles["sources"])
    text = context.sent[roles["target"]]
    target = find_party(context.state.store, _client(context), text, roles["target"])
    engine = context.session.calls
    call = callback(
        engine.draft(_client(context)["id"], engine.take_course()),
        own,
        sources,
        target,
        text,
        name=context.sent.get(roles["name"]),
        number=context.sent.get(roles["number"]),
        longest=context.sent.get(roles["longest"]),
        wait=context.sent.get(roles["wait"], _DEFAULT_WAIT),
    )
    engine.begin(call)
    return context.reply(dict.fromkeys(resource["answer"], call.mark))


def _sources(context: RequestContext, field: str) -> tuple[Number | str, ...]:
    """Find the parties to ring first, each once. Raises the 400s of rule callback-numbers."""
    found: list[Number | str] = []
    for text in context.sent[field]:
        party = find_party(context.state.store, _client(context), text, field)
        if party is None:
            raise invalid(f"{field}: there is no number {text[:40]}")
        if isinstance(party, Number):
            _check_number(context, party, field)
        if party not in found:
            found.append(party)
    return tuple(found)


def _check_number(context: RequestContext, number: Number, field: str) -> None:
    kinds = context.operation.resource["kinds"]
    if number.kind not in kinds:
        raise invalid(f"{field}: {number.text} must be of type {' or '.join(kinds)}")
    if not is_active(context.state.store, number):
        raise invalid(f"{field}: {number.text} is blocked")


def _client(context: RequestContext) -> Entry:
    """Find the client in the path, or that of the number in the path."""
    store = context.state.store
    name, key = context.owner or ("", None)
    owner = store[name].get(key)
    if name != "client" and owner is not None:
        owner = store["client"].get(store.owner_key(name, owner, "client"))
    if owner is None:
        raise LookupError("the path names no client")
    return owner


def _legs(context: RequestContext) -> Iterator[tuple[Call, int]]:
    """Iterate over the legs in progress below the path, of the kinds of numbers in `kinds`."""
    engine, kinds = context.session.calls, context.operation.resource["kinds"]
    name, key = context.owner or ("", None)
    for call in engine.calls(_client(context)["id"]):
        for index in _in_progress(call, engine.now):
            number = call.number(call.legs[index].number)
            if number is None or number.kind not in kinds:
                continue
            if name == "client" or number.key == key:
                yield call, index


def _in_progress(call: Call, now: int) -> list[int]:
    legs = make_schedule(call).legs
    return [i for i, one in enumerate(legs) if one is not None and one.stage(now) in _IN_PROGRESS]


def _leg_of_path(context: RequestContext) -> tuple[Call, int]:
    """Find the leg that the path's number has in the path's call. Raises the 404."""
    parameter = context.operation.path_parameters[-1]
    call = context.session.calls.find(context.parameters[parameter.name])
    if call is not None:
        for found, index in _legs(context):
            if found.mark == call.mark:
                return found, index
    raise missing(context.operation.collection)


def _shown(context: RequestContext, call: Call, index: int) -> dict[str, Any]:
    times = make_schedule(call).legs[index]
    if times is None:
        raise LookupError("a leg in progress has times")
    return show(live_facts(call, index, times, context.session.calls.now), "current")


def _transfer(context: RequestContext, call: Call, index: int, field: str) -> Reply:
    """Transfer a leg that is talking. Raises the 400 for an unknown number or a ringing leg."""
    engine = context.session.calls
    text = context.sent[field]
    target = find_party(context.state.store, _client(context), text, field)
    if target is None:
        raise invalid(f"{field}: there is no number {text[:40]}")
    marks = hexadecimal(context.session.random), hexadecimal(context.session.random).upper()
    before = _shown(context, call, index)
    try:
        moved = steps.transfer(call, engine.now, index, target, marks, rings=1)
    except steps.Impossible as error:
        raise invalid(f"{field}: {error}") from None
    engine.change(moved)
    return context.reply(before if isinstance(target, Number) else _shown(context, moved, index))
