"""Asks for one thing again and again. A process of its own, for `python -m`, JSON in and out."""

from __future__ import annotations

import gc
import json
import sys
from collections import Counter
from typing import Any

from ringme_bench.connections import drive
from ringme_bench.summary import percentile


class _Same:
    """The same request each time; counts the answers by their status."""

    def __init__(self, request: bytes, statuses: Counter[int]) -> None:
        self._request = request
        self._statuses = statuses
        self.size = 0

    def next(self) -> bytes:
        """The request."""
        return self._request

    def take(self, status: int, body: bytes) -> None:
        """Counts the answer."""
        self._statuses[status] += 1
        self.size = len(body)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """What came of a job: `port`, `request`, `connections`, `seconds`."""
    statuses: Counter[int] = Counter()
    request = job["request"].encode("latin-1")
    plans = [_Same(request, statuses) for _ in range(job["connections"])]
    # Nothing here makes cycles, and a search for them would show as latency of the server.
    gc.disable()
    outcome = drive(job["port"], plans, job["seconds"], awake=True)
    ordered = sorted(outcome.latencies)
    return {
        "count": len(ordered),
        "seconds": outcome.seconds,
        "statuses": dict(statuses),
        "lost": outcome.lost,
        "p50_ms": percentile(ordered, 50) * 1000,
        "p99_ms": percentile(ordered, 99) * 1000,
        "size": plans[0].size,
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
