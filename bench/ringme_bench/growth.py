"""Cost of actions as the data grows: CPU time of the mock in this process."""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import httpx

from ringme_bench.http_client import HOST, Client, Request
from ringme_bench.process import memory_of
from ringme_mock import MockServer

BASE = "/api/ver1.0/client/@me"
GROUPS = f"{BASE}/extension_group/"
PAGE, RANGE, GROUP_RANGE = 20, 50, 10
FIRST_TIME = f"page of {PAGE}, for the first time"
_CALLS = 8
_CLIENT = 12
_MOST_ENTRIES = 10_000_000
_FEW_PAGES = 5
# The fewest entries, and the most per request to the control interface.
_LEAST = {"records": 100, "groups": 10}
_AT_ONCE = {"records": 200_000, "groups": 10_000}
# The memory of fewer entries disappears in the noise.
_LEAST_WEIGHED = 10_000
# Records are of the 90 days before, more than half of them in the longest range of a list.
_NOW = datetime(2016, 6, 30, 12)
_RANGE = ("2016-04-01 00:00:00", "2016-05-31 23:59:59")
_PART_IN_RANGE = 0.6
Action = Callable[[], float]


@dataclass(frozen=True)
class Plan:
    most_records: int = 1_000_000
    most_groups: int = 100_000
    rounds: int = 30


