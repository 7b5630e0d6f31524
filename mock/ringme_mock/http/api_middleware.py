"""The middleware that gives the responses of the API, in front of Connexion's own."""

from __future__ import annotations

from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.faults.inject import Faults
from ringme_mock.http.api import Api
from ringme_mock.http.connexion_parts import Resolver, Specification, SpecMiddleware
from ringme_mock.http.context import RequestContext
from ringme_mock.http.dispatcher import Dispatcher
from ringme_mock.http.operation import OperationAPI
from ringme_mock.http.routing import PathTable
from ringme_mock.http.sessions import Sessions
from ringme_mock.http.urls import LOCAL_ORIGIN
from ringme_spec.contract import Contract

# The type of a scope that is no request: it has Connexion put its middlewares together.
START = "ringme_mock.start"


class ApiMiddleware(SpecMiddleware):  # type: ignore[misc]
    """Responds to requests of the API, each operation compiled once; passes pages on.

    Connexion hands over the specification, the resolver and the security handlers of `add_api`
    when it puts its middlewares together.
    """

    def __init__(
        self, app: ASGIApp, contract: Contract, sessions: Sessions, answers: ForcedResponses
    ) -> None:
        self._app = app
        self._contract = contract
        self._sessions = sessions
        self._answers = answers

    def add_api(
        self,
        specification: Specification,
        *,
        resolver: Resolver,
        security_map: dict[str, Any],
        **_options: Any,
    ) -> None:
        """Compiles the operations of the specification."""
        operations = OperationAPI(
            specification, resolver=resolver, contract=self._contract, security_map=security_map
        )
        faults = Faults(self._answers, PathTable(self._contract.operations.values()))
        api = Api(operations, faults)
        if self._sessions.settings.validate_responses:
            # On demand: a mock that does not validate its responses starts without the import.
            from ringme_mock.http.response_validation import ResponseValidator, ValidatingApi

            api = ValidatingApi(ResponseValidator(self._contract), operations, faults)
        self._front = Dispatcher(self._sessions, api, self._app)
        self._origins = _with_cors(self._front, self._sessions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Responds to a request of the API, and passes everything else on."""
        if scope["type"] == "http":
            request = RequestContext(scope, receive)
            if b"origin" in request.headers:
                await self._origins(scope, receive, send)
            else:
                await self._front.answer(request, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "reason": "the mock has no WebSockets"})
        elif scope["type"] != START:
            raise RuntimeError(f"the mock responds to HTTP, not to {scope['type']}")


def _with_cors(app: ASGIApp, sessions: Sessions) -> ASGIApp:
    """The application for pages of other origins: a front end has some port of this machine."""
    limits = sessions.default.state.limits.unknown().headers()
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
        ],
    )
