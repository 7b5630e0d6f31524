"""Capabilities of a document (`x-capabilities`): parts that an implementation may lack."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ringme_spec.operations import Operation


@dataclass(frozen=True)
class Capability:
    """Part of the API that an implementation may lack, and the operations that need it.

    `text` describes it in messages. A capability that no operation needs is a way to send requests.
    """

    name: str
    text: str
    operations: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()

    def is_needed_by(self, operation: Operation) -> bool:
        return (
            operation.id in self.operations
            or operation.resource.get("collection") in self.collections
            or operation.action in self.actions
        )


def read_capabilities(
    document: dict[str, Any], operations: Mapping[str, Operation]
) -> dict[str, Capability]:
    """Read the capabilities by name, without operations that an overlay has removed."""
    known: dict[str, Collection[str]] = {
        "operations": operations,
        "collections": document.get("x-collections", {}),
        "actions": {one.action for one in operations.values()},
    }
    return {
        name: Capability(
            name,
            node["text"],
            **{
                kind: tuple(one for one in node.get(kind, ()) if one in names)
                for kind, names in known.items()
            },
        )
        for name, node in document.get("x-capabilities", {}).items()
    }
