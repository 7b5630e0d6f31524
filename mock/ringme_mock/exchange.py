"""What is known about one request and its answer while it goes through the layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringme_mock.access import Caller
from ringme_mock.limits import Allowance

_SCOPE_KEY = "ringme_mock.exchange"


@dataclass
class Exchange:
    """Filled on the way: the caller by security, the allowance by whoever knows it first.

    `allowance` None means that the answer is not one of the API and carries no limit headers.
    """

    caller: Caller | None = None
    allowance: Allowance | None = None


def start_exchange(scope: dict[str, Any]) -> Exchange:
    """Begins a request: puts a new exchange where all layers find it."""
    exchange = Exchange()
    scope[_SCOPE_KEY] = exchange
    return exchange


def exchange_of(scope: Any) -> Exchange:
    """The exchange of the request that is being answered."""
    exchange: Exchange = scope[_SCOPE_KEY]
    return exchange
