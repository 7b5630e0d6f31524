"""Operations: checks of caller, parameters and body, path resolution, and the action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from ringme_mock.actions import ACTIONS, CHANGING_READS
from ringme_mock.actions.entries import entry_defaults
from ringme_mock.actions.path_resolution import PathResolver
from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply, entry_view
from ringme_mock.errors import ApiError, too_many_requests, unauthorized
from ringme_mock.http.body import read_form, read_object, read_page_form
from ringme_mock.http.connexion_parts import (
    AbstractOperation,
    AbstractSecurityHandler,
    Resolution,
    Resolver,
    RoutedAPI,
    SecurityHandlerFactory,
    Specification,
)
from ringme_mock.http.parameters import PathReader, QueryReader
from ringme_mock.store.access import Caller, check_read_only, check_scopes
from ringme_spec.contract import Contract
from ringme_spec.errors import raise_all, unknown_key
from ringme_spec.operations import Operation

if TYPE_CHECKING:
    from ringme_mock.command_log.replica import Replica

# Returns False for a request without credentials; raises ApiError for refused ones.
Verify: TypeAlias = Callable[[RequestContext], bool]
# Keys of x-resource that name another path.
_PATH_KEYS = ("login", "authorize")


def check_actions(contract: Contract) -> None:
    """Raise ConfigError for operations with an unknown action or a path that does not exist."""
    raise_all(
        f"{known.method} {known.path}: {problem}"
        for known in contract.operations.values()
        for problem in _action_problems(contract, known)
    )


def _action_problems(contract: Contract, known: Operation) -> Iterator[str]:
    if not known.resource:
        yield "x-resource is missing"
    elif known.action not in ACTIONS:
        yield f"x-resource: {unknown_key(known.action, ACTIONS, 'action')}"
    paths = {one.path for one in contract.operations.values()}
    for key in _PATH_KEYS:
        if known.resource.get(key, known.path) not in paths:
            yield f"x-resource.{key}: there is no path {known.resource[key]}"


class ActionResolver(Resolver):  # type: ignore[misc]
    """Resolver that finds the function of an operation by the action in its `x-resource`."""

    def __init__(self, contract: Contract) -> None:
        super().__init__()
        self._contract = contract

    def resolve(self, operation: AbstractOperation) -> Resolution:
        known = self._contract.operations[operation.operation_id]
        return Resolution(ACTIONS[known.action], known.id)


class TokenSecurity(AbstractSecurityHandler):  # type: ignore[misc]
    """Security handler for operations that the document secures with `oauth2`."""

    def get_fn(self, security_scheme: dict[str, Any], required_scopes: list[str]) -> Verify:
        """Make the check of tokens for an operation, in the order of contract section 2."""
        required = tuple(required_scopes)

        def verify(request: RequestContext) -> bool:
            token = request.bearer_token
            if token is None:
                return False
            state = request.session.state
            caller = state.access.caller(token)
            if caller is None:
                raise unauthorized()
            request.caller = caller
            limit = caller.application["rate_limit"]
            request.allowance = state.limits.count(caller.client_key, limit, request.counted)
            if request.allowance.exceeded:
                raise too_many_requests(request.allowance.reset)
            # There is one check per operation, so the method is always the same.
            if verify not in caller.passed:
                state.access.check_blocked(caller.user, caller.client)
                check_scopes(caller, required)
                check_read_only(caller, request.method)
                caller.passed.add(verify)
            return True

        return verify


class RunningOperation:
    """Operation prepared at startup; one of `verify` must pass, and an open operation has none."""

    def __init__(
        self,
        operation: Operation,
        action: Callable[[RequestContext], Reply],
        verify: list[Verify],
        recorder: Replica | None = None,
    ) -> None:
        self.operation = operation
        self._recorder = recorder
        self._shared = recorder.shared if recorder else None
        self.is_open = operation.scopes is None
        # Requests of operations that change something are recorded.
        self.keeps = not operation.reads or operation.action in CHANGING_READS
        self._action = action
        self._verify = verify or [lambda _: True]
        self._path = PathReader(operation.path_parameters)
        self._query = QueryReader(operation.query_parameters, operation.own_errors)
        self._body = _body_reader(operation)
        self._resolver = PathResolver(operation)
        self._null_is_absent = operation.null_is_absent
        self._zero_is_null = operation.zero_is_null
        self._alone: str | None = operation.resource.get("one_at_a_time")
        self._view = entry_view(operation)
        self._defaults = entry_defaults(operation)

    async def run(self, request: RequestContext) -> Reply:
        """Return the response of a success. Raises ApiError in the order of contract section 2."""
        refusal: ApiError | None = None
        if request.expected is not None and self._shared is not None:
            try:
                await self._read(request)
            except ApiError as error:
                refusal = error
                reply = await self._shared.look_again(request)
            else:
                reply = await self._shared.act(request, self, self._act)
            if reply is not None:
                return reply
        if self._shared is not None and not self.is_open:
            await self._shared.count(request)
        self._check_token(request)
        if self._alone is not None and request.caller is not None:
            waiting = request.session.one_at_a_time
            await waiting.begin(request.caller.client_key, self._alone)
        if refusal is not None:
            raise refusal
        if request.expected is None:
            await self._read(request)
        if self._recorder is not None and self.keeps:
            return await self._recorder.act(request, self._act)
        return self._act(request)

    def has_passed(self, caller: Caller) -> bool:
        """Tell if only a rate limit can refuse the caller, as it has passed a check before."""
        return self._alone is None and not caller.passed.isdisjoint(self._verify)

    async def _read(self, request: RequestContext) -> None:
        """Read parameters and body. Raises ApiError."""
        request.parameters = self._path.read(request.path_values)
        request.query_values = self._query.read(request.query)
        request.sent = {} if self._body is None else await self._body(request)
        if self._null_is_absent:
            request.sent = {k: one for k, one in request.sent.items() if one is not None}
        for name in self._zero_is_null:
            if request.sent.get(name) == 0:
                request.sent = {**request.sent, name: None}

    def repeat(self, request: RequestContext, sent: dict[str, Any]) -> Reply:
        """Run a recorded request again with its checked body. Raises as `run` does."""
        self._check_token(request)
        request.parameters = self._path.read(request.path_values)
        request.query_values = self._query.read(request.query)
        request.sent = sent
        return self._act(request)

    def _check_token(self, request: RequestContext) -> None:
        for verify in self._verify:
            if verify(request):
                break
        else:
            raise unauthorized()

    def _act(self, request: RequestContext) -> Reply:
        request.state = request.session.state
        request.operation, request.owners = self.operation, {}
        request.view, request.defaults = self._view, self._defaults
        self._resolver.resolve(request)
        return self._action(request)


def _body_reader(
    operation: Operation,
) -> Callable[[RequestContext], Awaitable[dict[str, Any]]] | None:
    if operation.body is None:
        return None
    read = read_page_form if operation.own_errors else read_form
    if operation.json_body is not None:
        read = read_object
    return partial(read, body=operation.body)


class OperationAPI(RoutedAPI[RunningOperation]):  # type: ignore[misc]
    """Operations of the document, as Connexion reads, resolves and secures them at startup.

    Connexion's work per request is left out: nine layers of routers, schemas compiled for each
    request, arguments by signature.
    """

    def __init__(
        self,
        specification: Specification,
        *,
        resolver: Resolver,
        contract: Contract,
        security_map: dict[str, Any],
        recorder: Replica | None = None,
    ) -> None:
        super().__init__(specification, next_app=None, resolver=resolver)
        self._contract = contract
        self._recorder = recorder
        self._security = SecurityHandlerFactory(security_map)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> RunningOperation:
        known = self._contract.operations[operation.operation_id]
        verify = [
            self._security.parse_security_scheme(operation.security_schemes[name], scopes)
            for requirement in operation.security
            for name, scopes in requirement.items()
        ]
        return RunningOperation(known, operation.function, verify, self._recorder)
