"""The way of one request to the API, from its first byte to its answer."""

from __future__ import annotations

import asyncio

from ringme_mock.contract import Operation
from ringme_mock.exchange import Exchange
from ringme_mock.faults.inject import Faults
from ringme_mock.handlers.media import STORAGE_PATH
from ringme_mock.operation import OperationAPI, RunningOperation
from ringme_mock.replies import Reply, as_api_error, error_reply
from ringme_mock.routing import PathTable
from ringme_mock.storage import find_file


class Api:
    """Answers requests to the operations of the document, and to the storage beside them."""

    def __init__(
        self, operations: OperationAPI, faults: Faults, table: PathTable[Operation]
    ) -> None:
        self._operations: dict[str, RunningOperation] = operations.operations
        self._faults = faults
        self._table = table

    async def answer(self, exchange: Exchange) -> Reply:
        """The answer to a request, whatever it is: errors are answers, too."""
        try:
            if self._faults.may_act(exchange):
                return await self._answer_with_faults(exchange)
            return await self._answer(exchange)
        except Exception as error:
            refusal = as_api_error(error)
            exchange.refusal = refusal
            return error_reply(refusal)

    async def _answer_with_faults(self, exchange: Exchange) -> Reply:
        plan = self._faults.plan(exchange)
        if plan.seconds:
            await asyncio.sleep(plan.seconds)
        return plan.reply or await self._answer(exchange)

    async def _answer(self, exchange: Exchange) -> Reply:
        if exchange.path.startswith(STORAGE_PATH):
            stored = find_file(exchange)
            if stored is not None:
                return stored
        exchange.allowance = exchange.session.state.limits.unknown()
        operation, exchange.path_values = self._table.find(exchange.method, exchange.path)
        exchange.operation = operation
        if operation.scopes is None:
            exchange.allowance = None
        return await self._operations[operation.id].answer(exchange)
