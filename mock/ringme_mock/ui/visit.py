"""One request to the page: which session it is for, and what it asks to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import Receive

from ringme_mock.control.control_context import Mock
from ringme_mock.errors import ApiError, invalid
from ringme_mock.http.context import context_of
from ringme_mock.http.sessions import Session
from ringme_mock.http.urls import base_url
from ringme_mock.store.state import State
from ringme_mock.ui.control_client import Control
from ringme_mock.ui.ui_memory import Memory

_FORM_LIMIT = 65_536
_TEXT_LIMIT = 200


@dataclass(frozen=True)
class Visit:
    """What a visitor asked; `given` are the fields of the query or of the form."""

    session: Session
    prefix: str
    root: str
    control: Control
    memory: Memory
    is_partial: bool
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The state of the session."""
        return self.session.state

    @property
    def base_url(self) -> str:
        """Where the API of the session is."""
        return self.root + self.prefix

    def text(self, name: str) -> str:
        """A field, empty where it was not sent."""
        return self.given.get(name, "").strip()[:_TEXT_LIMIT]


def begin_visit(request: Request, mock: Mock, memory: Memory, given: Mapping[str, str]) -> Visit:
    """The visit of a request, with its session."""
    context = context_of(request.scope)
    root = base_url(request.scope, context.headers)
    return Visit(
        session=context.session,
        prefix=context.prefix,
        root=root,
        control=Control(mock, context.session, root + context.prefix),
        memory=memory,
        is_partial=request.headers.get("hx-request") == "true",
        given=given,
    )


async def read_form(receive: Receive) -> bytes:
    """The body of a form. Raises the 413 for more than the page ever sends,
    and the 400 for half of one."""
    content = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise invalid("The form ended before its length")
        content += bytes(message.get("body", b""))
        if len(content) > _FORM_LIMIT:
            raise ApiError(413, f"A form has at most {_FORM_LIMIT} bytes")
        if not message.get("more_body", False):
            return content
