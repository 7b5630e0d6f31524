"""Cross-origin requests (CORS)."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from ringme_mock.http.sessions import Sessions
from ringme_mock.http.urls import LOCAL_ORIGIN


def with_cors(app: ASGIApp, sessions: Sessions) -> ASGIApp:
    """Add CORS for the pages of this machine: a front end has a port of its own."""
    limits = sessions.default.state.limits.unknown.headers()
    return CORSMiddleware(
        app,
        allow_origin_regex=LOCAL_ORIGIN.pattern,
        allow_methods=["*"],
        allow_headers=["*"],
        allow_credentials=True,
        expose_headers=[
            *(name.decode() for name, _ in limits),
            "Preference-Applied",
            "Content-Disposition",
            "Content-Range",
            "Retry-After",
        ],
    )
