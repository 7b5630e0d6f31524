"""What each operation of the control document does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from ringme_mock.control import (
    arrivals_api as arrivals,
)
from ringme_mock.control import (
    clock_api as clock,
)
from ringme_mock.control import (
    faults_api as faults,
)
from ringme_mock.control import (
    journal_api as journal,
)
from ringme_mock.control import (
    sessions_api as sessions,
)
from ringme_mock.control import (
    state_api as state,
)
from ringme_mock.control import (
    tokens_api as tokens,
)
from ringme_mock.control.control_context import ControlContext

OPERATIONS: dict[str, Callable[[ControlContext], Awaitable[Response]]] = {
    "getHealth": sessions.health,
    "reset": state.reset,
    "listSnapshots": state.list_snapshots,
    "saveSnapshot": state.save_snapshot,
    "deleteSnapshot": state.delete_snapshot,
    "loadSnapshot": state.load_snapshot,
    "exportState": state.export,
    "importState": state.import_entries,
    "makeBulk": arrivals.bulk,
    "getClock": clock.read,
    "setClock": clock.change,
    "advanceClock": clock.advance,
    "makeCall": arrivals.arrive,
    "makeVoicemail": arrivals.arrive,
    "makeFax": arrivals.arrive,
    "makeRegistration": arrivals.arrive,
    "listIdentities": tokens.identities,
    "makeToken": tokens.make,
    "revokeTokens": tokens.revoke,
    "expireTokens": tokens.expire,
    "listFaults": faults.list_faults,
    "addFault": faults.add,
    "clearFaults": faults.clear,
    "getFault": faults.read,
    "removeFault": faults.remove,
    "getLatency": faults.read_latency,
    "setLatency": faults.set_latency,
    "readJournal": journal.read,
    "clearJournal": journal.clear,
    "countJournal": journal.count,
    "followJournal": journal.follow,
    "listSessions": sessions.list_sessions,
    "endSession": sessions.end,
}
