"""The token of a request, as Connexion's security layer has it checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ringme_mock.errors import too_many_requests, unauthorized
from ringme_mock.http.connexion_parts import AbstractSecurityHandler
from ringme_mock.http.context import RequestContext
from ringme_mock.store.access import Caller, check_read_only, check_scopes

# Whether a request carries what a security scheme asks for; raises ApiError for who may not go on.
Verify: TypeAlias = Callable[[RequestContext], bool]


class TokenSecurity(AbstractSecurityHandler):  # type: ignore[misc]
    """Checks the Bearer token for operations that the document secures with `oauth2`."""

    def get_fn(self, security_scheme: dict[str, Any], required_scopes: list[str]) -> Verify:
        """The check for operations with these scopes."""
        required = tuple(required_scopes)

        def verify(request: RequestContext) -> bool:
            kind, _, token = request.headers.get(b"authorization", b"").partition(b" ")
            if kind.lower() != b"bearer":
                return False
            caller = _admit(request, token.strip().decode("latin-1"))
            # Connexion asks for a check for each operation, so it stands for its method as well.
            if verify not in caller.passed:
                _clear(request, caller, required)
                caller.passed.add(verify)
            return True

        return verify


def _admit(request: RequestContext, token: str) -> Caller:
    """Finds the caller and counts the request: the first checks of contract section 2."""
    state = request.session.state
    caller = state.access.caller(token)
    if caller is None:
        raise unauthorized()
    request.caller = caller
    request.allowance = state.limits.count(caller.client_key, caller.application["rate_limit"])
    if request.allowance.exceeded:
        raise too_many_requests()
    return caller


def _clear(request: RequestContext, caller: Caller, required: tuple[str, ...]) -> None:
    """Raises the 403 for a caller who may not call the operation: the checks after that."""
    request.session.state.access.check_blocked(caller.user, caller.client)
    check_scopes(caller, required)
    check_read_only(caller, request.method)
