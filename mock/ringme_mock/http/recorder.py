"""Recorder of commands, for a state that survives a restart or is served by many processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.http.journal import Journal
from ringme_mock.store.supply import Supply

if TYPE_CHECKING:
    from ringme_mock.faults.inject import Faults
    from ringme_mock.http.operation import RunningOperation
    from ringme_mock.http.routing import PathTable
    from ringme_mock.http.session import Session
    from ringme_mock.http.sessions import Sessions

_T = TypeVar("_T")
Action: TypeAlias = Callable[[RequestContext], Reply]


class Recorder(Protocol):
    """Orders and keeps what changes the state. A mock without one keeps nothing, and pays nothing.

    All of its methods that wait raise a 503 if the log cannot be reached or written to; then
    nothing has changed.
    """

    supply: Supply
    processes: int

    def join(self, sessions: Sessions) -> None:
        """Take note of the sessions that the commands are for."""

    def prepare(
        self, operations: Mapping[str, RunningOperation], table: PathTable, faults: Faults
    ) -> None:
        """Take note of what carries commands out."""

    def adopt(self, session: Session) -> None:
        """Set what a new session does by itself: its calls go on, and its events are sent."""

    def journal(self, name: str) -> Journal | None:
        """Make the journal of a session if it is shared, else None."""

    async def catch_up(self, request: RequestContext) -> None:
        """Apply what others have changed; a request sees all that was acknowledged before it."""

    async def count(self, request: RequestContext) -> None:
        """Count a request of a known caller for its rate limit, where others count, too."""

    async def act(self, request: RequestContext, action: Action) -> Reply:
        """Keep a checked request of the API, and carry it out."""

    async def control(
        self,
        request: RequestContext,
        kind: str,
        body: bytes,
        run: Callable[[Session], Awaitable[_T]],
    ) -> _T:
        """Keep a request of the control interface, and carry it out."""

    async def meet_faults(self, request: RequestContext, choose: Callable[[], _T]) -> _T:
        """Keep that a request meets faults, which are counted."""

    async def settle(self, session: Session) -> None:
        """Keep that calls have gone on, if anything is due."""

    async def begin(self, session: Session) -> None:
        """Keep that a session has begun, and perhaps another ended."""

    async def keep(self, session: Session, kind: str, act: Callable[[Session], _T]) -> _T:
        """Keep what pages do to a session, and do it."""

    def left(self, session: Session) -> None:
        """Take note that a session has ended."""
