"""Artificial latency of responses."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

# Milliseconds, longer than any client waits; a wrong unit must not hang a test run.
LONGEST = 60_000
_TEXT = re.compile(r"(\d{1,6})(?:ms)?(?:-(\d{1,6})(?:ms)?)?")


@dataclass(frozen=True)
class Latency:
    """Uniformly distributed latency from `low` to `high` milliseconds."""

    low: int = 0
    high: int = 0

    def seconds(self, source: random.Random) -> float:
        return (self.low if self.low == self.high else source.uniform(self.low, self.high)) / 1000

    def as_json(self) -> dict[str, int]:
        return {"from": self.low, "to": self.high}


def parse_latency(text: str) -> Latency:
    """Parse `200` or `100-400`, in milliseconds. Raises ValueError."""
    match = _TEXT.fullmatch(text.strip())
    low = int(match[1]) if match else 0
    high = int(match[2]) if match and match[2] else low
    if match is None or low > high or high > LONGEST:
        raise ValueError(
            f"must be milliseconds like 200, or a range like 100-400, up to {LONGEST}: {text[:40]}"
        )
    return Latency(low, high)


def read_latency(value: dict[str, int]) -> Latency:
    """Read a JSON object with `milliseconds`, or `from` and `to`. Raises ValueError."""
    if "milliseconds" in value:
        return Latency(value["milliseconds"], value["milliseconds"])
    low, high = value.get("from", 0), value.get("to", value.get("from", 0))
    if low > high:
        raise ValueError("to: must not be less than from")
    return Latency(low, high)
