"""Where faults, latency and preferences get between a request and its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ringme_mock.actions.response import Reply
from ringme_mock.errors import ApiError
from ringme_mock.faults.fault_rule import FaultRule, ForcedResponse, Visitor
from ringme_mock.faults.forced_response import ForcedResponses
from ringme_mock.faults.prefer import Preference, applied, read_preference
from ringme_spec.operations import Operation

if TYPE_CHECKING:
    from ringme_mock.http.context import RequestContext
    from ringme_mock.http.routing import PathTable


@dataclass
class Plan:
    """What is done to one request: an answer instead of the real one (None: that), and when."""

    reply: Reply | None
    seconds: float


class Faults:
    """Answers in the place of the API, later, or badly, where somebody asked for that."""

    def __init__(self, answers: ForcedResponses, table: PathTable[Operation]) -> None:
        self._answers = answers
        self._table = table

    def may_act(self, request: RequestContext) -> bool:
        """Whether there is anything to look at: for most requests there is not."""
        session = request.session
        return (
            b"prefer" in request.headers or bool(session.faults.rules) or session.latency.high > 0
        )

    def plan(self, request: RequestContext) -> Plan:
        """What happens to this request; the request knows the rest of it then."""
        self._identify(request)
        wanted = _preference(request)
        rule = self._choose(request)
        request.connection = rule.connection if rule else None
        session = request.session
        latency = rule.delay if rule and rule.delay else session.latency
        seconds = latency.seconds(session.random) + (wanted.wait or 0.0)
        request.honoured = applied(None, None, wanted.wait)
        # A fault goes before the preference of a request, which a page cannot take back.
        if rule and rule.answer:
            return Plan(self._force(request, rule.answer), seconds)
        return Plan(self._prefer(request, wanted), seconds)

    def _identify(self, request: RequestContext) -> None:
        """Finds operation and caller, which the later steps may never get to see."""
        state = request.session.state
        request.allowance = state.limits.unknown()
        try:
            request.operation, _ = self._table.find(request.method, request.raw_path)
            if request.operation.scopes is None:
                request.allowance = None
        except ApiError:
            request.operation = None
        kind, _, token = request.header(b"authorization").partition(" ")
        if kind.lower() == "bearer":
            request.caller = state.access.caller(token.strip())

    def _choose(self, request: RequestContext) -> FaultRule | None:
        visitor = Visitor(
            request.operation.id if request.operation else None,
            request.method,
            request.path,
            request.caller.user["login"] if request.caller else None,
        )
        chosen = request.session.faults.choose(visitor, request.session.random)
        if chosen is None:
            return None
        request.fault = f"fault {chosen[0]}"
        return chosen[1]

    def _prefer(self, request: RequestContext, wanted: Preference) -> Reply | None:
        operation = request.operation
        success = operation.status if operation else None
        code = wanted.code or (success if wanted.example is not None else None)
        if code is None or (code == success and wanted.example is None):
            # The real thing is a better answer than an example of it, but it may be another one.
            return None
        reply = self._force(request, ForcedResponse(code, example=wanted.example))
        if reply is not None:
            request.fault = "Prefer"
            request.honoured = applied(wanted.code, wanted.example, wanted.wait)
        return reply

    def _force(self, request: RequestContext, wanted: ForcedResponse) -> Reply | None:
        reply = self._answers.make(request.operation, wanted)
        if reply is not None and reply.status == 429 and request.allowance is not None:
            request.allowance = replace(request.allowance, remaining=0, exceeded=True)
        return reply


def _preference(request: RequestContext) -> Preference:
    if b"prefer" not in request.headers:
        return Preference()
    lines = [value for name, value in request.scope["headers"] if name == b"prefer"]
    return read_preference(b", ".join(lines).decode("latin-1"))
