"""Recorder of commands, for a mock whose state survives a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.store.supply import Supply

if TYPE_CHECKING:
    from ringme_mock.http.operation import RunningOperation
    from ringme_mock.http.routing import PathTable
    from ringme_mock.http.sessions import Session

Action: TypeAlias = Callable[[RequestContext], Reply]


class Recorder(Protocol):
    """Keeps what changes the state. A mock without one keeps nothing, and pays nothing.

    What is `replaying` applies commands that are kept already.
    """

    supply: Supply
    replaying: bool

    def join(self, operations: Mapping[str, RunningOperation], table: PathTable) -> None:
        """Take note of the operations that commands are for."""

    def recorded(self, action: Action) -> Action:
        """Make an action that is kept before it is taken."""

    def command(
        self, request: RequestContext, kind: str, body: bytes
    ) -> AbstractContextManager[Callable[[], None]]:
        """Give a request its moment and its chance within the block.

        The block calls what it gets once, right before it changes anything. That raises the 503 if
        the command cannot be kept.
        """

    def counted(self, session: Session) -> None:
        """Keep how often faults were seen and applied. Raises the 503 as `command` does."""

    def began(self, session: Session) -> None:
        """Keep that a session has begun."""

    def was_reset(self, session: Session) -> None:
        """Drop what came before the last command of a session, which has reset all of it."""

    def ended(self, session: Session) -> None:
        """Drop all of a session."""
