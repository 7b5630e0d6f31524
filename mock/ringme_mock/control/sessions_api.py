"""Health check, and sessions."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.version import __version__


async def health(context: ControlContext) -> Response:
    sessions = context.mock.sessions
    return context.response(
        {
            "status": "ok",
            "version": __version__,
            "sessions": len(sessions.all()),
            "processes": sessions.recorder.processes if sessions.recorder else 1,
        }
    )


async def list_sessions(context: ControlContext) -> Response:
    """List all sessions, the default first."""
    sessions = context.mock.sessions
    if context.session.waits:
        await sessions.begin(context.session)
    for one in sessions.all():
        await one.journal.load()
    root = context.base_url.removesuffix(f"/s/{context.session.name}")
    return context.response(
        [
            {
                "name": one.name,
                "requests": len(one.journal.entries()),
                "idle": int(one.idle_seconds()),
                "url": root if one is sessions.default else f"{root}/s/{one.name}",
                "current": one is context.session,
            }
            for one in sessions.all()
        ]
    )


async def end(context: ControlContext) -> Response:
    context.mock.sessions.end(context.path["name"])
    return context.response()
