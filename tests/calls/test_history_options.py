"""Options of the call history: default page size, and one statistics request at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx

from ringme_mock import MockServer
from support.control import API, Control

RANGE = {"start_datetime": "2016-04-01 00:00:00", "end_datetime": "2016-05-31 23:59:59"}
PATHS = ("call_history/", "calls/", "calls/stats/", "cdr/")


def _read(url: str, headers: dict[str, str], paths: tuple[str, ...]) -> list[httpx.Response]:
    """Send requests concurrently; return the responses."""

    async def read() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
            requests = (client.get(f"{API}/client/@me/{one}", params=RANGE) for one in paths)
            return await asyncio.gather(*requests)

    return asyncio.run(read())


def _page(control: Control, **query: Any) -> Any:
    response = control.http.get(
        f"{API}/client/@me/calls/", params={**RANGE, **query}, headers=control.token()
    )
    return response.json()


def test_page_size_option_sets_the_default_page_length() -> None:
    with MockServer(page_size=7) as server, Control(server) as control:
        for query, length in (({}, 7), ({"page": 2}, 7), ({"per_page": 3}, 3)):
            found = _page(control, **query)
            assert (found["per_page"], len(found["calls"])) == (length, length)


def test_concurrent_statistics_request_of_a_client_is_refused() -> None:
    with (
        MockServer(statistics_seconds=1, validate_responses=True) as server,
        Control(server) as control,
    ):
        found = _read(server.url, control.token(), PATHS)
        assert Counter(one.status_code for one in found) == {200: 1, 429: 3}
        refused = next(one for one in found if one.status_code == 429)
        assert refused.json() == {
            "message": "Stats request already exists, concurrent request not allowed"
        }
        assert "Retry-After" not in refused.headers
        assert _read(server.url, control.token(), PATHS[:1])[0].status_code == 200


def test_concurrent_statistics_requests_are_allowed_by_default() -> None:
    with MockServer() as server, Control(server) as control:
        found = _read(server.url, control.token(), PATHS)
        assert {one.status_code for one in found} == {200}
