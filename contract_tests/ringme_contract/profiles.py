"""Profiles: how much a run checks, and how long that takes at the pace of a target."""

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

# Eight concurrent requests are nothing unusual for a server.
JOBS = 8
MOST_JOBS = 64
# Seconds that the kit itself takes, at the start and for each request.
_START, _EACH = 3.0, 0.001
# Requests allowed in an hour, how many are left, and the seconds until all are available again.
LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_RESPONSES = 7


@dataclass(frozen=True)
class Profile:
    """A size of a run.

    `scale` is the number of generated cases relative to the default profile; `time_budget` is in
    seconds. `requests` is the number of requests counted on the mock. `rounds` is the number of
    them that follow one another if 8 jobs share the work.
    """

    name: str
    about: str
    scale: float
    time_budget: float
    requests: int
    rounds: int

    def times(self, number: int) -> int:
        """Scales a number of generated cases or sequences of the default profile."""
        return max(1, round(number * self.scale))

    def seconds(self, latency: float, jobs: int, per_second: float = 0) -> float:
        """The estimated seconds of a run; `latency` is the time of one response."""
        together = (self.requests - self.rounds) * JOBS / (JOBS - 1)
        rounds = self.requests - together + together / jobs
        seconds = _START + rounds * latency + self.requests * _EACH
        return max(seconds, self.requests / per_second if per_second else 0)


SMOKE, DEFAULT, FULL = "smoke", "default", "full"
PROFILES = {
    one.name: one
    for one in (
        Profile(SMOKE, "essential checks only; does not prove conformance", 0.1, 120, 10900, 1900),
        Profile(DEFAULT, "every check", 1, 300, 26600, 6100),
        Profile(FULL, "every check, with longer searches", 8, 1800, 44000, 11400),
    )
}


@dataclass(frozen=True)
class Pace:
    """Seconds of one response, and the values of LIMIT_HEADERS if the target sends them."""

    latency: float
    limit: tuple[int, int, int] | None

    def troubles(self, profile: Profile, target: Target) -> Iterator[str]:
        """Obstacles to a complete run with this profile, each with a remedy."""
        seconds = profile.seconds(self.latency, target.jobs, target.requests_per_second)
        budget = target.time_budget
        if seconds > budget:
            yield (
                f"the profile {profile.name} takes about {seconds:.0f} s here, and the time budget"
                f" is {budget:.0f} s: use --time-budget {round(seconds * 1.5, -1):.0f}s, or a"
                " smaller --profile"
            )
        if self.limit is None or self.limit[1] >= profile.requests:
            return
        total, left, reset = self.limit
        yield (
            f"the profile {profile.name} makes about {profile.requests} requests, and the client"
            f" under test has {left} left of {total} an hour (reset in {reset} s): raise its"
            " limit, or use a smaller --profile"
        )


def measure(kit: CheckContext) -> Pace:
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
