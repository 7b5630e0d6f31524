"""Security handler that checks the token of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ringme_mock.errors import too_many_requests, unauthorized
from ringme_mock.http.connexion_parts import AbstractSecurityHandler
from ringme_mock.http.request_context import RequestContext
from ringme_mock.store.access import Caller, check_read_only, check_scopes

# Returns False for a request without credentials; raises ApiError for refused ones.
Verify: TypeAlias = Callable[[RequestContext], bool]


class TokenSecurity(AbstractSecurityHandler):  # type: ignore[misc]
    """Bearer tokens of operations that the document secures with `oauth2`."""

    def get_fn(self, security_scheme: dict[str, Any], required_scopes: list[str]) -> Verify:
        """Make the check of one operation with these scopes."""
        required = tuple(required_scopes)

        def verify(request: RequestContext) -> bool:
            kind, _, token = request.headers.get(b"authorization", b"").partition(b" ")
            if kind.lower() != b"bearer":
                return False
            caller = _admit(request, token.strip().decode("latin-1"))
            # There is one check per operation, so the method is always the same.
            if verify not in caller.passed:
                request.session.state.access.check_blocked(caller.user, caller.client)
                check_scopes(caller, required)
                check_read_only(caller, request.method)
                caller.passed.add(verify)
            return True

        return verify


def _admit(request: RequestContext, token: str) -> Caller:
    """Find the caller and count the request. Source: contract section 2, the order of checks."""
    state = request.session.state
    caller = state.access.caller(token)
    if caller is None:
        raise unauthorized()
    request.caller = caller
    request.allowance = state.limits.count(caller.client_key, caller.application["rate_limit"])
    if request.allowance.exceeded:
        raise too_many_requests()
    return caller
