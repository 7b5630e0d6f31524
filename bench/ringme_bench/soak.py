"""Soak test: the mock runs for an hour, its memory must not climb, and its bounds must hold."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringme_bench import load
from ringme_bench.http_client import Client, token_request
from ringme_bench.process import ServerProcess
from ringme_bench.servers import MOCK
from ringme_bench.state_storage import FileStorage, MemoryStorage, redis_server

_JOURNAL = 1000
_SESSIONS = 100
# Unused sessions of a round end soon after it.
_OPTIONS = f"--journal {_JOURNAL} --max-sessions {_SESSIONS} --session-idle 30".split()
_PASSING = 10
_LOGINS = 200
# Expires the tokens of earlier rounds, and resets rate limits.
_HOUR = {"seconds": 3601}
# Rows and images come and go, in reused pages of the file. The image grows with the sessions.
_STATE_CLIMB_MB = 20.0
# Arenas and caches vary by less.
_CLIMB_MB = 5.0


@dataclass(frozen=True)
class Plan:
    minutes: float = 60.0
    round: float = 60.0
    connections: int = 50
    sessions: int = 20
    state: bool = False
    redis: bool = False
    workers: int = 1


def measure(plan: Plan, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Load the mock for long: its memory must not climb, and its bounds must hold.

    Rounds of so many seconds, like those of `load`, some in sessions that come and go; after each
    logins, resets and a step of the clock. With `state` a file keeps it, with `redis` a server
    (its memory), which must not grow either; at the end the mock is killed, and started from it
    again. Exit code 1 if anything was wrong.
    """
    with _state_storage(plan, folder) as storage:
        return _soak(plan, folder, storage, tell)


def _state_storage(plan: Plan, folder: Path) -> AbstractContextManager[MemoryStorage]:
    if plan.redis:
        return redis_server(folder)
    return nullcontext(FileStorage(folder) if plan.state else MemoryStorage())


def _soak(
    plan: Plan, folder: Path, storage: MemoryStorage, tell: Callable[[str], None]
) -> dict[str, Any]:
    options = [*_OPTIONS, "--workers", str(plan.workers), *storage.options]
    samples: list[dict[str, Any]] = []
    wrong: list[str] = []
    requests, restart = 0, 0.0
    staying = [f"stays-{place}" for place in range(plan.sessions - _PASSING)]
    with ServerProcess((*MOCK.command, *options), folder) as process:
        process.start(MOCK.first)
        client = Client(process.port)
        rest = process.memory_mb()
        begin = time.monotonic()
        while not samples or time.monotonic() - begin < plan.minutes * 60:
            number = len(samples)
            names = [*staying, *(f"passes-{number}-{place}" for place in range(_PASSING))]
            found, _ = load.visit(process, names, plan.connections, plan.round, number)
            requests += found["count"]
            wrong += load.problems(found)
            sessions = client.json("GET", "/__mock__/sessions")
            sample = {
                "minutes": round((time.monotonic() - begin) / 60, 1),
                "memory_mb": process.memory_mb(),
                "sessions": len(sessions),
                "journal": max(one["requests"] for one in sessions),
                "p99_ms": round(found["p99_ms"], 2),
                "state_mb": storage.size_mb(),
            }
            samples.append(sample)
            tell(str(sample))
            _do_chores(process.port, staying)
        most_sessions = _begin_sessions(client)
        if storage.options:
            process.kill()
            restart = round(process.start(MOCK.first), 2)
    journal = max(sample["journal"] for sample in samples)
    return {
        "plan": vars(plan),
        "rest_mb": rest,
        "samples": samples,
        "requests": requests,
        "wrong": wrong[:20],
        "climb_mb": climb([sample["memory_mb"] for sample in samples]),
        "state_climb_mb": climb([sample["state_mb"] for sample in samples]),
        "restart_seconds": restart,
        "bounds": {
            "journal": {"bound": _JOURNAL, "greatest": journal},
            "sessions": {"bound": _SESSIONS, "greatest": most_sessions},
        },
    }


def problems(result: dict[str, Any]) -> list[str]:
    """List wrong responses, exceeded bounds, and a climb of the memory."""
    found = list(result["wrong"])
    for name, bound in result["bounds"].items():
        if bound["greatest"] > bound["bound"]:
            found.append(f"{name}: {bound['greatest']}, more than {bound['bound']}")
    if result["climb_mb"] > _CLIMB_MB:
        found.append(f"memory: climbs by {result['climb_mb']} MB")
    if result["state_climb_mb"] > _STATE_CLIMB_MB:
        found.append(f"state: climbs by {result['state_climb_mb']} MB")
    return found


def climb(values: list[float]) -> float:
    """Return the rise from the second to the last third; the first third is warm-up."""
    third = max(1, len(values) // 3)
    last, before = values[-third:], values[-2 * third : -third] or values[:1]
    return round(statistics.median(last) - statistics.median(before), 1)


def _do_chores(port: int, staying: list[str]) -> None:
    """Log in and refresh, advance the clock, and reset the sessions that stay."""
    client = Client(port, "logins")
    for _ in range(_LOGINS):
        token = json.loads(client.send(token_request()))["refresh_token"]
        client.send(token_request(grant_type="refresh_token", refresh_token=token))
    client.json("POST", "/__mock__/clock/advance", _HOUR)
    for name in staying:
        client.json("POST", f"/s/{name}/__mock__/reset", {}, 204)


def _begin_sessions(client: Client) -> int:
    """Begin more sessions than allowed. Returns the number of sessions."""
    for number in range(_SESSIONS + 1):
        client.json("GET", f"/s/more-{number}/__mock__/health")
    return len(client.json("GET", "/__mock__/sessions"))
