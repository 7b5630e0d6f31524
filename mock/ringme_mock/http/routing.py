"""Routing: from a path to its operation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from posixpath import commonpath
from urllib.parse import unquote

from ringme_mock.errors import ApiError, method_not_allowed, no_route, not_mocked
from ringme_spec.operations import Operation
from ringme_spec.parameters import Parameter
from ringme_spec.redaction import mask_text

# Number and length of the paths that are cached.
_MOST_KEPT = 1000
_LONGEST_KEPT = 500
# Length of a segment in a reason, and number of known segments that it lists.
_LONGEST_SHOWN = 50
_MOST_SHOWN = 20


@dataclass(slots=True)
class _Node:
    """Segment of paths, with the segments after it and the operations of the path that ends here.

    `pattern` restricts the values of a parameter segment, if `x-route` gives one.
    """

    fixed: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    pattern: re.Pattern[str] | None = None
    operations: dict[str, Operation] = field(default_factory=dict)


class PathTable:
    """Tree of the segments of all paths.

    Repeated and trailing slashes are ignored (rule slash). Fixed segments have precedence over
    parameters. A value that `x-route` excludes does not match (rule uuid-route).
    """

    def __init__(
        self, operations: Iterable[Operation], known_paths: Mapping[str, str] | None = None
    ) -> None:
        self._root, operations = _Node(), list(operations)
        self._known = {path: _segments(path) for path in known_paths or {}}
        self._about = dict(known_paths or {})
        secured = [one.path for one in operations if one.scopes is not None]
        self._base = _segments(commonpath(secured or ["/"]))
        for operation in operations:
            node, parameters = self._root, iter(operation.path_parameters)
            for segment in _segments(operation.path):
                if segment.startswith("{"):
                    pattern = _route(next(parameters))
                    node.variable = node.variable or _Node(pattern=pattern)
                    node = node.variable
                else:
                    node = node.fixed.setdefault(segment, _Node())
            node.operations[operation.method] = operation
            if operation.reads:
                node.operations["HEAD"] = operation
        self._find_kept = lru_cache(_MOST_KEPT)(self._find)

    def find(self, method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
        """Find the operation of a raw path, and the decoded values of its parameters.

        Raises the 404 for an unknown path, the 405 for a method that the path lacks.
        """
        find = self._find_kept if len(path) <= _LONGEST_KEPT else self._find
        return find(method, path)

    def _find(self, method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
        values: list[str] = []
        node = _descend(self._root, _segments(path), 0, values)
        if node is None:
            raise self._no_route(path)
        operation = node.operations.get(method)
        if operation is None:
            raise method_not_allowed(method, sorted(node.operations))
        return operation, tuple(values)

    def is_api(self, path: str) -> bool:
        """True for a raw path below the one that all operations with a token have in common."""
        return _segments(path)[: len(self._base)] == self._base

    def explain(self, path: str) -> str:
        """Explain at which segment an unknown path leaves the known ones."""
        node, before = self._root, ""
        for segment in _segments(path):
            following = node.fixed.get(segment) or node.variable
            if following is None:
                shown = mask_text(segment)[:_LONGEST_SHOWN]
                return f"after {before or '/'} there is no {shown}{_known(node)}"
            node, before = following, f"{before}/{mask_text(segment)[:_LONGEST_SHOWN]}"
        return f"{before or '/'} is the beginning of paths{_known(node)}"

    def _no_route(self, path: str) -> ApiError:
        """Make the most helpful 404 for an unknown path.

        It names the path of the service that is not mocked, or the path that was probably meant if
        only the base differs.
        """
        segments = _segments(path)
        if template := self._known_path(segments):
            return not_mocked(template, self._about[template])
        for count in range(len(self._base) + 1):
            meant = [*self._base, *segments[count:]]
            if self._known_path(meant) or _descend(self._root, meant, 0, []) is not None:
                near = "/".join(["", *meant, *([""] if path.endswith("/") else [])])
                return no_route(unquote(path), near)
        return no_route(unquote(path))

    def _known_path(self, segments: list[str]) -> str:
        """Find the template in `x-known-paths` that these segments begin with, or an empty text."""
        for template, known in self._known.items():
            if len(segments) >= len(known) and all(map(_fits, known, segments)):
                return template
        return ""


def _known(node: _Node) -> str:
    names = sorted(node.fixed)
    more = ", ..." if len(names) > _MOST_SHOWN else ""
    return f"; known there: {', '.join(names[:_MOST_SHOWN])}{more}" if names else ""


def _fits(known: str, segment: str) -> bool:
    return known.startswith("{") or known == segment


def _route(parameter: Parameter) -> re.Pattern[str] | None:
    return re.compile(parameter.route) if parameter.route else None


def _segments(path: str) -> list[str]:
    """Split a raw path into decoded segments (rule segments)."""
    return [unquote(segment) for segment in path.split("/") if segment]


def _descend(node: _Node, segments: list[str], place: int, values: list[str]) -> _Node | None:
    """Find the node at the end of a path, and append the values of its parameters to `values`."""
    for number in range(place, len(segments)):
        segment = segments[number]
        following, variable = node.fixed.get(segment), node.variable
        if variable and variable.pattern and not variable.pattern.fullmatch(segment):
            variable = None
        if following is None:
            if variable is None:
                return None
            values.append(segment)
            node = variable
        elif variable is None:
            node = following
        else:
            before = len(values)
            found = _descend(following, segments, number + 1, values)
            if found is not None:
                return found
            del values[before:]
            values.append(segment)
            node = variable
    return node if node.operations else None
