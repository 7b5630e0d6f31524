"""Client of the control interface within the process: with the same checks as over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from ringme_mock.control.control_context import Mock
from ringme_mock.control.control_operations import OPERATIONS
from ringme_mock.control.middleware import interface
from ringme_mock.errors import invalid
from ringme_mock.http.sessions import Session


@dataclass(frozen=True)
class ControlClient:
    """The control interface of one session, whose API is at `base_url`."""

    mock: Mock
    session: Session
    base_url: str

    async def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **parameters: str
    ) -> Any:
        """Carry out an operation. Returns the JSON of its response, or None.

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
        response = await OPERATIONS[operation.id](context)
        return orjson.loads(response.body) if response.body else None
