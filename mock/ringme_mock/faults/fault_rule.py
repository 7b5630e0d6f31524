"""Fault rules: the requests that they match, how often they apply, and their effect."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.faults.latency import Latency, read_latency

DROP, TRUNCATE, MALFORMED = "drop", "truncate", "malformed"


@dataclass(frozen=True)
class ForcedResponse:
    """Response that replaces the real one.

    `word` is the error code, None for the first in the document. `body` None means an example of
    the document.
    """

    status: int
    word: str | None = None
    example: str | None = None
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FaultRule:
    """Fault; `source` is the JSON object that it was read from."""

    source: dict[str, Any]
    response: ForcedResponse | None
    delay: Latency | None
    connection: str | None

    def matches(self, request: RequestContext) -> bool:
        match = self.source.get("match", {})
        operation = request.target.id if request.target else None
        login = request.caller.user["login"] if request.caller else None
        return (
            match.get("operation") in (None, operation)
            and match.get("method", request.method).upper() == request.method
            and fnmatchcase(request.path, match.get("path", "*"))
            and match.get("login") in (None, login)
        )

    def applies(self, seen: int, applied: int, chance: float) -> bool:
        """Decide if the fault applies to a matching request.

        `seen` counts matching requests including this one, `applied` those that the fault applied
        to before. `chance` is a random number from 0 to 1.
        """
        source = self.source
        return (
            source.get("nth", seen) == seen
            and seen % int(source.get("every", 1)) == 0
            and applied < source.get("times", applied + 1)
            and chance < source.get("probability", 1.0)
        )


def read_rule(source: dict[str, Any]) -> FaultRule:
    """Read a fault that fits the schema. Raises ValueError for one without effect."""
    if not source.keys() & {"answer", "delay", "connection"}:
        raise ValueError("one of answer, delay and connection is required")
    return FaultRule(
        source=source,
        response=_read_response(source["answer"]) if "answer" in source else None,
        delay=_read_delay(source["delay"]) if "delay" in source else None,
        connection=source.get("connection"),
    )


def _read_response(node: dict[str, Any]) -> ForcedResponse:
    return ForcedResponse(**{**node, "headers": tuple(node.get("headers", {}).items())})


def _read_delay(node: dict[str, int]) -> Latency:
    try:
        return read_latency(node)
    except ValueError as error:
        raise ValueError(f"delay.{error}") from None


def malformed(body: bytes) -> bytes:
    """Damage a body so that it is not valid JSON."""
    return body[: len(body) // 2] + b'{"'
