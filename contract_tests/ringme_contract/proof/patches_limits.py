"""Faults in the count of requests, and in what answers say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ringme_contract.proof.interception import Asked
from ringme_contract.proof.site import Site, patch
from ringme_mock.errors import too_many_requests, unauthorized
from ringme_mock.http import auth as security
from ringme_mock.http.context import Exchange
from ringme_mock.store.access import Caller
from ringme_mock.store.collection import Key
from ringme_mock.store.rate_limits import Allowance, RateLimits


@patch
def limit_counts(site: Site, how: str) -> None:
    """Requests are counted wrongly, or the count has no end, or the time to it goes wrong."""

    def make(original: Any) -> Any:
        def count(self: RateLimits, client: Key, limit: int | None) -> Allowance:
            found: Allowance = original(self, "all" if how == "together" else client, limit)
            if how == "never less":
                return replace(found, remaining=found.limit)
            if how == "no time passes":
                return replace(found, reset=3600)
            if how == "time by requests":
                return replace(found, reset=max(1, 3600 - found.limit + found.remaining))
            if how == "never refused":
                return replace(found, exceeded=False)
            return found

        return count

    site.replace(RateLimits, "count", make)


@patch
def limit_by_token(site: Site) -> None:
    """Each application of a client has a count of its own."""

    def make(_: Any) -> Any:
        def admit(exchange: Exchange, token: str) -> Caller:
            state = exchange.session.state
            caller = state.access.caller(token)
            if caller is None:
                raise unauthorized()
            exchange.caller = caller
            exchange.allowance = state.limits.count(
                caller.application["client_id"], caller.application["rate_limit"]
            )
            if exchange.allowance.exceeded:
                raise too_many_requests()
            return caller

        return admit

    site.replace(security, "_admit", make)


@patch
def limits_missing(site: Site, from_status: int) -> None:
    """Answers from a status on lack the headers of the limit."""

    def after(_: Asked, answered: Any) -> None:
        if answered.status >= from_status:
            for name in [key for key in answered.headers if key.startswith("x-ratelimit")]:
                del answered.headers[name]

    site.after(after)
