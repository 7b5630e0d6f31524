"""The way of one request to the API, from its first byte to its answer."""

from __future__ import annotations

import asyncio

from ringme_mock.actions.media import STORAGE_PATH
from ringme_mock.actions.response import Reply
from ringme_mock.faults.inject import Faults
from ringme_mock.http.context import Exchange
from ringme_mock.http.error_handler import as_api_error, error_reply
from ringme_mock.http.operation import OperationAPI, RunningOperation
from ringme_mock.http.routing import PathTable
from ringme_mock.http.storage import find_file


class Api:
    """Answers requests to the operations of the document, and to the storage beside them."""

    def __init__(self, operations: OperationAPI, faults: Faults) -> None:
        self._faults = faults
        self._table: PathTable[RunningOperation] = PathTable(operations.operations.values())

    async def answer(self, exchange: Exchange) -> Reply:
        """The answer to a request, whatever it is: errors are answers, too."""
        try:
            if self._faults.may_act(exchange):
                plan = self._faults.plan(exchange)
                if plan.seconds:
                    await asyncio.sleep(plan.seconds)
                if plan.reply is not None:
                    return plan.reply
            if exchange.raw_path.startswith(STORAGE_PATH):
                stored = find_file(exchange)
                if stored is not None:
                    return stored
            return await self._find(exchange).answer(exchange)
        except Exception as error:
            exchange.refusal = refusal = as_api_error(error)
            # The journal keeps it, and is not to keep all that was at hand when it was raised.
            refusal.__traceback__ = refusal.__context__ = None
            return error_reply(refusal)

    def _find(self, exchange: Exchange) -> RunningOperation:
        """The operation of a request. Raises the 404 and the 405 of PathTable."""
        exchange.allowance = exchange.session.state.limits.unknown()
        running, exchange.path_values = self._table.find(exchange.method, exchange.raw_path)
        exchange.operation = running.operation
        if running.operation.scopes is None:
            exchange.allowance = None
        return running
