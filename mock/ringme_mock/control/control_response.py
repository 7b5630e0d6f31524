"""Answers of the control interface."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from ringme_mock.actions.response import JSON
from ringme_mock.control.control_context import ControlContext


def answer(context: ControlContext, value: Any = None) -> Response:
    """The answer of success that the document has, with a JSON value or (None) nothing."""
    if value is None:
        return Response(status_code=context.operation.status)
    return Response(
        orjson.dumps(value), context.operation.status, {"Cache-Control": "no-store"}, JSON
    )
