"""Injection of faults, latency and preferences (RFC 7240) into requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.errors import ApiError
from ringme_mock.faults.fault_rule import FaultRule, ForcedResponse
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.faults.latency import LONGEST

if TYPE_CHECKING:
    from ringme_mock.http.routing import PathTable
    from ringme_mock.http.session import Session


_PREFERENCE = re.compile(r'([A-Za-z0-9!#$%&\'*+.^_`|~-]+)(?:\s*=\s*("[^"]*"|[^",;\s]*))?[^,]*')
_SECONDS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
_CODE = re.compile(r"[1-5][0-9]{2}")

# Runs the choice of a fault, and records it.
Meet: TypeAlias = Callable[
    [RequestContext, Callable[[], FaultRule | None]], Awaitable[FaultRule | None]
]


@dataclass(frozen=True)
class Preference:
    """Status of the response, name of an example, seconds to wait; None if not given."""

    code: int | None = None
    example: str | None = None
    wait: float | None = None


def read_preference(header: str) -> Preference:
    """Read the Prefer header (RFC 7240); unknown and invalid preferences are ignored."""
    given: dict[str, str] = {}
    for match in _PREFERENCE.finditer(header):
        # The first of repeated preferences counts.
        given.setdefault(match[1].lower(), (match[2] or "").strip('"'))
    code, wait = given.get("code", ""), given.get("wait", "")
    seconds = float(wait) if _SECONDS.fullmatch(wait) else None
    return Preference(
        code=int(code) if _CODE.fullmatch(code) else None,
        example=given.get("example") or None,
        wait=seconds if seconds is not None and seconds * 1000 <= LONGEST else None,
    )


def applied(code: int | None, example: str | None, wait: float | None) -> str:
    """Build the header `Preference-Applied`; empty without any preference."""
    parts = []
    if code is not None:
        parts.append(f"code={code}")
    if example is not None:
        parts.append(f'example="{example}"')
    if wait is not None:
        parts.append(f"wait={wait:g}")
    return ", ".join(parts)


class Faults:
    """Faults and preferences, applied before the API; `meet` records the choice of a fault."""

    def __init__(
        self,
        responses: ForcedResponses,
        table: PathTable,
        meet: Meet | None = None,
    ) -> None:
        self._responses = responses
        self._table = table
        self._meet = meet

    async def apply(self, request: RequestContext) -> Reply | None:
        """Wait as long as due. Returns the response that replaces the real one, or None.

        Notes fault, connection and applied preferences on the request.
        """
        self._identify(request)
        wanted = _preference(request)
        rule = await self._meet_faults(request)
        request.connection = rule.connection if rule else None
        session = request.session
        latency = rule.delay if rule and rule.delay else session.latency
        request.applied_preferences = applied(None, None, wanted.wait)
        # A fault has precedence over the preference of a request.
        if rule and rule.response:
            forced = self._force(request, rule.response)
        else:
            forced = self._prefer(request, wanted)
        seconds = latency.seconds(session.random) + (wanted.wait or 0.0)
        if seconds:
            await asyncio.sleep(seconds)
        return forced

    def _identify(self, request: RequestContext) -> None:
        """Find operation and caller, as the API may not run at all."""
        state = request.session.state
        request.allowance = state.limits.unknown
        try:
            request.target, _ = self._table.find(request.method, request.raw_path)
            if request.target.scopes is None:
                request.allowance = None
        except ApiError:
            request.target = None
        token = request.bearer_token
        if token is not None:
            request.caller = state.access.caller(token)

    async def _meet_faults(self, request: RequestContext) -> FaultRule | None:
        faults = request.session.faults
        if self._meet is not None and faults.match(request):
            return await self._meet(request, lambda: self._choose(request))
        return self._choose(request)

    def choose(self, request: RequestContext) -> FaultRule | None:
        """Choose the fault that applies to a request, if any, and count those that match."""
        self._identify(request)
        return self._choose(request)

    def _choose(self, request: RequestContext) -> FaultRule | None:
        chosen = request.session.faults.choose(request)
        if chosen is None:
            return None
        request.fault = f"fault {chosen[0]}"
        return chosen[1]

    def _prefer(self, request: RequestContext, wanted: Preference) -> Reply | None:
        operation = request.target
        success = operation.status if operation else None
        code = wanted.code or (success if wanted.example is not None else None)
        if code is None or (code == success and wanted.example is None):
            # The real response is better than an example.
            return None
        reply = self._force(request, ForcedResponse(code, example=wanted.example))
        if reply is not None:
            request.fault = "Prefer"
            request.applied_preferences = applied(wanted.code, wanted.example, wanted.wait)
        return reply

    def _force(self, request: RequestContext, wanted: ForcedResponse) -> Reply | None:
        reply = self._responses.make(request.target, wanted)
        if reply is not None and reply.status == 429 and request.allowance is not None:
            request.allowance = replace(request.allowance, remaining=0, exceeded=True)
        return reply


def meets_faults(request: RequestContext, session: Session) -> bool:
    """Tell if a fault, a latency or a preference may come before the API."""
    return bool(session.faults.rules or session.latency.high or b"prefer" in request.headers)


def _preference(request: RequestContext) -> Preference:
    if b"prefer" not in request.headers:
        return Preference()
    lines = [value for name, value in request.scope["headers"] if name == b"prefer"]
    return read_preference(b", ".join(lines).decode("latin-1"))
