"""Clock of a session."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.errors import invalid

_FORMAT = "%Y-%m-%d %H:%M:%S"


async def read(context: ControlContext) -> Response:
    clock = context.state.clock
    return context.response({"now": clock.text(), "frozen": clock.frozen})


async def change(context: ControlContext) -> Response:
    """Set, freeze or unfreeze the clock. Raises the 400 for an invalid date."""
    clock = context.state.clock
    now = _parse(context.body["now"]) if "now" in context.body else None
    frozen = context.body.get("frozen", clock.frozen)
    if not frozen:
        clock.unfreeze()
    if now is not None:
        clock.set(now)
    if frozen and not clock.frozen:
        clock.freeze()
    return await read(context)


async def advance(context: ControlContext) -> Response:
    try:
        context.state.clock.advance(context.body["seconds"])
    except OverflowError:
        raise invalid("seconds: the clock cannot go beyond the year 8999") from None
    return await read(context)


def _parse(text: str) -> datetime:
    try:
        now = datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise invalid("now: this date and time does not exist") from None
    if now.year >= 9000:
        raise invalid("now: must be before the year 9000")
    return now
