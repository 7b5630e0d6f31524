"""Context of one checked request to the control interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from ringme_mock.actions.response import JSON
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.http.sessions import Session, Sessions
from ringme_mock.json_bytes import DEEPEST_STATE, read_json, write_json
from ringme_mock.store.state import State
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation

# Kinds of bodies in the log of commands.
OBJECT, CONTENT = "object", "content"


@dataclass(frozen=True)
class Mock:
    """Parts of a mock that the control interface controls."""

    contract: Contract
    sessions: Sessions
    forced: ForcedResponses


@dataclass
class ControlContext:
    """Request whose parameters and body fit the control document.

    `body` is the JSON object, `content` the bytes of any other body. `base_url` is that of the
    session. `last_event_id` is the last event that the client of a stream has seen.
    """

    operation: Operation
    mock: Mock
    session: Session
    base_url: str
    path: dict[str, Any]
    query: dict[str, Any]
    body: dict[str, Any] = field(default_factory=dict)
    content: bytes = b""
    last_event_id: str = ""

    @property
    def state(self) -> State:
        return self.session.state

    def response(self, value: Any = None) -> Response:
        """Make the success response with a JSON value, or (None) without a body."""
        if value is None:
            return Response(status_code=self.operation.status)
        headers = {"Cache-Control": "no-store"}
        return Response(write_json(value), self.operation.status, headers, JSON)


def command_body(context: ControlContext) -> tuple[str, bytes]:
    """Return kind and bytes of a request body, for the log of commands."""
    if context.content:
        return CONTENT, context.content
    return OBJECT, write_json(context.body)


def set_command_body(context: ControlContext, kind: str, body: bytes) -> None:
    """Restore the body that `command_body` returned. Raises ValueError if it is damaged."""
    if kind == CONTENT:
        context.content = body
    else:
        context.body = read_json(body, DEEPEST_STATE)
