"""Faults and latency of a session."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_call import ControlCall
from ringme_mock.control.control_response import answer
from ringme_mock.errors import invalid
from ringme_mock.faults import fault_rule as rules
from ringme_mock.faults.latency import read_latency as latency_of


async def list_faults(call: ControlCall) -> Response:
    """All faults in order."""
    return answer(call, call.session.faults.show_all())


async def add(call: ControlCall) -> Response:
    """A new fault. Raises the 400 for one that can never happen."""
    body = call.operation.body
    known = body.properties if body else ()
    try:
        rule = rules.read_rule({name: call.body[name] for name in known if name in call.body})
        call.mock.answers.check_rule(rule)
    except ValueError as error:
        raise invalid(str(error)) from None
    return answer(call, call.session.faults.show(call.session.faults.add(rule)))


async def clear(call: ControlCall) -> Response:
    """Drops all faults."""
    call.session.faults.clear()
    return answer(call)


async def read(call: ControlCall) -> Response:
    """One fault."""
    return answer(call, call.session.faults.show(call.path["id"]))


async def remove(call: ControlCall) -> Response:
    """Drops one fault."""
    call.session.faults.remove(call.path["id"])
    return answer(call)


async def read_latency(call: ControlCall) -> Response:
    """How slow the session is."""
    return answer(call, call.session.latency.as_json())


async def set_latency(call: ControlCall) -> Response:
    """Makes the session slow, or quick again."""
    try:
        call.session.latency = latency_of(call.body)
    except ValueError as error:
        raise invalid(str(error)) from None
    return answer(call, call.session.latency.as_json())
