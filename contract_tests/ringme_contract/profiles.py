"""Profiles: how much of the kit a run makes use of, and what that costs at the pace of a target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from ringme_contract.check_context import CheckContext
    from ringme_contract.target import Target

# So many requests at once are nothing unusual for a server.
JOBS = 8
MOST_JOBS = 64
# Seconds of the kit itself: to begin with, and for each request.
_START, _EACH = 3.0, 0.001
# The limit of an hour, what is left of it, and the seconds until it is there again.
LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_RESPONSES = 7


@dataclass(frozen=True)
class Profile:
    """A size of a run.

    `scale` is how much is generated, in parts of what the default profile does; `time_budget` is in
    seconds. `requests` were counted on the mock, and `rounds`: how many of them, with 8 jobs, come
    one after the other.
    """

    name: str
    about: str
    scale: float
    time_budget: float
    requests: int
    rounds: int

    def times(self, number: int) -> int:
        """So many generated cases or sequences of `number` in the default profile."""
        return max(1, round(number * self.scale))

    def seconds(self, latency: float, jobs: int, per_second: float = 0) -> float:
        """The seconds that a run takes where a response takes `latency` of them."""
        together = (self.requests - self.rounds) * JOBS / (JOBS - 1)
        rounds = self.requests - together + together / jobs
        seconds = _START + rounds * latency + self.requests * _EACH
        return max(seconds, self.requests / per_second if per_second else 0)


SMOKE, DEFAULT, FULL = "smoke", "default", "full"
PROFILES = {
    one.name: one
    for one in (
        Profile(SMOKE, "the essential of each rule; claims no conformance", 0.1, 120, 9300, 1670),
        Profile(DEFAULT, "every check", 1, 300, 24900, 5750),
        Profile(FULL, "every check, with longer searches", 8, 1800, 41000, 10800),
    )
}


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
