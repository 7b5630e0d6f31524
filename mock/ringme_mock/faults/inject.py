"""Where faults, latency and preferences get between a request and its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ringme_mock.actions.response import Reply
from ringme_mock.errors import ApiError
from ringme_mock.faults.fault_rule import FaultRule, ForcedAnswer, Visitor
from ringme_mock.faults.forced_response import ForcedAnswers
from ringme_mock.faults.prefer import Preference, applied, read_preference
from ringme_spec.operations import Operation

if TYPE_CHECKING:
    from ringme_mock.http.context import Exchange
    from ringme_mock.http.routing import PathTable


@dataclass
class Plan:
    """What is done to one request: an answer instead of the real one (None: that), and when."""

    reply: Reply | None
    seconds: float


class Faults:
    """Answers in the place of the API, later, or badly, where somebody asked for that."""

    def __init__(self, answers: ForcedAnswers, table: PathTable[Operation]) -> None:
        self._answers = answers
        self._table = table

    def may_act(self, exchange: Exchange) -> bool:
        """Whether there is anything to look at: for most requests there is not."""
        session = exchange.session
        return (
            b"prefer" in exchange.headers or bool(session.faults.rules) or session.latency.high > 0
        )

    def plan(self, exchange: Exchange) -> Plan:
        """What happens to this request; the exchange knows the rest of it then."""
        self._identify(exchange)
        wanted = _preference(exchange)
        rule = self._choose(exchange)
        exchange.connection = rule.connection if rule else None
        session = exchange.session
        latency = rule.delay if rule and rule.delay else session.latency
        seconds = latency.seconds(session.random) + (wanted.wait or 0.0)
        exchange.honoured = applied(None, None, wanted.wait)
        # A fault goes before the preference of a request, which a page cannot take back.
        if rule and rule.answer:
            return Plan(self._force(exchange, rule.answer), seconds)
        return Plan(self._prefer(exchange, wanted), seconds)

    def _identify(self, exchange: Exchange) -> None:
        """Finds operation and caller, which the later steps may never get to see."""
        state = exchange.session.state
        exchange.allowance = state.limits.unknown()
        try:
            exchange.operation, _ = self._table.find(exchange.method, exchange.raw_path)
            if exchange.operation.scopes is None:
                exchange.allowance = None
        except ApiError:
            exchange.operation = None
        kind, _, token = exchange.header(b"authorization").partition(" ")
        if kind.lower() == "bearer":
            exchange.caller = state.access.caller(token.strip())

    def _choose(self, exchange: Exchange) -> FaultRule | None:
        visitor = Visitor(
            exchange.operation.id if exchange.operation else None,
            exchange.method,
            exchange.path,
            exchange.caller.user["login"] if exchange.caller else None,
        )
        chosen = exchange.session.faults.choose(visitor, exchange.session.random)
        if chosen is None:
            return None
        exchange.fault = f"fault {chosen[0]}"
        return chosen[1]

    def _prefer(self, exchange: Exchange, wanted: Preference) -> Reply | None:
        operation = exchange.operation
        success = operation.status if operation else None
        code = wanted.code or (success if wanted.example is not None else None)
        if code is None or (code == success and wanted.example is None):
            # The real thing is a better answer than an example of it, but it may be another one.
            return None
        reply = self._force(exchange, ForcedAnswer(code, example=wanted.example))
        if reply is not None:
            exchange.fault = "Prefer"
            exchange.honoured = applied(wanted.code, wanted.example, wanted.wait)
        return reply

    def _force(self, exchange: Exchange, wanted: ForcedAnswer) -> Reply | None:
        reply = self._answers.make(exchange.operation, wanted)
        if reply is not None and reply.status == 429 and exchange.allowance is not None:
            exchange.allowance = replace(exchange.allowance, remaining=0, exceeded=True)
        return reply


def _preference(exchange: Exchange) -> Preference:
    if b"prefer" not in exchange.headers:
        return Preference()
    lines = [value for name, value in exchange.scope["headers"] if name == b"prefer"]
    return read_preference(b", ".join(lines).decode("latin-1"))
