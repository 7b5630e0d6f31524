"""The rules of the document: what an implementation has to do that no schema can say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """One rule of `x-rules`.

    `grade` is D, O or C; `level` MUST or SHOULD; `operations` the ids of those it binds, or `*`.
    """

    id: str
    text: str
    grade: str
    level: str
    area: str
    operations: tuple[str, ...]

    @property
    def pointer(self) -> str:
        """Where the rule stands in the document."""
        return f"x-rules/{self.id}"


def read_rules(document: dict[str, Any]) -> dict[str, Rule]:
    """The rules of a document by id, in its order."""
    return {
        node["id"]: Rule(
            node["id"],
            node["text"],
            node["grade"],
            node["level"],
            node.get("area", "general"),
            tuple(node["operations"]),
        )
        for node in document.get("x-rules", [])
    }
