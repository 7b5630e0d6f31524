"""Path templates of a document: the operation that a method and a path lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ringme_spec.operations import Operation


class PathTemplates:
    """The path templates of some operations.

    A path without parameters goes before one whose parameters would take it.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        self._templates = [
            (_pattern(path), by_path[path])
            for path in sorted(by_path, key=lambda path: path.count("{"))
        ]

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
        """The operation of a path in any slash form, and the values of its path parameters."""
        methods, values = self.match(path)
        return methods.get(method), values

    def match(self, path: str) -> tuple[dict[str, Operation], dict[str, str]]:
        """The operations of a path by method, and the values of its path parameters."""
        plain = re.sub("/+", "/", path).rstrip("/")
        for pattern, methods in self._templates:
            if match := pattern.fullmatch(plain):
                return methods, match.groupdict()
        return {}, {}


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template.rstrip("/"))))
