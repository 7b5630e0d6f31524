"""The clock of a session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.control.control_response import answer
from ringme_mock.errors import invalid

_FORMAT = "%Y-%m-%d %H:%M:%S"


async def read(context: ControlContext) -> Response:
    """What time it is in the session."""
    return answer(context, _show(context))


async def change(context: ControlContext) -> Response:
    """Sets the clock, stops it, lets it go on. Raises the 400 for a day that no month has."""
    clock = context.state.clock
    moment = _moment(context.body["now"]) if "now" in context.body else None
    frozen = context.body.get("frozen", clock.frozen)
    if not frozen:
        clock.unfreeze()
    if moment is not None:
        clock.set(moment)
    if frozen and not clock.frozen:
        clock.freeze()
    return answer(context, _show(context))


async def advance(context: ControlContext) -> Response:
    """Puts the clock forward."""
    try:
        context.state.clock.advance(context.body["seconds"])
    except OverflowError:
        raise invalid("seconds: leads beyond the year 8999") from None
    return answer(context, _show(context))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise invalid("now: there is no such moment") from None
    if moment.year >= 9000:
        raise invalid("now: must be before the year 9000")
    return moment


def _show(context: ControlContext) -> dict[str, Any]:
    return {"now": context.state.clock.text(), "frozen": context.state.clock.frozen}
