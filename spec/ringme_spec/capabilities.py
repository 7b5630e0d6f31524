"""Capabilities of a document (`x-capabilities`): what an implementation may lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringme_spec.errors import ConfigError, unknown_key
from ringme_spec.operations import Operation


@dataclass(frozen=True)
class Capability:
    """Part of the API that an implementation may lack, and the operations that need it.

    `text` says what it is, for messages. One that no operation needs is a way to send requests.
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
    """Read the capabilities by name.

    Raises ConfigError for an operation, a collection or an action that the document lacks.
    """
    known = {
        "operations": list(operations),
        "collections": list(document.get("x-collections", {})),
        "actions": [one.action for one in operations.values()],
    }
    found = {}
    for name, node in document.get("x-capabilities", {}).items():
        for kind, names in known.items():
            for one in node.get(kind, ()):
                if one not in names:
                    problem = unknown_key(one, dict.fromkeys(names), "value")
                    raise ConfigError(f"x-capabilities.{name}.{kind}: {problem}")
        needs = {kind: tuple(node.get(kind, ())) for kind in known}
        found[name] = Capability(name, node["text"], **needs)
    return found
