"""The clock of a session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from ringme_mock.control.control_call import ControlCall
from ringme_mock.control.control_response import answer
from ringme_mock.errors import invalid

_FORMAT = "%Y-%m-%d %H:%M:%S"


async def read(call: ControlCall) -> Response:
    """What time it is in the session."""
    return answer(call, _show(call))


async def change(call: ControlCall) -> Response:
    """Sets the clock, stops it, lets it go on. Raises the 400 for a day that no month has."""
    clock = call.state.clock
    moment = _moment(call.body["now"]) if "now" in call.body else None
    frozen = call.body.get("frozen", clock.frozen)
    if not frozen:
        clock.unfreeze()
    if moment is not None:
        clock.set(moment)
    if frozen and not clock.frozen:
        clock.freeze()
    return answer(call, _show(call))


async def advance(call: ControlCall) -> Response:
    """Puts the clock forward."""
    try:
        call.state.clock.advance(call.body["seconds"])
    except OverflowError:
        raise invalid("seconds: leads beyond the year 8999") from None
    return answer(call, _show(call))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise invalid("now: there is no such moment") from None
    if moment.year >= 9000:
        raise invalid("now: must be before the year 9000")
    return moment


def _show(call: ControlCall) -> dict[str, Any]:
    return {"now": call.state.clock.text(), "frozen": call.state.clock.frozen}
