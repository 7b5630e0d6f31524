"""Faults and latency of a session."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.control.control_response import answer
from ringme_mock.errors import invalid
from ringme_mock.faults import fault_rule as rules
from ringme_mock.faults.latency import read_latency as latency_of


async def list_faults(context: ControlContext) -> Response:
    """All faults in order."""
    return answer(context, context.session.faults.show_all())


async def add(context: ControlContext) -> Response:
    """A new fault. Raises the 400 for one that can never happen."""
    body = context.operation.body
    known = body.properties if body else ()
    try:
        rule = rules.read_rule({name: context.body[name] for name in known if name in context.body})
        context.mock.answers.check_rule(rule)
    except ValueError as error:
        raise invalid(str(error)) from None
    return answer(context, context.session.faults.show(context.session.faults.add(rule)))


async def clear(context: ControlContext) -> Response:
    """Drops all faults."""
    context.session.faults.clear()
    return answer(context)


async def read(context: ControlContext) -> Response:
    """One fault."""
    return answer(context, context.session.faults.show(context.path["id"]))


async def remove(context: ControlContext) -> Response:
    """Drops one fault."""
    context.session.faults.remove(context.path["id"])
    return answer(context)


async def read_latency(context: ControlContext) -> Response:
    """How slow the session is."""
    return answer(context, context.session.latency.as_json())


async def set_latency(context: ControlContext) -> Response:
    """Makes the session slow, or quick again."""
    try:
        context.session.latency = latency_of(context.body)
    except ValueError as error:
        raise invalid(str(error)) from None
    return answer(context, context.session.latency.as_json())
