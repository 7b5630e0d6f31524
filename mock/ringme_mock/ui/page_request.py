"""One request to the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive

from ringme_mock.errors import ApiError, invalid
from ringme_mock.http.sessions import Session
from ringme_mock.store.state import State
from ringme_mock.ui.control_client import ControlClient
from ringme_mock.ui.fault_form import QuickFault
from ringme_mock.ui.page_session import PageSession

_FORM_LIMIT = 65_536
_TEXT_LIMIT = 200


@dataclass(frozen=True)
class PageConfig:
    """The content of view.yaml, and the quick faults by name."""

    view: dict[str, Any]
    quick_faults: dict[str, QuickFault]


@dataclass(frozen=True)
class PageRequest:
    """The session that a request is for, and its `given` fields of the query or of the form.

    `is_partial` is a request of htmx, which takes parts of the page.
    """

    config: PageConfig
    session: Session
    kept: PageSession
    prefix: str
    control: ControlClient
    is_partial: bool
    given: Mapping[str, str]

    @property
    def state(self) -> State:
        return self.session.state

    def text(self, name: str) -> str:
        """Read a field, empty if it was not sent."""
        return self.given.get(name, "").strip()[:_TEXT_LIMIT]


async def read_form(receive: Receive) -> bytes:
    """Read the body of a form. Raises the 413 for a long one, the 400 for an incomplete one."""
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
