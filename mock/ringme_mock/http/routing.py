"""Routing: the operation of a request by its path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from ringme_mock.errors import method_not_allowed, no_route
from ringme_spec.operations import Operation

# Number and length of the paths that are cached.
_MOST_KEPT = 1000
_LONGEST_KEPT = 500


@dataclass(slots=True)
class _Node:
    """Segment of paths: the segments after it, and the operations of a path that ends here."""

    fixed: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    operations: dict[str, Operation] = field(default_factory=dict)


class PathTable:
    """Tree of the segments of all paths.

    Repeated slashes and those at the end make no segment (rule slash). Fixed segments have
    precedence over parameters.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            node = self._root
            for segment in _segments(operation.path):
                if segment.startswith("{"):
                    node.variable = node.variable or _Node()
                    node = node.variable
                else:
                    node = node.fixed.setdefault(segment, _Node())
            node.operations[operation.method] = operation
        self._find_kept = lru_cache(_MOST_KEPT)(self._find)

    def find(self, method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
        """Find the operation of a raw path, and the decoded values of its parameters.

        Raises the 404 for an unknown path and the 405 for a method that it lacks.
        """
        find = self._find_kept if len(path) <= _LONGEST_KEPT else self._find
        return find(method, path)

    def _find(self, method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
        values: list[str] = []
        node = _descend(self._root, _segments(path), 0, values)
        if node is None:
            raise no_route(unquote(path))
        operation = node.operations.get(method)
        if operation is None:
            raise method_not_allowed(method, sorted(node.operations))
        return operation, tuple(values)


def _segments(path: str) -> list[str]:
    """Split a raw path into decoded segments (rule segments)."""
    return [unquote(segment) for segment in path.split("/") if segment]


def _descend(node: _Node, segments: list[str], place: int, values: list[str]) -> _Node | None:
    """Find the node at the end of a path; the values of parameters are added to `values`."""
    for number in range(place, len(segments)):
        segment = segments[number]
        following = node.fixed.get(segment)
        if following is None:
            if node.variable is None:
                return None
            values.append(segment)
            node = node.variable
        elif node.variable is None:
            node = following
        else:
            before = len(values)
            found = _descend(following, segments, number + 1, values)
            if found is not None:
                return found
            del values[before:]
            values.append(segment)
            node = node.variable
    return node if node.operations else None
