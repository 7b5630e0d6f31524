"""The operations of a document, found by method and path."""

from __future__ import annotations

from typing import Any

from ringme_spec.contract import Contract
from ringme_spec.operations import Operation
from ringme_spec.path_templates import PathTemplates

__all__ = ["Operation", "Operations"]


class Operations:
    """All operations of a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.contract = Contract(document)
        self.all = list(self.contract.operations.values())
        self._templates = PathTemplates(self.all)

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
        """Finds the operation of a decoded path in any slash form, and its path parameters."""
        return self._templates.find(method, path)
