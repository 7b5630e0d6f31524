"""The token of a request, checked through Connexion's security layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connexion.lifecycle import ConnexionRequest
from connexion.security import NO_VALUE, AbstractSecurityHandler

from ringme_mock.access import check_read_only, check_scopes
from ringme_mock.errors import too_many_requests, unauthorized
from ringme_mock.exchange import exchange_of
from ringme_mock.state import State


class TokenSecurity(AbstractSecurityHandler):  # type: ignore[misc]
    """Checks the Bearer token for operations that the document secures with `oauth2`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def get_fn(
        self, security_scheme: dict[str, Any], required_scopes: list[str]
    ) -> Callable[[ConnexionRequest], object]:
        """What Connexion calls for each request to an operation with these scopes."""

        def verify(request: ConnexionRequest) -> object:
            kind, token = self.get_auth_header_value(request)
            if kind != "bearer":
                return NO_VALUE
            return self._admit(request, token, tuple(required_scopes))

        return verify

    def _admit(
        self, request: ConnexionRequest, token: str, required: tuple[str, ...]
    ) -> dict[str, object]:
        """Makes the checks of the caller in the order of contract section 2."""
        caller = self._state.access.caller(token)
        if caller is None:
            raise unauthorized()
        exchange = exchange_of(request.scope)
        exchange.caller = caller
        exchange.allowance = self._state.limits.count(
            caller.client["id"], caller.application["rate_limit"]
        )
        if exchange.allowance.exceeded:
            raise too_many_requests()
        self._state.access.check_blocked(caller.user)
        check_scopes(caller, required)
        check_read_only(caller, request.method)
        return {"sub": caller.user["login"]}
