"""Requests that count for a limit in all processes together."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.command_log.log import Count
from ringme_mock.command_log.turns import Turns
from ringme_mock.errors import ApiError
from ringme_mock.faults.inject import meets_faults
from ringme_mock.http.session import Session
from ringme_mock.http.sessions import Sessions
from ringme_mock.store.access import Caller
from ringme_mock.store.collection import Key

if TYPE_CHECKING:
    from ringme_mock.http.routing import PathTable


class SharedCounts:
    """Counts of requests, in the turns of one process.

    Most requests count with the turn by which they catch up: it is known before for whom they
    count, unless something has changed.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def catch_up(self, request: RequestContext, sessions: Sessions, table: PathTable) -> None:
        """Apply what others have changed, and count the request if it is known for whom."""
        known = _expected_caller(request, sessions, table)
        if known is None:
            await self._turns.look()
            return
        session, client = known
        tally = await self._turns.count(_count(session, client))
        if tally is not None:
            request.counted = (session.state.limits, client, tally)

    async def count(self, request: RequestContext) -> None:
        """Count a request of a known caller, unless it has."""
        session = request.session
        if request.counted is None or request.counted[0] is not session.state.limits:
            caller = _caller(request, session)
            if caller is None:
                return
            count = _count(session, caller.client_key)._replace(certain=True)
            tally = await self._turns.count(count)
            if tally is None:
                raise RuntimeError("a request that is certain did not count")
            request.counted = (session.state.limits, caller.client_key, tally)
        limits, client, (age, used) = request.counted
        # It counts once more where the caller is checked.
        limits.set_hour(client, limits.now - age, used - 1)

    async def is_first(self, session: Session, client: Key, seconds: float) -> bool:
        """Begin a request that takes some seconds, unless the client has such a one in progress."""
        # Not the key of a limit, which has a number in the middle.
        key = f"{session.name} busy {client}"
        tally = await self._turns.count(Count(key, time.time(), seconds, (0.0, 0), certain=True))
        return tally is not None and tally[1] == 1


def _expected_caller(
    request: RequestContext, sessions: Sessions, table: PathTable
) -> tuple[Session, Key] | None:
    """Return session and client of a request that counts, None if a fault may come before."""
    session, path = sessions.find(request)
    caller = _caller(request, session) if session else None
    if session is None or caller is None or meets_faults(request, session):
        return None
    try:
        operation, _ = table.find(request.method, path)
    except ApiError:
        return None
    return None if operation.scopes is None else (session, caller.client_key)


def _caller(request: RequestContext, session: Session) -> Caller | None:
    token = request.bearer_token
    return None if token is None else session.state.access.caller(token)


def _count(session: Session, client: Key) -> Count:
    limits = session.state.limits
    now = limits.now
    start, used = limits.hour(client) or (now, 0)
    key = f"{session.name} {session.since} {client}"
    return Count(key, now, limits.period, (now - start, used))
