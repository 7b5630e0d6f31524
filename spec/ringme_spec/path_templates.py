"""Path templates of a document: the operation that a method and a path lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ringme_spec.operations import Operation

# So many paths are remembered, of at most so many characters.
_KNOWN, _LONG = 500, 200


class PathTemplates:
    """The path templates of some operations.

    A path without parameters goes before one whose parameters would take it. A segment that cannot
    be a value of its parameter (`x-route`) leads nowhere, unless `by_route` is false.
    """

    def __init__(self, operations: Iterable[Operation], by_route: bool = True) -> None:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        self._templates = [
            (_pattern(path, _routes(by_path[path]) if by_route else {}), by_path[path])
            for path in sorted(by_path, key=lambda path: path.count("{"))
        ]
        # The same few paths come again and again.
        self._matched = lru_cache(_KNOWN)(self._match)

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
        """The operation of a path in any slash form, and the values of its path parameters."""
        methods, values = self.match(path)
        return methods.get(method), values

    def match(self, path: str) -> tuple[dict[str, Operation], dict[str, str]]:
        """The operations of a path by method, and the values of its path parameters."""
        plain = re.sub("/+", "/", path).rstrip("/")
        methods, values = self._matched(plain) if len(plain) < _LONG else self._match(plain)
        return methods, dict(values)

    def _match(self, plain: str) -> tuple[dict[str, Operation], dict[str, str]]:
        for pattern, methods in self._templates:
            if match := pattern.fullmatch(plain):
                return methods, match.groupdict()
        return {}, {}


def _routes(operations: dict[str, Operation]) -> dict[str, str]:
    parameters = (one for operation in operations.values() for one in operation.path_parameters)
    return {one.name: one.route for one in parameters if one.route}


def _pattern(template: str, routes: dict[str, str]) -> re.Pattern[str]:
    def group(match: re.Match[str]) -> str:
        pattern = routes.get(match[1], "[^/]+").removeprefix("^").removesuffix("$")
        return f"(?P<{match[1]}>{pattern})"

    return re.compile(re.sub(r"\\{(\w+)\\}", group, re.escape(template.rstrip("/"))))
