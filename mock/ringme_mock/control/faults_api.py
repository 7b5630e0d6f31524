"""Faults and latency of a session."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.errors import invalid
from ringme_mock.faults import fault_rule, latency


async def list_faults(context: ControlContext) -> Response:
    return context.response(context.session.faults.show_all())


async def add(context: ControlContext) -> Response:
    """Add a fault. Raises the 400 for one that can never happen."""
    body, faults = context.operation.body, context.session.faults
    known = body.properties if body else ()
    given = {name: context.body[name] for name in known if name in context.body}
    try:
        rule = fault_rule.read_rule(given)
        context.mock.forced.check_rule(rule)
    except ValueError as error:
        raise invalid(str(error)) from None
    return context.response(faults.show(faults.add(rule)))


async def clear(context: ControlContext) -> Response:
    context.session.faults.clear()
    return context.response()


async def read(context: ControlContext) -> Response:
    return context.response(context.session.faults.show(context.path["id"]))


async def remove(context: ControlContext) -> Response:
    context.session.faults.remove(context.path["id"])
    return context.response()


async def read_latency(context: ControlContext) -> Response:
    return context.response(context.session.latency.as_json())


async def set_latency(context: ControlContext) -> Response:
    try:
        context.session.latency = latency.read_latency(context.body)
    except ValueError as error:
        raise invalid(str(error)) from None
    return await read_latency(context)
