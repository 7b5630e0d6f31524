"""Cross-origin requests (CORS)."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.errors import ApiError
from ringme_mock.http.admission import why_page_is_refused
from ringme_mock.http.journal import note
from ringme_mock.http.sessions import Sessions

_METHOD = "access-control-request-method"


class Cors(CORSMiddleware):
    """CORS for allowed origins and pages of this machine, as a front end has a port of its own.

    The journal shows refused preflights, as browsers do not tell scripts about them.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        limits = sessions.default.state.limits.unknown.headers()
        super().__init__(
            app,
            allow_methods=["*"],
            allow_headers=["*"],
            allow_credentials=True,
            # Chrome sends a preflight before a public page may reach a local server.
            allow_private_network=True,
            expose_headers=[
                *(name.decode() for name, _ in limits),
                "Preference-Applied",
                "Content-Disposition",
                "Content-Range",
                "ETag",
                "Retry-After",
            ],
        )
        self._sessions = sessions
        self._admission = sessions.settings.admission

    def is_allowed_origin(self, origin: str) -> bool:
        return self._admission.allows_page(origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if scope["method"] != "OPTIONS" or _METHOD not in headers:
            await super().__call__(scope, receive, send)
            return
        response = self.preflight_response(headers)
        if response.status_code >= 400:
            self._note(RequestContext(scope, receive), headers, response.status_code)
        await response(scope, receive, send)

    def _note(self, request: RequestContext, headers: Headers, status: int) -> None:
        origin = headers["origin"]
        reason = f"CORS: no page may send {headers[_METHOD][:20]}"
        if not self.is_allowed_origin(origin):
            reason = why_page_is_refused(origin)
        self._sessions.choose_known(request)
        request.refusal = ApiError(status, reason)
        note(request, status)
