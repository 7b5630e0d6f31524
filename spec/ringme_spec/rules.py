"""Rules of a document (`x-rules`): behaviour that no schema can express."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringme_spec.errors import ConfigError

EVERY_OPERATION = "*"


@dataclass(frozen=True)
class Rule:
    """Rule of `x-rules`.

    `grade` is D, O or C, `level` is MUST or SHOULD, `operations` are ids, or `*` for all. `of` is
    the general rule that this one replaces for its operations.
    """

    id: str
    text: str
    grade: str
    level: str
    area: str
    operations: tuple[str, ...]
    of: str | None = None

    @property
    def pointer(self) -> str:
        return f"x-rules/{self.id}"

    @property
    def general(self) -> bool:
        return EVERY_OPERATION in self.operations


def read_rules(document: dict[str, Any]) -> dict[str, Rule]:
    """Read the rules by id, in their order. Raises ConfigError for one that lacks a key."""
    try:
        return {
            node["id"]: Rule(
                node["id"],
                node["text"],
                node["grade"],
                node["level"],
                node.get("area", "general"),
                tuple(node["operations"]),
                node.get("of"),
            )
            for node in document.get("x-rules", [])
        }
    except (KeyError, TypeError) as error:
        raise ConfigError(f"x-rules: cannot be read: {error}") from None
