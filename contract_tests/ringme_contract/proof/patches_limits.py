"""Faults in the count of requests, as responses tell it."""

from __future__ import annotations

from collections import Counter

from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.site import Site, patch

_LIMIT, _LEFT, _RESET = (f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset"))


@patch
def counted_by(site: Site, key: str = "") -> None:
    """Counts requests by another `key` of the journal, or (without one) all together."""
    counts: Counter[str] = Counter()

    async def after(request: Request, response: Response) -> None:
        (noted,) = await site.mock.control("GET", "/journal", limit=1)
        if noted["login"] is None:
            return
        name = str(noted.get(key))
        counts[name] += 1
        left = int(response.headers[_LIMIT]) - counts[name]
        response.headers[_LEFT] = str(max(0, left))
        if left < 0:
            response.refuse(429, "rate_limit_exceeded")

    site.after(after)


@patch
def never_less(site: Site) -> None:
    """Tells that the whole limit is left."""

    def after(_: Request, response: Response) -> None:
        if _LIMIT in response.headers:
            response.headers[_LEFT] = response.headers[_LIMIT]

    site.after(after)


@patch
def reset_by_requests(site: Site) -> None:
    """Takes a second off the time until the count starts anew for each request."""

    def after(_: Request, response: Response) -> None:
        if _LIMIT in response.headers:
            used = int(response.headers[_LIMIT]) - int(response.headers[_LEFT])
            response.headers[_RESET] = str(max(1, 3600 - used))

    site.after(after)


@patch
def not_counted(site: Site, methods: list[str]) -> None:
    """Counts no requests with some methods."""
    free = 0

    def after(request: Request, response: Response) -> None:
        nonlocal free
        if _LIMIT in response.headers:
            free += request.method in methods
            left = int(response.headers[_LEFT]) + free
            response.headers[_LEFT] = str(min(left, int(response.headers[_LIMIT])))

    site.after(after)
