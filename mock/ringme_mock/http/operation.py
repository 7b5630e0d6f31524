"""Runs one operation: checks caller, parameters and body, finds what the path names, and acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from ringme_mock.actions import ACTIONS
from ringme_mock.actions.context import ActionContext
from ringme_mock.actions.entry_defaults import entry_defaults
from ringme_mock.actions.entry_view import entry_view
from ringme_mock.actions.path_resolution import Way
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
from ringme_mock.http.context import RequestContext
from ringme_mock.http.parameters import PathReader, QueryReader
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from ringme_spec.operations import Body, Operation


def check_actions(contract: Contract) -> None:
    """Raises ConfigError for an operation whose action the mock does not know."""
    for known in contract.operations.values():
        if not known.resource:
            raise ConfigError(f"{known.method} {known.path}: x-resource is missing")
        if known.action not in ACTIONS:
            raise ConfigError(
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


class RunningOperation:
    """One operation with its action, all that it needs made ready at the start.

    `verify` are the checks of the caller, of which one has to pass; none for an open operation.
    """

    def __init__(
        self,
        operation: Operation,
        action: Callable[[ActionContext], Reply],
        verify: list[Verify],
    ) -> None:
        self.operation = operation
        self._action = action
        self._verify = verify or [_admit]
        self._path = PathReader(operation.path_parameters)
        self._query = QueryReader(operation.query_parameters)
        self._body = _body_reader(operation.body)
        self._way = Way(operation)
        self._view = entry_view(operation)
        self._defaults = entry_defaults(operation)

    @property
    def method(self) -> str:
        """That of the operation, in capitals."""
        return self.operation.method

    @property
    def path(self) -> str:
        """That of the operation, with its parameters in braces."""
        return self.operation.path

    async def answer(self, request: RequestContext) -> Reply:
        """The answer of success. Raises ApiError for a refusal, in the order of section 2."""
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
        self._way.follow(context)
        return self._action(context)


def _admit(_: RequestContext) -> bool:
    """The check of an open operation."""
    return True


def _body_reader(body: Body | None) -> Callable[[RequestContext], Awaitable[dict[str, Any]]] | None:
    """What reads the body of an operation; None for one that takes none."""
    if body is None:
        return None
    return partial(read_object if JSON in body.media_types else read_form, body=body)


class OperationAPI(RoutedAPI[RunningOperation]):  # type: ignore[misc]
    """The operations of the document, as Connexion reads, resolves and secures them.

    Connexion does that once, at the start: it validates the document, finds the function that
    serves an operation, and asks `TokenSecurity` for the check that the operation's security
    requirement means. What it would do again for each request (a router in each of nine layers,
    schemas compiled anew, arguments looked up by signature) is left out.
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
        """What runs one of Connexion's operations."""
        known = self._contract.operations[operation.operation_id]
        return RunningOperation(known, operation.function, self._checks(operation))

    def _checks(self, operation: AbstractOperation) -> list[Verify]:
        return [
            self._security.parse_security_scheme(operation.security_schemes[name], scopes)
            for requirement in operation.security
            for name, scopes in requirement.items()
        ]
