"""API of the document: from a request to its response."""

from __future__ import annotations

import asyncio

from ringme_mock.actions.response import Reply
from ringme_mock.faults.inject import Faults
from ringme_mock.http.error_handler import as_api_error, error_reply
from ringme_mock.http.operation import OperationAPI, RunningOperation
from ringme_mock.http.request_context import RequestContext
from ringme_mock.http.routing import PathTable
from ringme_mock.http.storage import find_file


class Api:
    """Responds to requests for the operations of the document and for stored files."""

    def __init__(self, operations: OperationAPI, table: PathTable, faults: Faults) -> None:
        self._operations: dict[str, RunningOperation] = operations.operations
        self._table = table
        self._faults = faults

    async def respond(self, request: RequestContext) -> Reply:
        """Return the response to a request; errors become responses, too."""
        try:
            if self._faults.may_act(request):
                forced, seconds = self._faults.plan(request)
                if seconds:
                    await asyncio.sleep(seconds)
                if forced is not None:
                    return forced
            stored = find_file(request)
            if stored is not None:
                return stored
            request.allowance = request.session.state.limits.unknown()
            operation, request.path_values = self._table.find(request.method, request.raw_path)
            request.operation = operation
            if operation.scopes is None:
                request.allowance = None
            return await self._operations[operation.id].run(request)
        except Exception as error:
            request.refusal = refusal = as_api_error(error)
            # The journal keeps it, and must not keep the frames that it was raised in.
            refusal.__traceback__ = refusal.__context__ = None
            return error_reply(refusal)
