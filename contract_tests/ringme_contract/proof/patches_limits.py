"""Faults in the count of requests, as responses tell it."""

from __future__ import annotations

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.mock import Mock
from ringme_contract.proof.patch import Memory, after

_LIMIT, _LEFT, _RESET = (f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset"))


@after
async def counted_by(
    mock: Mock, _: Request, response: Response, memory: Memory, key: str = ""
) -> None:
    """Counts requests by another `key` of the journal, or (without one) all together."""
    (noted,) = await mock.control("GET", "/journal", limit=1)
    if noted["login"] is None:
        return
    name = noted.get(key)
    memory[name] = memory.get(name, 0) + 1
    left = int(response.headers[_LIMIT]) - memory[name]
    response.headers[_LEFT] = str(max(0, left))
    if left < 0:
        response.refuse(429, "rate_limit_exceeded")


@after
def reset_by_requests(_: Mock, __: Request, response: Response) -> None:
    """Takes a second off the time until the count starts anew for each request."""
    if _LIMIT in response.headers:
        used = int(response.headers[_LIMIT]) - int(response.headers[_LEFT])
        response.headers[_RESET] = str(max(1, 3600 - used))


@after
def not_counted(
    _: Mock, request: Request, response: Response, memory: Memory, uncounted: list[str]
) -> None:
    """Counts no requests with some methods; without any named, none at all."""
    if _LIMIT not in response.headers:
        return
    limit, left = int(response.headers[_LIMIT]), int(response.headers[_LEFT])
    memory["free"] = memory.get("free", 0) + (request.method in uncounted)
    response.headers[_LEFT] = str(min(left + memory["free"], limit))
