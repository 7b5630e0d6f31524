"""The sessions that there are."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_call import ControlCall
from ringme_mock.control.control_response import answer
from ringme_mock.version import __version__


async def health(call: ControlCall) -> Response:
    """That the mock is there."""
    count = len(call.mock.sessions.all())
    return answer(call, {"status": "ok", "version": __version__, "sessions": count})


async def list_sessions(call: ControlCall) -> Response:
    """All sessions, the default first."""
    root = call.base_url.removesuffix(f"/s/{call.session.name}")
    return answer(
        call,
        [
            {
                "name": one.name,
                "requests": len(one.journal.entries()),
                "idle": int(one.idle_seconds()),
                "url": root if one is call.mock.sessions.default else f"{root}/s/{one.name}",
            }
            for one in call.mock.sessions.all()
        ],
    )


async def end(call: ControlCall) -> Response:
    """Ends a session."""
    call.mock.sessions.end(call.path["name"])
    return answer(call)
