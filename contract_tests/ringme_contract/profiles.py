"""Profiles: how much of the kit a run makes use of, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

# So many requests at once are nothing unusual for a server.
JOBS = 8
MOST_JOBS = 64
# Seconds of the kit itself: to begin with, and for each request.
_START, _EACH = 3.0, 0.001


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
        Profile(DEFAULT, "every check", 1, 300, 23500, 5750),
        Profile(FULL, "every check, with longer searches", 8, 1800, 37000, 9800),
    )
}
