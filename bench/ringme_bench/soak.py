"""The mock for an hour: whether its memory climbs, and whether what is bounded stays so."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ringme_bench import load
from ringme_bench.asking import ask, ask_json
from ringme_bench.errors import BenchError
from ringme_bench.load import megabytes, start_mock, visit
from ringme_bench.process import ServerProcess
from ringme_bench.request import Request, json_request
from ringme_bench.servers import MOCK

_JOURNAL = 1000
_MOST_SESSIONS = 100
_IDLE = 30
# Sessions of each round that nobody uses again.
_PASSING = 10
_LOG_INS = 200
_LOG_IN_SESSION = "log-ins"
_FORM = (
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("X-Mock-Session", _LOG_IN_SESSION),
)
_APPLICATION = {
    "client_id": "c1200000000000000000000000000003",
    "client_secret": "c0ffee03c0ffee03c0ffee03c0ffee03",
}
# Tokens of the rounds before are over then, and the count of requests begins anew.
_HOUR = 3601
# What a round leaves to the next in arenas and caches is noise below that.
_CLIMB_MB = 5.0
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How long in all, how long a round, and how much load."""

    minutes: float = 60.0
    round: float = 60.0
    connections: int = 50
    sessions: int = 20


def measure(plan: Plan, folder: Path, tell: Tell) -> dict[str, Any]:
    """One soak. Raises BenchError if the mock does not answer at all."""
    samples: list[dict[str, float]] = []
    answers: Counter[str] = Counter()
    wrong: list[str] = []
    options = ("--journal", str(_JOURNAL), "--session-idle", str(_IDLE))
    with start_mock(folder, *options, "--max-sessions", str(_MOST_SESSIONS)) as process:
        process.await_answer(MOCK.first)
        rest = megabytes(process)
        begin = time.monotonic()
        while time.monotonic() - begin < plan.minutes * 60:
            number = len(samples)
            found = visit(process, _names(plan, number), plan.connections, plan.round, number)
            answers.update(found["answers"])
            wrong += load.problems(found)
            sample = _sample(process, (time.monotonic() - begin) / 60)
            samples.append({**sample, "p99_ms": round(found["p99_ms"], 2)})
            tell(" ".join(f"{name} {value:g}" for name, value in samples[-1].items()))
            _chores(process, plan)
        refused = _sessions_until_refused(process)
    return {
        "plan": vars(plan),
        "rest_mb": rest,
        "samples": samples,
        "requests": sum(number for kind, number in answers.items() if kind != "wrong"),
        "wrong": wrong[:20],
        "climb_mb": _climb([sample["memory_mb"] for sample in samples]),
        "bounds": {
            "journal": {
                "bound": _JOURNAL,
                "greatest": max(sample["journal"] for sample in samples),
            },
            "sessions": {"bound": _MOST_SESSIONS, "greatest": refused},
        },
    }


def problems(result: dict[str, Any]) -> list[str]:
    """What was not as it has to be."""
    found = list(result["wrong"])
    for name, bound in result["bounds"].items():
        if bound["greatest"] > bound["bound"]:
            found.append(f"{name}: {bound['greatest']}, but no more than {bound['bound']} may be")
    if result["climb_mb"] > _CLIMB_MB:
        found.append(f"memory: climbs by {result['climb_mb']} MB")
    return found


def _names(plan: Plan, number: int) -> list[str]:
    stay = [f"stays-{place}" for place in range(plan.sessions - _PASSING)]
    return stay + [f"passes-{number}-{place}" for place in range(_PASSING)]


def _sample(process: ServerProcess, minutes: float) -> dict[str, float]:
    sessions = ask_json(process.port, json_request("GET", "/__mock__/sessions", 200))
    return {
        "minutes": round(minutes, 1),
        "memory_mb": megabytes(process),
        "sessions": len(sessions),
        "journal": max(one["requests"] for one in sessions),
    }


def _chores(process: ServerProcess, plan: Plan) -> None:
    """What clients do beside their requests."""
    for _ in range(_LOG_INS):
        _log_in_and_refresh(process.port)
    port = process.port
    ask(port, _in_log_ins(json_request("POST", "/__mock__/clock/advance", 200, {"seconds": _HOUR})))
    for name in _names(plan, 0)[: plan.sessions - _PASSING]:
        ask(port, json_request("POST", f"/s/{name}/__mock__/reset", 204, {}))


def _log_in_and_refresh(port: int) -> None:
    answer = ask_json(
        port,
        _form(grant_type="password", username="client-admin", password="mock-client-admin"),
    )
    ask(port, _form(grant_type="refresh_token", refresh_token=answer["refresh_token"]))


def _form(**fields: str) -> Request:
    body = urlencode({**fields, **_APPLICATION}).encode()
    return Request("POST", "/oauth/token", 200, _FORM, body)


def _in_log_ins(request: Request) -> Request:
    headers = (*request.headers, ("X-Mock-Session", _LOG_IN_SESSION))
    return Request(request.method, request.path, request.status, headers, request.body)


def _sessions_until_refused(process: ServerProcess) -> int:
    """Begins sessions until the mock refuses one, and gives the number of those that there are."""
    for number in range(_MOST_SESSIONS + 1):
        try:
            ask(process.port, json_request("GET", f"/s/more-{number}/__mock__/health", 200))
        except BenchError as error:
            if "503" not in str(error):
                raise
            break
    sessions: list[Any] = json.loads(
        ask(process.port, json_request("GET", "/__mock__/sessions", 200))
    )
    return len(sessions)


def _climb(values: list[float]) -> float:
    """By how much the last third lies above the second; the first is warming up."""
    third = max(1, len(values) // 3)
    last, before = values[-third:], values[-2 * third : -third] or values[:1]
    return round(statistics.median(last) - statistics.median(before), 1)
