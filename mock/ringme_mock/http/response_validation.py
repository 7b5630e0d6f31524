"""Holds what the API answers against the document, before it goes out."""

from __future__ import annotations

import logging

from ringme_mock.actions.response import Reply
from ringme_mock.errors import ApiError
from ringme_mock.faults.inject import Faults
from ringme_mock.http.api import Api
from ringme_mock.http.context import RequestContext
from ringme_mock.http.error_handler import error_reply
from ringme_mock.http.operation import OperationAPI
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation
from ringme_spec.responses import ResponseSchemas, find_response

logger = logging.getLogger(__name__)


class ResponseValidator:
    """Knows for each operation of a document what its answers may be."""

    def __init__(self, contract: Contract) -> None:
        shapes = ResponseSchemas(contract.document)
        self._shapes = {
            operation.id: shapes.of(operation.path, operation.method)
            for operation in contract.operations.values()
        }

    def problem(self, operation: Operation, request: RequestContext, reply: Reply) -> str | None:
        """What an answer says that the document does not, in one line; None if it conforms.

        The line names operation, status, field and reason, and no value, which may be a secret.
        """
        shapes = self._shapes[operation.id]
        shape = find_response(shapes, reply.status)
        if shape is None:
            field, reason = "status", f"must be one of {', '.join(shapes)}"
        else:
            headers = _headers(request, reply)
            body = None if request.method == "HEAD" else reply.body
            found = next(shape.problems(headers, headers.get("content-type", ""), body), None)
            if found is None:
                return None
            field, reason = found
        return " ".join(f"{operation.id} {reply.status}: {field}: {reason}".split())


class ValidatingApi(Api):
    """The API, with an error in the place of each answer that breaks the document.

    Not checked are refusals of requests for no operation, which the document does not have, and
    answers that somebody asked for with a fault or a preference. Late ones, and those that are
    damaged on their way, are the API's own.
    """

    def __init__(self, check: ResponseValidator, operations: OperationAPI, faults: Faults) -> None:
        super().__init__(operations, faults)
        self._check = check

    async def answer(self, request: RequestContext) -> Reply:
        """The answer to a request, or the 500 that says what is wrong with it."""
        reply = await super().answer(request)
        operation = request.operation
        if operation is None or _is_forced(request) or _has_failed(request):
            return reply
        problem = self._check.problem(operation, request, reply)
        if problem is None:
            return reply
        logger.error("an answer breaks the document: %s", problem)
        request.refusal = ApiError(500, f"The answer breaks the document: {problem}")
        return error_reply(request.refusal)


def _is_forced(request: RequestContext) -> bool:
    """Whether a fault or a preference gave the answer, and not the API."""
    if request.fault is None:
        return False
    try:
        fault = request.session.faults.show(request.fault.removeprefix("fault "))
    except ApiError:
        # A preference, which is in no list, or a fault that was taken away just now.
        return True
    return "answer" in fault


def _has_failed(request: RequestContext) -> bool:
    """Whether the mock broke down; the answer says so, and the log says how."""
    return request.refusal is not None and request.refusal.status >= 500


def _headers(request: RequestContext, reply: Reply) -> dict[str, str]:
    """All headers that an answer has by itself, by name in lower case."""
    headers = {name.lower(): value for name, value in (reply.headers or {}).items()}
    if request.allowance is not None:
        for name, value in request.allowance.headers():
            headers[name.decode("latin-1")] = value.decode("latin-1")
    if reply.media_type is not None:
        headers["content-type"] = reply.media_type
    return headers
