"""Functions that carry out the operations of the control document, by operationId."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from ringme_mock.control import (
    arrivals_api,
    calls_api,
    clock_api,
    deliveries_api,
    entries_api,
    faults_api,
    journal_api,
    sessions_api,
    state_api,
    tokens_api,
)
from ringme_mock.control.control_context import ControlContext

OPERATIONS: dict[str, Callable[[ControlContext], Awaitable[Response]]] = {
    "getHealth": sessions_api.health,
    "reset": state_api.reset,
    "listSnapshots": state_api.list_snapshots,
    "saveSnapshot": state_api.save_snapshot,
    "deleteSnapshot": state_api.delete_snapshot,
    "loadSnapshot": state_api.load_snapshot,
    "exportState": state_api.export,
    "importState": state_api.import_entries,
    "listEntries": entries_api.list_entries,
    "changeUser": entries_api.change_user,
    "changeApplication": entries_api.change_application,
    "makeBulk": arrivals_api.bulk,
    "getClock": clock_api.read,
    "setClock": clock_api.change,
    "advanceClock": clock_api.advance,
    "makeCall": calls_api.make,
    "listCalls": calls_api.list_calls,
    "readCall": calls_api.read,
    "moveCall": calls_api.move,
    "setCallbackCourse": calls_api.set_course,
    "listDeliveries": deliveries_api.list_deliveries,
    "clearDeliveries": deliveries_api.clear,
    "setDelivery": deliveries_api.change_settings,
    "makeVoicemail": arrivals_api.arrive,
    "makeFax": arrivals_api.arrive,
    "makeRegistration": arrivals_api.arrive,
    "listIdentities": tokens_api.identities,
    "makeToken": tokens_api.make,
    "revokeTokens": tokens_api.revoke,
    "expireTokens": tokens_api.expire,
    "listFaults": faults_api.list_faults,
    "addFault": faults_api.add,
    "clearFaults": faults_api.clear,
    "getFault": faults_api.read,
    "removeFault": faults_api.remove,
    "getLatency": faults_api.read_latency,
    "setLatency": faults_api.set_latency,
    "readJournal": journal_api.read,
    "exportJournal": journal_api.export,
    "clearJournal": journal_api.clear,
    "countJournal": journal_api.count,
    "followJournal": journal_api.follow,
    "listSessions": sessions_api.list_sessions,
    "endSession": sessions_api.end,
}


async def run_operation(context: ControlContext) -> Response:
    return await OPERATIONS[context.operation.id](context)


async def run_settled(context: ControlContext) -> Response:
    """Carry out the operation, with what is due of calls before it and after it."""
    calls = context.session.calls
    calls.settle_active()
    response = await run_operation(context)
    calls.settle_active()
    return response
