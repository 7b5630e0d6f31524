"""How long the mock takes for an answer, on purpose."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

# Longer than any client waits; a mistaken unit must not hang a test run.
LONGEST = 60_000
_TEXT = re.compile(r"(\d{1,6})(?:ms)?(?:-(\d{1,6})(?:ms)?)?")


@dataclass(frozen=True)
class Latency:
    """From `low` to `high` milliseconds, evenly spread."""

    low: int = 0
    high: int = 0

    def seconds(self, source: random.Random) -> float:
        """How long this time."""
        return (self.low if self.low == self.high else source.uniform(self.low, self.high)) / 1000

    def as_json(self) -> dict[str, int]:
        """As the control interface shows it."""
        return {"from": self.low, "to": self.high}


def parse_latency(text: str) -> Latency:
    """`200` or `100-400`, in milliseconds. Raises ValueError with what would be right."""
    match = _TEXT.fullmatch(text.strip())
    low = int(match[1]) if match else 0
    high = int(match[2]) if match and match[2] else low
    if match is None or low > high or high > LONGEST:
        raise ValueError(
            f"must be milliseconds like 200, or a range like 100-400, up to {LONGEST}: {text[:40]}"
        )
    return Latency(low, high)


def read_latency(value: dict[str, int]) -> Latency:
    """From the object that the control interface takes: `milliseconds`, or `from` and `to`.

    Raises ValueError for a range that ends before it begins.
    """
    if "milliseconds" in value:
        return Latency(value["milliseconds"], value["milliseconds"])
    low, high = value.get("from", 0), value.get("to", value.get("from", 0))
    if low > high:
        raise ValueError("to: must not be less than from")
    return Latency(low, high)
