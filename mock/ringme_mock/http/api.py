"""The way of one request to the API, from its first byte to its answer."""

from __future__ import annotations

import asyncio

from ringme_mock.actions.media import STORAGE_PATH
from ringme_mock.actions.response import Reply
from ringme_mock.faults.inject import Faults
from ringme_mock.http.context import RequestContext
from ringme_mock.http.error_handler import as_api_error, error_reply
from ringme_mock.http.operation import OperationAPI, RunningOperation
from ringme_mock.http.routing import PathTable
from ringme_mock.http.storage import find_file


class Api:
    """Answers requests to the operations of the document, and to the storage beside them."""

    def __init__(self, operations: OperationAPI, faults: Faults) -> None:
        self._faults = faults
        self._table: PathTable[RunningOperation] = PathTable(operations.operations.values())

    async def answer(self, request: RequestContext) -> Reply:
        """The answer to a request, whatever it is: errors are answers, too."""
        try:
            if self._faults.may_act(request):
                plan = self._faults.plan(request)
                if plan.seconds:
                    await asyncio.sleep(plan.seconds)
                if plan.reply is not None:
                    return plan.reply
            if request.raw_path.startswith(STORAGE_PATH):
                stored = find_file(request)
                if stored is not None:
                    return stored
            return await self._find(request).answer(request)
        except Exception as error:
            request.refusal = refusal = as_api_error(error)
            # The journal keeps it, and is not to keep all that was at hand when it was raised.
            refusal.__traceback__ = refusal.__context__ = None
            return error_reply(refusal)

    def _find(self, request: RequestContext) -> RunningOperation:
        """The operation of a request. Raises the 404 and the 405 of PathTable."""
        request.allowance = request.session.state.limits.unknown()
        running, request.path_values = self._table.find(request.method, request.raw_path)
        request.operation = running.operation
        if running.operation.scopes is None:
            request.allowance = None
        return running
