"""The token of a request, as Connexion's security layer has it checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from connexion.security import AbstractSecurityHandler

from ringme_mock.access import check_read_only, check_scopes
from ringme_mock.errors import too_many_requests, unauthorized
from ringme_mock.exchange import Exchange

# Whether a request carries what a security scheme asks for; raises ApiError for who may not go on.
Verify: TypeAlias = Callable[[Exchange], bool]


class TokenSecurity(AbstractSecurityHandler):  # type: ignore[misc]
    """Checks the Bearer token for operations that the document secures with `oauth2`."""

    def get_fn(self, security_scheme: dict[str, Any], required_scopes: list[str]) -> Verify:
        """The check for operations with these scopes."""
        required = tuple(required_scopes)

        def verify(exchange: Exchange) -> bool:
            kind, _, token = exchange.header(b"authorization").partition(" ")
            if kind.lower() != "bearer":
                return False
            self._admit(exchange, token.strip(), required)
            return True

        return verify

    def _admit(self, exchange: Exchange, token: str, required: tuple[str, ...]) -> None:
        """Makes the checks of the caller in the order of contract section 2."""
        state = exchange.session.state
        caller = state.access.caller(token)
        if caller is None:
            raise unauthorized()
        exchange.caller = caller
        exchange.allowance = state.limits.count(
            caller.client["id"], caller.application["rate_limit"]
        )
        if exchange.allowance.exceeded:
            raise too_many_requests()
        state.access.check_blocked(caller.user, caller.client)
        check_scopes(caller, required)
        check_read_only(caller, exchange.method)
