"""Asks the control interface in the name of the page: what it checks is checked here too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from ringme_mock.control.control_context import ControlContext, Mock
from ringme_mock.control.control_operations import OPERATIONS
from ringme_mock.control.middleware import interface
from ringme_mock.errors import invalid
from ringme_mock.http.sessions import Session


@dataclass(frozen=True)
class Control:
    """The control interface of one session. `base_url` leads to the session."""

    mock: Mock
    session: Session
    base_url: str

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        **parameters: str,
    ) -> Any:
        """The JSON that an operation answers with, or None.

        `path` is that of the control document, braces and all; `parameters` go where the document
        has them. Raises the errors of the operation, and the 400 that names the field.
        """
        operation, _ = interface().table.find(method, path)
        names = [one.name for one in operation.path_parameters]
        in_query = {name: text for name, text in parameters.items() if name not in names}
        path_values, query = interface().read_parameters(
            operation,
            [parameters[one] for one in names],
            urlencode(in_query).encode(),
        )
        context = ControlContext(
            operation=operation,
            mock=self.mock,
            session=self.session,
            base_url=self.base_url,
            path=path_values,
            query=query,
            body={},
        )
        if operation.body is not None:
            context.body = {**operation.body.defaults, **(body or {})}
            for field, reason in operation.body.validator.problems(context.body):
                raise invalid(f"{field or 'body'}: {reason}")
        answer = await OPERATIONS[operation.id](context)
        return orjson.loads(answer.body) if answer.body else None
