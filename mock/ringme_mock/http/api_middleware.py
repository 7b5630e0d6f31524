"""Middleware that serves the API, in place of Connexion's own."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.faults.inject import Faults
from ringme_mock.http.api import Api
from ringme_mock.http.connexion_parts import Resolver, Specification, SpecMiddleware
from ringme_mock.http.cors import with_cors
from ringme_mock.http.dispatcher import Dispatcher
from ringme_mock.http.operation import OperationAPI
from ringme_mock.http.request_context import RequestContext
from ringme_mock.http.routing import PathTable
from ringme_mock.http.sessions import Sessions
from ringme_spec.contract import Contract

# The type of a scope on which Connexion assembles its middlewares.
START = "ringme_mock.start"


class ApiMiddleware(SpecMiddleware):  # type: ignore[misc]
    """Responds to requests for the API, and passes those for pages on.

    Connexion calls `add_api` when it assembles its middlewares.
    """

    def __init__(
        self, app: ASGIApp, contract: Contract, sessions: Sessions, forced: ForcedResponses
    ) -> None:
        self._app = app
        self._contract = contract
        self._sessions = sessions
        self._forced = forced

    def add_api(
        self,
        specification: Specification,
        *,
        resolver: Resolver,
        security_map: dict[str, Any],
        **_options: Any,
    ) -> None:
        """Prepare the operations of the specification."""
        operations = OperationAPI(
            specification, resolver=resolver, contract=self._contract, security_map=security_map
        )
        table = PathTable(self._contract.operations.values())
        faults = Faults(self._forced, table)
        api = Api(operations, table, faults)
        if self._sessions.settings.validate_responses:
            # On demand, as the import takes time.
            from ringme_mock.http.response_validation import ResponseValidator, ValidatingApi

            api = ValidatingApi(ResponseValidator(self._contract), operations, table, faults)
        self._dispatcher = Dispatcher(self._sessions, api, self._app)
        self._cors = with_cors(self._dispatcher, self._sessions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = RequestContext(scope, receive)
            if b"origin" in request.headers:
                await self._cors(scope, receive, send)
            else:
                await self._dispatcher.dispatch(request, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "reason": "the mock has no WebSockets"})
        elif scope["type"] != START:
            raise RuntimeError(f"the mock responds to HTTP, not to {scope['type']}")
