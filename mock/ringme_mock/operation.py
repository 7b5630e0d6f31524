"""Runs one operation: checks parameters and body, finds what the path names, and acts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
from connexion.operations import AbstractOperation
from connexion.resolver import Resolution, Resolver
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ringme_mock.body import JSON, read_form, read_object
from ringme_mock.call import Call, find_owners_and_item
from ringme_mock.contract import Contract, Operation
from ringme_mock.errors import StartError
from ringme_mock.exchange import exchange_of
from ringme_mock.handlers import ACTIONS
from ringme_mock.parameters import read_path, read_query
from ringme_mock.replies import Reply
from ringme_mock.state import State

_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")


def check_actions(contract: Contract) -> None:
    """Raises StartError for an operation whose action the mock does not know."""
    for known in contract.operations.values():
        if known.action not in ACTIONS:
            raise StartError(
                f"{known.method} {known.path}: x-resource: there is no action {known.action},"
                f" but {', '.join(ACTIONS)}"
            )


class ActionResolver(Resolver):  # type: ignore[misc]
    """Tells Connexion which function serves an operation: the action that `x-resource` names."""

    def __init__(self, contract: Contract) -> None:
        super().__init__()
        self._contract = contract

    def resolve(self, operation: AbstractOperation) -> Resolution:
        """The action of an operation."""
        known = self._contract.operations[operation.operation_id]
        return Resolution(ACTIONS[known.action], known.id)


class _RunningOperation:
    """One operation with its action, as an ASGI application."""

    def __init__(self, operation: Operation, action: Callable[[Call], Reply], state: State) -> None:
        self._operation = operation
        self._action = action
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await self._read(scope, receive)
        find_owners_and_item(call)
        reply = self._action(call)
        response = Response(reply.body, reply.status, reply.headers, reply.media_type)
        await response(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> Call:
        operation = self._operation
        headers = Headers(scope=scope)
        path = read_path(scope["path_params"], operation.path_parameters)
        query = read_query(scope["query_string"], operation.query_parameters)
        body: dict[str, Any] = {}
        if operation.body and JSON in operation.body.media_types:
            body = await read_object(headers, receive, operation.body)
        elif operation.body:
            body = dict(await read_form(scope, receive, operation.body))
        return Call(
            operation=operation,
            state=self._state,
            headers=headers,
            base_url=_base_url(scope, headers),
            caller=exchange_of(scope).caller,
            path=path,
            query=query,
            body=body,
        )


def _base_url(scope: Scope, headers: Headers) -> str:
    """How the client reaches the mock: by the host that it asked for, if that looks like one."""
    host = headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = scope.get("server") or ("127.0.0.1", None)
        host = f"{name}:{port}" if port else name
    return f"{scope['scheme']}://{host}"


class OperationAPI(RoutedAPI[_RunningOperation]):  # type: ignore[misc]
    """The operations of the document, each with what runs it."""

    def __init__(self, *args: Any, contract: Contract, state: State, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._contract = contract
        self._state = state
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> _RunningOperation:
        """What runs one of Connexion's operations."""
        known = self._contract.operations[operation.operation_id]
        return _RunningOperation(known, operation.function, self._state)


class OperationMiddleware(RoutedMiddleware[OperationAPI]):  # type: ignore[misc]
    """Answers every operation of the document, behind Connexion's routing and security.

    In the place of Connexion's own validation and calling of handlers: that refuses chunked
    bodies, skips the check of a body whose media type is in capitals, fails on bytes that are no
    UTF-8, and builds its validators anew for each request.
    """

    api_cls = OperationAPI

    def __init__(self, app: ASGIApp, contract: Contract, state: State) -> None:
        super().__init__(app)
        self._contract = contract
        self._state = state

    def add_api(self, specification: Any, **kwargs: Any) -> OperationAPI:
        """Takes the operations of the document."""
        api: OperationAPI = super().add_api(
            specification, contract=self._contract, state=self._state, **kwargs
        )
        return api
