"""Rate limits of all processes together."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from ringme_mock.actions import Action
from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.command_log import log
from ringme_mock.command_log.log import Count, Tally
from ringme_mock.command_log.row import draw_chance, new_row
from ringme_mock.errors import unauthorized
from ringme_mock.faults.inject import meets_faults
from ringme_mock.http.session import Session
from ringme_mock.store.access import Caller, check_read_only
from ringme_mock.store.collection import Key
from ringme_mock.store.rate_limits import RateLimits

if TYPE_CHECKING:
    from ringme_mock.command_log.replica import Replica
    from ringme_mock.http.running_operation import RunningOperation


class SharedCounts:
    """Counts of requests, by the turns of one process.

    Most requests are counted in the turn by which they catch up, as their client is usually known
    before. A command is counted in the turn that appends it.
    """

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._turns = replica.turns

    async def catch_up(self, request: RequestContext) -> None:
        """Apply the changes of others, and count the request if its client is known.

        A request that is probably an accepted command is left to `act`.
        """
        session, path = self._replica.sessions.find(request)
        caller = _caller(request, session) if session else None
        # A fault may apply before the request counts.
        if session is None or caller is None or meets_faults(request, session):
            await self._turns.look()
            return
        operation = self._replica.repeat.find(request.method, path)
        if operation is None or operation.is_open:
            await self._turns.look()
        elif _is_ready(session, caller, operation):
            request.expected = caller, self._turns.position
        else:
            tally = await self._turns.count(_client(session, caller))
            if tally is not None:
                request.counted = (session.state.limits, caller.client_key, tally)

    async def count(self, request: RequestContext) -> None:
        """Count a request of a known caller, unless it was counted."""
        session = request.session
        if request.counted is None or request.counted[0] is not session.state.limits:
            caller = _caller(request, session)
            if caller is None and request.expected is not None:
                # The reason for a refusal may be gone by now.
                await self._turns.look()
                caller = _caller(request, session)
            if caller is None:
                return
            tally = await self._turns.count(_client(session, caller, certain=True))
            if tally is None:
                raise RuntimeError("a request that is certain did not count")
            request.counted = (session.state.limits, caller.client_key, tally)

    async def act(
        self, request: RequestContext, operation: RunningOperation, action: Action
    ) -> Reply | None:
        """Count and run a request in one turn, if nothing changes what is known of it.

        Returns None if it was not run: it exceeds its limit, or something has changed, even after a
        second try with the changes. The response may be that of a new fault.
        """
        expected, certain = request.expected, False
        while expected is not None:
            request.caller = expected[0]
            client = _client(request.session, expected[0], certain)
            attempt = _Attempt(self._replica, request, *expected, action)
            reply: Reply | None = await self._turns.attempt(client, attempt)
            if reply is not None or request.counted is not None or certain:
                return reply
            forced = await self._meet_faults(request)
            if forced is not None:
                return forced
            caller, certain = _caller(request, request.session), True
            is_ready = caller is not None and _is_ready(request.session, caller, operation)
            expected = (caller, self._turns.position) if caller and is_ready else None
        return None

    async def look_again(self, request: RequestContext) -> Reply | None:
        """Apply the changes of others before a request is refused that did not catch up.

        Returns the response of a fault, if one applies.
        """
        await self._turns.look()
        return await self._meet_faults(request)

    async def _meet_faults(self, request: RequestContext) -> Reply | None:
        """Choose the session again, and apply new faults, which come before the request counts."""
        self._replica.sessions.choose_again(request)
        if meets_faults(request, request.session):
            return await self._replica.repeat.faults.apply(request)
        return None

    async def is_first(self, session: Session, client: Key, seconds: float) -> bool:
        """Begin a request of so many seconds, unless the client has another in progress."""
        # Keys of limits have a number in the middle, so this is none of them.
        tally = await self._turns.count(_Busy(f"{session.name} busy {client}", seconds))
        return tally is not None and tally[1] == 1


class _Attempt:
    """Command that is expected to be accepted, as its caller was at `position` of the log."""

    __slots__ = ("act", "caller", "chance", "limits", "position", "replica", "request", "row")

    def __init__(
        self,
        replica: Replica,
        request: RequestContext,
        caller: Caller,
        position: int,
        action: Action,
    ) -> None:
        session = request.session
        self.replica, self.request, self.caller, self.position = replica, request, caller, position
        self.limits = limits = session.state.limits
        self.act = checked(request, action)
        self.chance = draw_chance(session.random)
        start, used = limits.hour(caller.client_key) or (limits.now, 0)
        # Others may have counted more, but a replay must not exceed the limit.
        hour = start, min(used + 1, limits.limit_of(caller.application["rate_limit"]))
        body = orjson.dumps(request.sent)
        self.row = new_row(session.name, log.API, self.chance, body, request, hour)

    def is_valid(self) -> bool:
        session = self.request.session
        return self.position == self.replica.turns.position or (
            session.state.limits is self.limits
            and _caller(self.request, session) is self.caller
            and self.replica.sessions.find_known(session.name) is session
        )

    def tell(self, tally: Tally) -> None:
        self.request.counted = (self.limits, self.caller.client_key, tally)

    def carry_out(self, number: int, at: float, nonce: bytes) -> Coroutine[Any, Any, Reply]:
        caller, request = self.caller, self.request
        limit = caller.application["rate_limit"]
        request.allowance = self.limits.count(caller.client_key, limit, request.counted)
        name = request.session.name
        return self.replica.carry_out(name, self.chance, self.act, number, at, nonce)


def _is_ready(session: Session, caller: Caller, operation: RunningOperation) -> bool:
    """Tell if a request is a command of a caller whose last one was accepted."""
    return (
        operation.keeps
        and operation.has_passed(caller)
        and not (session.waits or session.calls.active)
        and session.state.limits.hour(caller.client_key) is not None
    )


def _caller(request: RequestContext, session: Session) -> Caller | None:
    token = request.bearer_token
    return None if token is None else session.state.access.caller(token)


class _Client(NamedTuple):
    limits: RateLimits
    key: Key
    limit: int
    certain: bool
    session: Session

    def new_count(self) -> Count:
        limits, now = self.limits, self.limits.now
        start, used = limits.hour(self.key) or (now, 0)
        key = f"{self.session.name} {self.session.since} {self.key}"
        return Count(key, now, limits.period, (now - start, used), self.limit, self.certain)


class _Busy(NamedTuple):
    """Request of which a client may have one in progress, for some seconds."""

    key: str
    seconds: float

    def new_count(self) -> Count:
        return Count(self.key, time.time(), self.seconds, (0.0, 0), 1, certain=True)


def _client(session: Session, caller: Caller, certain: bool = False) -> _Client:
    limits = session.state.limits
    limit = limits.limit_of(caller.application["rate_limit"])
    return _Client(limits, caller.client_key, limit, certain, session)


def checked(request: RequestContext, action: Action) -> Callable[[Session], Reply]:
    """Return the action of a request, which finds the caller again, as others may change it."""

    def act(session: Session) -> Reply:
        request.session = session
        caller, token = request.caller, request.bearer_token
        if caller is not None and token is not None:
            access = session.state.access
            found = access.caller(token)
            if found is None:
                raise unauthorized()
            if found is not caller:
                request.caller = found
                access.check_blocked(found.user, found.client)
                check_read_only(found, request.method)
        return action(request)

    return act
