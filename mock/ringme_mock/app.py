"""Puts the Connexion application together."""

from __future__ import annotations

import copy
from functools import partial
from pathlib import Path

from connexion import AsyncApp
from connexion.exceptions import InvalidSpecification, ProblemException
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.security import SecurityMiddleware
from connexion.middleware.server_error import ServerErrorMiddleware
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.options import SwaggerUIOptions
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from ringme_mock.clock import Clock
from ringme_mock.contract import Contract
from ringme_mock.document import read_yaml
from ringme_mock.edge import EdgeMiddleware
from ringme_mock.errors import ApiError, StartError
from ringme_mock.fixtures import load_store
from ringme_mock.operation import ActionResolver, OperationMiddleware, check_actions
from ringme_mock.replies import answer_error
from ringme_mock.routing import RoutingMiddleware
from ringme_mock.security import TokenSecurity
from ringme_mock.site import DOCS_PATH, DOCUMENT_PATH, SiteMiddleware
from ringme_mock.state import State

# A front end under development is served from some port of the same machine.
_LOCAL_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"


class MockApp:
    """The mock as an ASGI application, with the contract it follows and the state it keeps."""

    def __init__(self, contract: Contract, state: State) -> None:
        self.contract = contract
        self.state = state
        self._connexion = _build(contract, state)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        await self._connexion(scope, receive, send)


def create_app(spec: Path, fixtures: Path, clock: Clock | None = None) -> MockApp:
    """The mock for a document and a folder with fixtures.

    Raises StartError with one line that says what is wrong with either.
    """
    contract = _read_contract(spec)
    state = State(contract, load_store(contract, fixtures), clock)
    try:
        return MockApp(contract, state)
    except InvalidSpecification as error:
        where = ".".join(str(part) for part in error.absolute_path)
        raise StartError(f"{spec}: {where or 'document'}: {error.message[:300]}") from None


def _read_contract(spec: Path) -> Contract:
    document = read_yaml(spec)
    if not isinstance(document, dict) or not {"openapi", "paths"} <= document.keys():
        raise StartError(f"{spec}: is not an OpenAPI document: it needs `openapi` and `paths`")
    try:
        contract = Contract(document)
        check_actions(contract)
    except StartError as error:
        raise StartError(f"{spec}: {error}") from None
    return contract


def _build(contract: Contract, state: State) -> AsyncApp:
    app = AsyncApp(
        __name__,
        middlewares=[
            ServerErrorMiddleware,
            partial(
                CORSMiddleware,
                allow_origin_regex=_LOCAL_ORIGIN,
                allow_methods=["*"],
                allow_headers=["*"],
                allow_credentials=True,
                expose_headers=[name.decode() for name, _ in state.limits.unknown().headers()],
            ),
            EdgeMiddleware,
            ExceptionMiddleware,
            partial(SiteMiddleware, contract=contract, state=state),
            SwaggerUIMiddleware,
            partial(RoutingMiddleware, contract=contract, state=state),
            SecurityMiddleware,
            partial(OperationMiddleware, contract=contract, state=state),
            LifespanMiddleware,
        ],
        security_map={"oauth2": lambda: TokenSecurity(state)},
        resolver=ActionResolver(contract),
        swagger_ui_options=SwaggerUIOptions(
            serve_spec=False,
            spec_path=DOCUMENT_PATH,
            swagger_ui_path=DOCS_PATH,
            swagger_ui_config={"persistAuthorization": True, "docExpansion": "none"},
        ),
    )
    for kind in (ApiError, HTTPException, ProblemException, Exception):
        app.add_error_handler(kind, answer_error)
    # Connexion fills in references in place, and the document has to stay as it was written.
    app.add_api(copy.deepcopy(contract.document))
    return app
