"""Finds the operation of a request by the paths of the document, in all the forms clients send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from ringme_mock.errors import method_not_allowed, no_route
from ringme_mock.http.urls import decoded


class Routed(Protocol):
    """Whatever has a method and a path."""

    @property
    def method(self) -> str:
        """In capitals."""

    @property
    def path(self) -> str:
        """With its parameters in braces."""


# A page requests the same things again and again. Longer paths are not to fill the memory.
_MOST_KEPT = 1000
_LONGEST_KEPT = 500

AnyOperation = TypeVar("AnyOperation", bound=Routed)


@dataclass(slots=True)
class _Node(Generic[AnyOperation]):
    """One segment of the paths: what may follow, and the operations of a path that ends here."""

    fixed: dict[str, _Node[AnyOperation]] = field(default_factory=dict)
    variable: _Node[AnyOperation] | None = None
    operations: dict[str, AnyOperation] = field(default_factory=dict)


class PathTable(Generic[AnyOperation]):
    """The paths of operations as a tree of segments.

    Slashes at the end and doubled ones make no segment, so every form of a path ends at the same
    node (rule slash). A segment that a path spells out goes before one that is a parameter.
    """

    def __init__(self, operations: Iterable[AnyOperation]) -> None:
        self._root: _Node[AnyOperation] = _Node()
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

    def find(self, method: str, path: str) -> tuple[AnyOperation, tuple[str, ...]]:
        """The operation of a raw path, and the decoded values of its parameters in order.

        Raises the 404 for a path that is not there and the 405 for a method that it lacks.
        """
        find = self._find_kept if len(path) <= _LONGEST_KEPT else self._find
        return find(method, path)

    def _find(self, method: str, path: str) -> tuple[AnyOperation, tuple[str, ...]]:
        values: list[str] = []
        node = _descend(self._root, _segments(path), 0, values)
        if node is None:
            raise no_route(decoded(path))
        operation = node.operations.get(method)
        if operation is None:
            raise method_not_allowed(method, sorted(node.operations))
        return operation, tuple(values)


def _segments(path: str) -> list[str]:
    """The segments of a raw path, decoded (rule segments)."""
    return [decoded(segment) for segment in path.split("/") if segment]


def _descend(
    node: _Node[AnyOperation], segments: list[str], place: int, values: list[str]
) -> _Node[AnyOperation] | None:
    """The node at the end of a path, with the values of its parameters put into `values`."""
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
            # Both may lead on: the one that is spelled out is tried first.
            before = len(values)
            found = _descend(following, segments, number + 1, values)
            if found is not None:
                return found
            del values[before:]
            values.append(segment)
            node = node.variable
    return node if node.operations else None
