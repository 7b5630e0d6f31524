"""One checked request to the control interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringme_mock.contract import Contract
from ringme_mock.faults.answer import ForcedAnswers
from ringme_mock.session import Session, Sessions
from ringme_mock.shape import Body, Parameter
from ringme_mock.state import State


@dataclass(frozen=True)
class ControlOperation:
    """One operation of the control document; `node` is what the document says of it."""

    id: str
    method: str
    path: str
    node: dict[str, Any]
    parameters: tuple[Parameter, ...]
    body: Body | None
    status: int

    @property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """Those in the path, in its order."""
        return tuple(one for one in self.parameters if one.location == "path")

    @property
    def query_parameters(self) -> tuple[Parameter, ...]:
        """Those in the query."""
        return tuple(one for one in self.parameters if one.location == "query")


@dataclass(frozen=True)
class Mock:
    """What the control interface controls: the contract, all sessions, the makers of answers."""

    contract: Contract
    sessions: Sessions
    answers: ForcedAnswers


@dataclass
class ControlCall:
    """A request whose parameters and body fit the control document.

    `body` is the JSON object, or the bytes where it is none; `base_url` leads to the session.
    """

    operation: ControlOperation
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
