"""The sessions that there are."""

from __future__ import annotations

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.control.control_response import answer
from ringme_mock.version import __version__


async def health(context: ControlContext) -> Response:
    """That the mock is there."""
    count = len(context.mock.sessions.all())
    return answer(context, {"status": "ok", "version": __version__, "sessions": count})


async def list_sessions(context: ControlContext) -> Response:
    """All sessions, the default first."""
    root = context.base_url.removesuffix(f"/s/{context.session.name}")
    return answer(
        context,
        [
            {
                "name": one.name,
                "requests": len(one.journal.entries()),
                "idle": int(one.idle_seconds()),
                "url": root if one is context.mock.sessions.default else f"{root}/s/{one.name}",
            }
            for one in context.mock.sessions.all()
        ],
    )


async def end(context: ControlContext) -> Response:
    """Ends a session."""
    context.mock.sessions.end(context.path["name"])
    return answer(context)
