"""One request to the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.control.control_context import Mock
from ringme_mock.control.control_operations import run_operation
from ringme_mock.control.middleware import interface
from ringme_mock.errors import invalid
from ringme_mock.http.body import read_bytes
from ringme_mock.http.sessions import Session
from ringme_mock.store.state import State
from ringme_mock.ui.fault_form import QuickFaults
from ringme_mock.ui.page_session import PageSession

_FORM_LIMIT = 65_536
_TEXT_LIMIT = 200


@dataclass(frozen=True)
class PageConfig:
    """The content of view.yaml, and the quick faults by name."""

    view: dict[str, Any]
    quick_faults: QuickFaults


@dataclass(frozen=True)
class PageRequest:
    """The session that a request is for, and its `given` fields of the query or of the form.

    `is_partial` is a request of htmx, which takes parts of the page.
    """

    config: PageConfig
    session: Session
    kept: PageSession
    prefix: str
    mock: Mock
    base_url: str
    is_partial: bool
    given: Mapping[str, str]

    @property
    def state(self) -> State:
        return self.session.state

    def text(self, name: str) -> str:
        """Read a field, empty if it was not sent."""
        return self.given.get(name, "").strip()[:_TEXT_LIMIT]

    async def control(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **parameters: str
    ) -> Any:
        """Carry out an operation of the control interface, with the same checks as over HTTP.

        Returns the JSON of its response, or None.
        `path` is that of the control document, braces and all; `parameters` are for path and query.
        Raises the errors of the operation, and the 400 that names the field.
        """
        operation, _ = interface().table.find(method, path)
        names = [one.name for one in operation.path_parameters]
        in_query = {name: text for name, text in parameters.items() if name not in names}
        context = interface().context(
            self.mock,
            self.session,
            self.base_url,
            operation,
            [parameters[one] for one in names],
            urlencode(in_query).encode(),
        )
        if operation.body is not None:
            context.body = {**operation.body.defaults, **(body or {})}
            for field, reason in operation.body.validator.problems(context.body):
                raise invalid(f"{field or 'body'}: {reason}")
        response = await run_operation(context)
        return orjson.loads(response.body) if response.body else None


async def read_form(context: RequestContext) -> dict[str, str]:
    """Read the fields of a form. Raises the 400 if it is not UTF-8, the 413 if it is too long."""
    content = await read_bytes(context, _FORM_LIMIT)
    try:
        return dict(parse_qsl(content.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except ValueError:
        raise invalid("The form is not UTF-8") from None
