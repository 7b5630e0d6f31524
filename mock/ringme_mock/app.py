"""Puts the mock together."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from connexion import AsyncApp
from connexion.exceptions import InvalidSpecification, ProblemException
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.server_error import ServerErrorMiddleware
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.options import SwaggerUIOptions
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.actions.response import answer_error
from ringme_mock.control.control_call import Mock
from ringme_mock.control.middleware import ControlMiddleware
from ringme_mock.docs.site import NoSuchPage, SiteMiddleware
from ringme_mock.errors import ApiError
from ringme_mock.faults.forced_response import ForcedAnswers
from ringme_mock.faults.inject import Faults
from ringme_mock.http.api import Api
from ringme_mock.http.connection import keep_transport
from ringme_mock.http.connexion_document import read_specification
from ringme_mock.http.context import Exchange
from ringme_mock.http.dispatcher import Front
from ringme_mock.http.operation import OperationAPI, check_actions
from ringme_mock.http.routing import PathTable
from ringme_mock.http.sessions import Sessions, Settings
from ringme_mock.http.urls import DOCS_PATH, DOCUMENT_PATH, LOCAL_ORIGIN
from ringme_mock.store.clock import Clock
from ringme_mock.store.fixtures import load_store
from ringme_mock.store.state import State
from ringme_mock.ui.ui_middleware import PageMiddleware
from ringme_spec.contract import Contract, read_contract
from ringme_spec.errors import ConfigError

LOOPBACK, ANY, OFF = "loopback", "any", "off"

Layer: TypeAlias = Callable[[ASGIApp], ASGIApp]


class MockApp:
    """The mock as an ASGI application, with the contract it follows and the sessions it keeps."""

    def __init__(self, contract: Contract, sessions: Sessions, control: str = LOOPBACK) -> None:
        self.contract = contract
        self.sessions = sessions
        self._front = _front(contract, sessions, control)
        self._origins = _origins(self._front, sessions)

    @property
    def state(self) -> State:
        """The state of the default session."""
        return self.sessions.default.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "reason": "the mock has no WebSockets"})
            return
        if scope["type"] != "http":
            raise RuntimeError(f"the mock answers to HTTP, not to {scope['type']}")
        exchange = Exchange(scope, receive)
        if b"origin" in exchange.headers:
            keep_transport(scope, send)
            await self._origins(scope, receive, send)
        else:
            await self._front.answer(exchange, send)


def create_app(
    spec: Path,
    fixtures: Path,
    clock: Clock | None = None,
    settings: Settings | None = None,
    control: str = LOOPBACK,
    *,
    overlays: Sequence[Path] = (),
    added_fixtures: Sequence[Path] = (),
) -> MockApp:
    """The mock for a document and a folder with fixtures.

    `overlays` are laid over the document in their order; the files of `added_fixtures` stand
    beside those of the fixtures, or take the place of those with the same name.
    `control` says from where the control interface may be used: `loopback`, `any`, or `off`.
    Raises ConfigError with one line that says what is wrong with either.
    """
    contract = _read_contract(spec, overlays)
    seed = load_store(contract, fixtures, *added_fixtures)
    try:
        sessions = Sessions(contract, seed, settings or Settings(), clock)
        return MockApp(contract, sessions, control)
    except InvalidSpecification as error:
        where = ".".join(str(part) for part in error.absolute_path)
        raise ConfigError(f"{spec}: {where or 'document'}: {error.message[:300]}") from None


def _read_contract(spec: Path, overlays: Sequence[Path]) -> Contract:
    contract = read_contract(spec, overlays)
    try:
        check_actions(contract)
    except ConfigError as error:
        raise ConfigError(f"{spec}: {error}") from None
    return contract


def _front(contract: Contract, sessions: Sessions, control: str) -> Front:
    """All that answers requests: sessions, then API or pages."""
    # A copy, as the document has to stay as it was written.
    specification = read_specification(copy.deepcopy(contract.document))
    table = PathTable(contract.operations.values())
    answers = ForcedAnswers(contract)
    operations, faults = OperationAPI(specification, contract=contract), Faults(answers, table)
    api = Api(operations, faults)
    if sessions.settings.validate_responses:
        # Only now: a mock that does not check its answers does not wait for the import.
        from ringme_mock.http.response_validation import AnswerCheck, CheckedApi

        api = CheckedApi(AnswerCheck(contract), operations, faults)
    return Front(sessions, api, _Pages(contract, Mock(contract, sessions, answers), control))


def _origins(front: Front, sessions: Sessions) -> ASGIApp:
    """The same for pages of other origins: a front end is served from some port of the machine."""
    return CORSMiddleware(
        front,
        allow_origin_regex=LOCAL_ORIGIN.pattern,
        allow_methods=["*"],
        allow_headers=["*"],
        allow_credentials=True,
        expose_headers=_exposed(sessions),
    )


class _Pages:
    """The documentation, which Connexion serves, with the mock's own pages before it.

    Put together for the first visitor: who starts the mock for its API does not wait for it.
    """

    def __init__(self, contract: Contract, mock: Mock, control: str) -> None:
        self._contract = contract
        self._layers = _control(mock, control)
        self._app: AsyncApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request for a page."""
        if self._app is None:
            self._app = self._build()
        await self._app(scope, receive, send)

    def _build(self) -> AsyncApp:
        app = AsyncApp(
            __name__,
            middlewares=[
                ServerErrorMiddleware,
                ExceptionMiddleware,
                *self._layers,
                partial(SiteMiddleware, contract=self._contract),
                SwaggerUIMiddleware,
                NoSuchPage,
                LifespanMiddleware,
            ],
            swagger_ui_options=SwaggerUIOptions(
                serve_spec=False,
                spec_path=DOCUMENT_PATH,
                swagger_ui_path=DOCS_PATH,
                swagger_ui_config={"persistAuthorization": True, "docExpansion": "none"},
            ),
        )
        for kind in (ApiError, HTTPException, ProblemException, Exception):
            app.add_error_handler(kind, answer_error)
        # The operations are answered elsewhere, and the document is served as it was written.
        document = self._contract.document
        app.add_api({**{name: document[name] for name in ("openapi", "info")}, "paths": {}})
        return app


def _control(mock: Mock, control: str) -> list[Layer]:
    """The layers of the control interface and of the page above it, if there are any."""
    if control == OFF:
        return []
    from_any = control == ANY
    return [
        partial(PageMiddleware, mock=mock, from_any=from_any),
        partial(ControlMiddleware, mock=mock, from_any=from_any),
    ]


def _exposed(sessions: Sessions) -> list[str]:
    """The headers that a page of another origin may read."""
    limits = sessions.default.state.limits.unknown().headers()
    return [*(name.decode() for name, _ in limits), "Preference-Applied", "Content-Disposition"]
