"""Finds the operation of a request by the paths of the document, in all the forms clients send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT, SpecMiddleware
from connexion.spec import Specification
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.contract import Contract, Operation
from ringme_mock.errors import method_not_allowed, no_route
from ringme_mock.exchange import exchange_of
from ringme_mock.state import State


@dataclass
class _Node:
    """One segment of the paths: what may follow, and the operations of a path that ends here."""

    fixed: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    operations: dict[str, Operation] = field(default_factory=dict)


class PathTable:
    """All paths of a document as a tree of segments.

    Slashes at the end and doubled ones make no segment, so every form of a path ends at the same
    node (rule slash). A segment that a path spells out goes before one that is a parameter.
    """

    def __init__(self, contract: Contract) -> None:
        self._root = _Node()
        for operation in contract.operations.values():
            node = self._root
            for segment in _segments(operation.path):
                if segment.startswith("{"):
                    node.variable = node.variable or _Node()
                    node = node.variable
                else:
                    node = node.fixed.setdefault(segment, _Node())
            node.operations[operation.method] = operation

    def find(self, method: str, path: str) -> tuple[Operation, list[str]]:
        """The operation, and the values of its path parameters in order.

        Raises the 404 for a path that is not there and the 405 for a method that it lacks.
        """
        found = _descend(self._root, _segments(path), [])
        if found is None:
            raise no_route(path)
        node, values = found
        if method not in node.operations:
            raise method_not_allowed(method, sorted(node.operations))
        return node.operations[method], values


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _descend(node: _Node, segments: list[str], values: list[str]) -> tuple[_Node, list[str]] | None:
    if not segments:
        return (node, values) if node.operations else None
    first, rest = segments[0], segments[1:]
    if first in node.fixed:
        found = _descend(node.fixed[first], rest, values)
        if found is not None:
            return found
    if node.variable is not None:
        return _descend(node.variable, rest, [*values, first])
    return None


class RoutingMiddleware(SpecMiddleware):  # type: ignore[misc]
    """Tells Connexion's later layers which operation a request is for.

    In the place of Connexion's own, which redirects between the slash forms, does not collapse
    doubled slashes, and names in `Allow` only the methods of one operation.
    """

    def __init__(self, app: ASGIApp, contract: Contract, state: State) -> None:
        self._app = app
        self._table = PathTable(contract)
        self._state = state
        self._base_path = ""

    def add_api(self, specification: Specification, **arguments: Any) -> None:
        """Takes the base path that the later layers register under."""
        self._base_path = arguments.get("base_path") or specification.base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Routes one request, or raises 404 or 405."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = exchange_of(scope)
        exchange.allowance = self._state.limits.unknown()
        operation, values = self._table.find(scope["method"], scope["path"])
        if operation.scopes is None:
            exchange.allowance = None
        names = [parameter.name for parameter in operation.path_parameters]
        scope["path_params"] = dict(zip(names, values, strict=True))
        scope["extensions"] = {
            **scope.get("extensions", {}),
            ROUTING_CONTEXT: {"api_base_path": self._base_path, "operation_id": operation.id},
        }
        await self._app(scope, receive, send)
