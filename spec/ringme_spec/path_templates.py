"""Path templates of a document: the operation of a method and a path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ringme_spec.operations import Operation

# Number and length of the paths that are cached.
_KNOWN, _LONG = 500, 200


class PathTemplates:
    """Path templates of some operations.

    Paths without parameters have precedence. A segment that is no value of its parameter
    (`x-route`) does not match, unless `by_route` is false.
    """

    def __init__(self, operations: Iterable[Operation], by_route: bool = True) -> None:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
        self._templates = [
            (_pattern(path, _routes(by_path[path]) if by_route else {}), by_path[path])
            for path in sorted(by_path, key=lambda path: path.count("{"))
        ]
        # Cached, as the same few paths recur.
        self._matched = lru_cache(_KNOWN)(self._match)

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
        """Return the operation of a path in any slash form, and its path values."""
        methods, values = self.match(path)
        return methods.get(method), values

    def match(self, path: str) -> tuple[dict[str, Operation], dict[str, str]]:
        """Return the operations of a path by method, and its path values."""
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
