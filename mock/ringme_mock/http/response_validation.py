"""Validation of responses against the document before they are sent."""

from __future__ import annotations

import logging

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.errors import ApiError
from ringme_mock.http.cycle import Headers
from ringme_mock.http.error_handler import refuse
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation
from ringme_spec.responses import ResponseSchemas, find_response

logger = logging.getLogger(__name__)


class ResponseValidator:
    """Validator of the API's responses, which turns each invalid one into a 500.

    Responses to requests without an operation are not checked, nor those that a fault or a
    preference forces.
    """

    def __init__(self, contract: Contract) -> None:
        shapes = ResponseSchemas(contract.document)
        self._shapes = {
            operation.id: shapes.of(operation.path, operation.method)
            for operation in contract.operations.values()
        }

    def checked(self, request: RequestContext, reply: Reply, headers: Headers) -> Reply:
        """Return the response if it is valid, else a 500 that names its problem."""
        operation = request.target
        has_failed = request.refusal is not None and request.refusal.status >= 500
        if operation is None or has_failed or _is_forced(request):
            return reply
        problem = self._problem(operation, request, reply, headers)
        if problem is None:
            return reply
        logger.error("a response does not match the OpenAPI document: %s", problem)
        return refuse(
            request, ApiError(500, f"The response does not match the OpenAPI document: {problem}")
        )

    def _problem(
        self, operation: Operation, request: RequestContext, reply: Reply, sent: Headers
    ) -> str | None:
        """Describe in one line how a response breaks the document; None if it conforms.

        The line names operation, status, field and reason. It shows no value, as that may be a
        secret.
        """
        shapes = self._shapes[operation.id]
        shape = find_response(shapes, reply.status)
        if shape is None:
            field, reason = "status", f"must be one of {', '.join(shapes)}"
        else:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent}
            body = None if request.method == "HEAD" else reply.body
            found = next(shape.problems(headers, headers.get("content-type", ""), body), None)
            if found is None:
                return None
            field, reason = found
        return " ".join(f"{operation.id} {reply.status}: {field}: {reason}".split())


def _is_forced(request: RequestContext) -> bool:
    if request.fault is None:
        return False
    try:
        fault = request.session.faults.show(request.fault.removeprefix("fault "))
    except ApiError:
        # A preference, or a fault that has been deleted since.
        return True
    return "answer" in fault