class Population(Client):
    """Mock in this process with so many records or groups in addition to its fixtures.

    Each of its `actions`, by name, does something once, and returns the CPU seconds of this
    process.
    """

    def __init__(self, kind: str, count: int) -> None:
        super().__init__(0)
        self._app: Any = MockServer(max_entries=_MOST_ENTRIES).app
        transport = httpx.ASGITransport(self._call)
        self._http = httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}")
        self._runner = asyncio.Runner()
        self._kind = kind
        self.count = count
        self._random = Random(1)
        self._made: list[Any] = []
        memory = memory_of(os.getpid())
        self._fill()
        weight = (memory_of(os.getpid()) - memory) / count
        self.bytes_per_item = round(weight) if count >= _LEAST_WEIGHED else None
        actions = self._record_actions() if kind == "records" else self._group_actions()
        self.actions: dict[str, Action] = {
            f"page of {PAGE}": partial(self._timed, "GET", f"{self._page}{self._pages[0]}"),
            FIRST_TIME: self._first_time,
            **actions,
            "delete": self._delete,
            "reset": self._reset,
            "snapshot": self._snapshot,
            "first change after a snapshot": self._first_change,
        }

    def _exchange(self, request: Request) -> tuple[int, bytes]:
        headers, content = {**self.headers, **request.headers}, request.body or None
        call = self._http.request(request.method, request.path, content=content, headers=headers)
        response = self._runner.run(call)
        return response.status_code, response.content

    async def _call(self, scope: Any, receive: Any, send: Any) -> None:
        begin = time.process_time()
        await self._app(scope, receive, send)
        self._seconds = time.process_time() - begin

    def _fill(self) -> None:
        call = self.json
        call("POST", "/__mock__/reset", {}, 204)
        call("PUT", "/__mock__/clock", {"now": str(_NOW), "frozen": True})
        self.login()
        bulk: dict[str, int] = {"client": _CLIENT, "seed": 1}
        pages = self.count // PAGE
        if self._kind == "records":
            call("POST", "/__mock__/bulk", bulk | {"groups": 1, "extensions": 10}, 201)
            pages = int(pages * _PART_IN_RANGE)
        most = _AT_ONCE[self._kind]
        for made in range(0, self.count, most):
            call("POST", "/__mock__/bulk", bulk | {self._kind: min(most, self.count - made)}, 201)
        call("PUT", "/__mock__/snapshots/full", status=204)
        self._pages = self._random.sample(range(1, pages + 1), pages) or [1]

    def _record_actions(self) -> dict[str, Action]:
        section = f"/api/ver1.0/extension_group/{self.json('GET', GROUPS)[-1]['id']}"
        extension = self.json("GET", f"{section}/extension/")[0]["id"]
        self._page = f"{_records(BASE, *_RANGE)}&per_page={PAGE}&page="
        self._entries = f"{section}/record/"
        self._new = ("/__mock__/calls", {"extension": extension}, "record_uuid")
        return {
            f"range of {RANGE}": self._range(BASE, RANGE),
            f"range of {GROUP_RANGE}, of a group": self._range(section, GROUP_RANGE),
            "a call arrives": self._create,
            "a call arrives, at any time": self._create_anytime,
        }

    def _group_actions(self) -> dict[str, Action]:
        self._page = f"{GROUPS}?per_page={PAGE}&page="
        self._entries = GROUPS
        self._new = (GROUPS, {"name": "New group of internal numbers"}, "id")
        return {"create": self._create}

    def _range(self, base: str, length: int) -> Action:
        """List the time from the first record of a page to its last."""
        page = max(1, len(self._pages) * PAGE // length // 4)
        path = f"{_records(base, *_RANGE)}&per_page={length}&page={page}"
        newest, *_, oldest = (one["init_time_gmt"][:19] for one in self.json("GET", path))
        return partial(self._timed, "GET", _records(base, oldest, newest))

    def _timed(self, method: str, path: str, body: Any = None, status: int = 200) -> float:
        self._last = self.json(method, path, body, status)
        return self._seconds

    def _first_time(self) -> float:
        """Get a page for the first time; if few are left, all entries are made again."""
        if len(self._pages) < _FEW_PAGES:
            self._fill()
        return self._timed("GET", f"{self._page}{self._pages.pop()}")

    def _create(self, **more: str) -> float:
        path, body, key = self._new
        seconds = self._timed("POST", path, body | more, 201)
        self._made.append(self._last[key])
        return seconds

    def _create_anytime(self) -> float:
        age = timedelta(seconds=self._random.randrange(1, 90 * 86400))
        return self._create(at=str(_NOW - age))

    def _delete(self) -> float:
        return self._timed("DELETE", f"{self._entries}{self._made.pop()}", status=204)

    def _reset(self) -> float:
        self._create()
        self._made.clear()
        return self._timed("POST", "/__mock__/reset", {"snapshot": "full", "keep": ["tokens"]}, 204)

    def _snapshot(self) -> float:
        self._create()
        self._delete()
        return self._timed("PUT", "/__mock__/snapshots/one", status=204)

    def _first_change(self) -> float:
        self._snapshot()
        seconds = self._create()
        self._delete()
        return seconds


def measure(plan: Plan, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure the cost of actions with more and more records and groups, in this process."""
    series = []
    for kind, most in (("records", plan.most_records), ("groups", plan.most_groups)):
        populations = []
        least = _LEAST[kind]
        for count in (least * 10**n for n in range(9) if not n or least * 10**n <= most):
            tell(f"{count} {kind}")
            populations.append(Population(kind, count))
            # Otherwise garbage collection would distort the figures of some sizes.
            gc.freeze()
        tell(f"{plan.rounds} rounds")
        found = {
            "what": kind,
            "counts": [one.count for one in populations],
            "actions": _measure_actions(populations, plan.rounds),
            "bytes_per_item": populations[-1].bytes_per_item,
        }
        series.append(found)
        populations.clear()
        gc.unfreeze()
    return {"rounds": plan.rounds, "page": PAGE, "series": series}


def _measure_actions(populations: list[Population], rounds: int) -> list[dict[str, Any]]:
    samples: defaultdict[str, list[list[float]]] = defaultdict(lambda: [[] for _ in populations])
    for _ in range(rounds):
        for name in populations[0].actions:
            for population, values in zip(populations, samples[name], strict=True):
                calls = 1 if name == FIRST_TIME else _CALLS
                action = population.actions[name]
                values.append(statistics.median(action() for _ in range(calls)))
    return [figures(name, by_size) for name, by_size in samples.items()]


def figures(name: str, by_size: list[list[float]]) -> dict[str, Any]:
    """Return medians in us, and their ratio to the smallest size, round by round."""
    ratios = [[a / b for a, b in zip(one, by_size[0], strict=True)] for one in by_size]
    return {
        "name": name,
        "us": [round(statistics.median(values) * 1e6, 1) for values in by_size],
        "ratio": [round(statistics.median(values), 2) for values in ratios],
    }


def _records(base: str, start: str, end: str) -> str:
    return f"{base}/record/?start_datetime={quote(start)}&end_datetime={quote(end)}"
