"""One fault: which requests it is for, how often, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ringme_mock.faults.latency import Latency, read_latency


@dataclass(frozen=True)
class Visitor:
    """What a fault can tell requests apart by."""

    operation: str | None
    method: str
    path: str
    login: str | None


@dataclass(frozen=True)
class ForcedResponse:
    """An answer that is given instead of the real one.

    `word` is the error's word for programs, None for the document's first; `body` None stands
    for the document's own.
    """

    status: int
    word: str | None = None
    example: str | None = None
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FaultRule:
    """A fault as it was given (`source`), ready to be used."""

    source: dict[str, Any]
    answer: ForcedResponse | None
    delay: Latency | None
    connection: str | None

    def matches(self, visitor: Visitor) -> bool:
        """Whether a request is one of those that it is for."""
        match = self.source.get("match", {})
        return (
            match.get("operation") in (None, visitor.operation)
            and match.get("method", visitor.method).upper() == visitor.method
            and fnmatchcase(visitor.path, match.get("path", "*"))
            and match.get("login") in (None, visitor.login)
        )

    def applies(self, seen: int, applied: int, chance: float) -> bool:
        """Whether it is this request's turn.

        `seen` counts the requests that matched, this one too; `applied` those that it had an
        effect on before; `chance` is a random number from 0 to 1.
        """
        source = self.source
        return (
            source.get("nth", seen) == seen
            and seen % int(source.get("every", 1)) == 0
            and applied < source.get("times", applied + 1)
            and chance < source.get("probability", 1.0)
        )


def read_rule(source: dict[str, Any]) -> FaultRule:
    """A fault from an object that fits the schema. Raises ValueError for what contradicts."""
    answer = source.get("answer")
    if not source.keys() & {"answer", "delay", "connection"}:
        raise ValueError("one of answer, delay and connection must be there")
    return FaultRule(
        source=source,
        answer=_read_answer(answer) if answer is not None else None,
        delay=_read_delay(source["delay"]) if "delay" in source else None,
        connection=source.get("connection"),
    )


def _read_answer(node: dict[str, Any]) -> ForcedResponse:
    return ForcedResponse(
        status=node["status"],
        word=node.get("word"),
        example=node.get("example"),
        body=node.get("body"),
        headers=tuple(node.get("headers", {}).items()),
    )


def _read_delay(node: dict[str, int]) -> Latency:
    try:
        return read_latency(node)
    except ValueError as error:
        raise ValueError(f"delay.{error}") from None
