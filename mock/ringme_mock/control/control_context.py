"""One checked request to the control interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.http.sessions import Session, Sessions
from ringme_mock.store.state import State
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation


@dataclass(frozen=True)
class Mock:
    """What the control interface controls: the contract, all sessions, the makers of answers."""

    contract: Contract
    sessions: Sessions
    answers: ForcedResponses


@dataclass
class ControlContext:
    """A request whose parameters and body fit the control document.

    `body` is the JSON object, or the bytes where it is none; `base_url` leads to the session.
    """

    operation: Operation
    mock: Mock
    session: Session
    base_url: str
    path: dict[str, Any]
    query: dict[str, Any]
    body: dict[str, Any]
    content: bytes = b""

    @property
    def state(self) -> State:
        """The state of the session."""
        return self.session.state
