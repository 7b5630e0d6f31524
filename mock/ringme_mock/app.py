"""Application: the mock as a Connexion application."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from ringme_mock.control.control_context import Mock
from ringme_mock.control.guard import check_admitted
from ringme_mock.control.middleware import ControlMiddleware
from ringme_mock.docs.docs_middleware import DocsMiddleware
from ringme_mock.errors import ApiError
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.http.api_middleware import START, ApiMiddleware
from ringme_mock.http.connexion_document import check_document, connexion_document
from ringme_mock.http.connexion_parts import (
    AsyncApp,
    ExceptionMiddleware,
    InvalidSpecification,
    LifespanMiddleware,
    ProblemException,
    ServerErrorMiddleware,
)
from ringme_mock.http.error_handler import handle_error
from ringme_mock.http.not_found_middleware import NotFoundMiddleware
from ringme_mock.http.running_operation import ActionResolver, TokenSecurity, check_actions
from ringme_mock.http.sessions import Sessions, Settings
from ringme_mock.store.clock import Clock
from ringme_mock.store.cycle_search import cycle_search_paused
from ringme_mock.store.fixtures import load_store
from ringme_mock.store.state import State
from ringme_mock.ui.ui_middleware import PageMiddleware
from ringme_spec.contract import Contract, read_contract
from ringme_spec.errors import ConfigError, prefixed

if TYPE_CHECKING:
    from ringme_mock.command_log.replica import Replica

LOOPBACK, ANY, OFF = "loopback", "any", "off"

Layer: TypeAlias = Callable[[ASGIApp], ASGIApp]


class MockApp(AsyncApp):  # type: ignore[misc]
    """Connexion application of one document, with its sessions.

    Connexion resolves operations to actions, maps their security to TokenSecurity, and handles the
    errors of pages. ApiMiddleware, the outermost middleware, responds to requests for the API.
    """

    def __init__(self, contract: Contract, sessions: Sessions, control: str = LOOPBACK) -> None:
        self.contract = contract
        self.sessions = sessions
        forced = ForcedResponses(contract)
        super().__init__(
            __name__,
            middlewares=[
                partial(ApiMiddleware, contract=contract, sessions=sessions, forced=forced),
                ServerErrorMiddleware,
                ExceptionMiddleware,
                *_control(Mock(contract, sessions, forced), control),
                partial(
                    DocsMiddleware,
                    contract=contract,
                    sessions=sessions,
                    check_admitted=partial(
                        check_admitted,
                        from_any=control == ANY,
                        admission=sessions.settings.admission,
                    ),
                ),
                NotFoundMiddleware,
                LifespanMiddleware,
            ],
        )
        for kind in (ApiError, HTTPException, ProblemException, Exception):
            self.add_error_handler(kind, handle_error)
        self.add_api(
            connexion_document(contract.document),
            resolver=ActionResolver(contract),
            security_map={"oauth2": TokenSecurity},
        )
        self._start()

    @property
    def state(self) -> State:
        return self.sessions.default.state

    def _start(self) -> None:
        """Make Connexion build its middlewares, which it would do at the first request.

        So errors show at startup, and warnings of packages below Connexion do not reach the user.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = self({"type": START}, _unused, _unused)
            try:
                call.send(None)
            except StopIteration:
                return
            raise RuntimeError("the startup of the application must not wait")


@cycle_search_paused()
def create_app(
    spec: Path,
    fixtures: Path,
    clock: Clock | None = None,
    settings: Settings | None = None,
    control: str = LOOPBACK,
    *,
    overlays: Sequence[Path] = (),
    added_fixtures: Sequence[Path] = (),
    recorder: Replica | None = None,
) -> MockApp:
    """Make a mock of a document and a folder with fixtures.

    `overlays` apply in their order. Files of `added_fixtures` add to the fixtures, or replace those
    of the same name. `control` says which clients may use the control interface: `loopback`, `any`,
    or `off`. `recorder` records changes of the state. Raises ConfigError that names the file and
    its error.
    """
    contract = read_contract(spec, overlays)
    path = [spec, *overlays][-1]
    try:
        check_actions(contract)
        check_document(contract.document)
    except ConfigError as error:
        raise prefixed(str(path), error) from None
    except InvalidSpecification as error:
        where = ".".join(str(part) for part in error.absolute_path)
        raise ConfigError(f"{path}: {where or 'document'}: {error.message[:300]}") from None
    seed = load_store(contract, fixtures, *added_fixtures)
    sessions = Sessions(contract, seed, settings or Settings(), clock, recorder=recorder)
    return MockApp(contract, sessions, control)


def _control(mock: Mock, control: str) -> list[Layer]:
    """Make the middlewares of the control interface and of the page, unless they are off."""
    if control == OFF:
        return []
    from_any = control == ANY
    return [
        partial(PageMiddleware, mock=mock, from_any=from_any),
        partial(ControlMiddleware, mock=mock, from_any=from_any),
    ]


async def _unused(*_: Any) -> Any:
    raise RuntimeError("nothing is received or sent at the start")
