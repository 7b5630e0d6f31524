"""Pace of a target: how long a response takes, how many it gives an hour, and what suffices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import httpx

from ringme_contract.check_context import CheckContext
from ringme_contract.profiles import Profile
from ringme_contract.target import Target

# The limit of an hour, what is left of it, and the seconds until it is there again.
LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_RESPONSES = 7


@dataclass(frozen=True)
class Pace:
    """Seconds of a response, and the values of the limit's headers, if there are any."""

    latency: float
    limit: tuple[int, int, int] | None

    def troubles(self, profile: Profile, target: Target) -> Iterator[str]:
        """Obstacles to a whole run with this profile, and the way around each."""
        seconds = profile.seconds(self.latency, target.jobs, target.requests_per_second)
        budget = target.time_budget
        if seconds > budget:
            yield (
                f"the profile {profile.name} takes about {seconds:.0f} s here, and the time budget"
                f" is {budget:.0f} s: give it --time-budget {round(seconds * 1.5, -1):.0f}s, or a"
                " smaller --profile"
            )
        if self.limit is None or self.limit[1] >= profile.requests:
            return
        total, left, reset = self.limit
        yield (
            f"the profile {profile.name} makes about {profile.requests} requests, and the client"
            f" under test has {left} left of {total} an hour (all again in {reset} s): raise its"
            " limit, or take a smaller --profile"
        )


def measure(kit: CheckContext) -> Pace:
    """The pace of a few requests for the current user."""
    client = kit.client
    responses = [kit.expect(client.get(kit.me), 200) for _ in range(_RESPONSES)]
    latency = median(one.elapsed.total_seconds() for one in responses)
    return Pace(latency, _limit(responses[-1]))


def _limit(response: httpx.Response) -> tuple[int, int, int] | None:
    texts = [response.headers.get(name, "") for name in LIMIT_HEADERS]
    if not all(re.fullmatch("[0-9]{1,15}", text) for text in texts):
        return None
    limit, left, reset = map(int, texts)
    return limit, left, reset
