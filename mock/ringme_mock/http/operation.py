"""Operations: checks of caller, parameters and body, path resolution, and the action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from ringme_mock.actions import ACTIONS
from ringme_mock.actions.context import ActionContext
from ringme_mock.actions.entry_defaults import entry_defaults
from ringme_mock.actions.entry_view import entry_view
from ringme_mock.actions.path_resolution import PathResolver
from ringme_mock.actions.response import JSON, Reply
from ringme_mock.errors import unauthorized
from ringme_mock.http.auth import Verify
from ringme_mock.http.body import read_form, read_object
from ringme_mock.http.connexion_parts import (
    AbstractOperation,
    Resolution,
    Resolver,
    RoutedAPI,
    SecurityHandlerFactory,
    Specification,
)
from ringme_mock.http.parameters import PathReader, QueryReader
from ringme_mock.http.request_context import RequestContext
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from ringme_spec.operations import Body, Operation


def check_actions(contract: Contract) -> None:
    """Raise ConfigError for an operation without a known action."""
    for known in contract.operations.values():
        if not known.resource:
            raise ConfigError(f"{known.method} {known.path}: x-resource is missing")
        if known.action not in ACTIONS:
            raise ConfigError(
                f"{known.method} {known.path}: x-resource: unknown action {known.action};"
                f" known actions: {', '.join(ACTIONS)}"
            )


class ActionResolver(Resolver):  # type: ignore[misc]
    """Resolver that finds the function of an operation by the action of its `x-resource`."""

    def __init__(self, contract: Contract) -> None:
        super().__init__()
        self._contract = contract

    def resolve(self, operation: AbstractOperation) -> Resolution:
        known = self._contract.operations[operation.operation_id]
        return Resolution(ACTIONS[known.action], known.id)


class RunningOperation:
    """Operation with its action, prepared at the start.

    `verify` are the checks of the caller, one of which must pass; an open operation has none.
    """

    def __init__(
        self,
        operation: Operation,
        action: Callable[[ActionContext], Reply],
        verify: list[Verify],
    ) -> None:
        self.operation = operation
        self._action = action
        self._verify = verify or [lambda _: True]
        self._path = PathReader(operation.path_parameters)
        self._query = QueryReader(operation.query_parameters)
        self._body = _body_reader(operation.body)
        self._resolver = PathResolver(operation)
        self._view = entry_view(operation)
        self._defaults = entry_defaults(operation)

    async def run(self, request: RequestContext) -> Reply:
        """Return the success response. Raises ApiError in the order of contract section 2."""
        for verify in self._verify:
            if verify(request):
                break
        else:
            raise unauthorized()
        path = self._path.read(request.path_values)
        query = self._query.read(request.query)
        body = {} if self._body is None else await self._body(request)
        context = ActionContext(
            self.operation,
            request.session.state,
            request,
            request.caller,
            path,
            query,
            body,
            self._view,
            self._defaults,
        )
        self._resolver.resolve(context)
        return self._action(context)


def _body_reader(body: Body | None) -> Callable[[RequestContext], Awaitable[dict[str, Any]]] | None:
    """Return the reader of the body of an operation, if it has one."""
    if body is None:
        return None
    return partial(read_object if JSON in body.media_types else read_form, body=body)


class OperationAPI(RoutedAPI[RunningOperation]):  # type: ignore[misc]
    """Operations of the document, as Connexion reads, resolves and secures them at the start.

    Its work per request (nine layers of routers, schemas compiled anew, arguments by signature)
    is left out.
    """

    def __init__(
        self,
        specification: Specification,
        *,
        resolver: Resolver,
        contract: Contract,
        security_map: dict[str, Any],
    ) -> None:
        super().__init__(specification, next_app=None, resolver=resolver)
        self._contract = contract
        self._security = SecurityHandlerFactory(security_map)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> RunningOperation:
        known = self._contract.operations[operation.operation_id]
        verify = [
            self._security.parse_security_scheme(operation.security_schemes[name], scopes)
            for requirement in operation.security
            for name, scopes in requirement.items()
        ]
        return RunningOperation(known, operation.function, verify)
