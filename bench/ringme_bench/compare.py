"""The mock beside other servers, round by round in one run."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringme_bench.errors import BenchError
from ringme_bench.job import run_job
from ringme_bench.process import ServerProcess, filled_in, free_port, running
from ringme_bench.request import Request
from ringme_bench.servers import FLOOR, KINDS, STOCK, Server
from ringme_bench.summary import spread

_REST = 0.5
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much is measured: rounds of so many seconds each, and starts of each server.

    The last start is that of the server that the rounds are measured with.
    """

    rounds: int = 7
    seconds: float = 2.0
    connections: int = 8
    starts: int = 5


@dataclass(frozen=True)
class _Round:
    """One server and one request, for some seconds."""

    per_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    size: int


@dataclass(frozen=True)
class _Start:
    """The seconds to the first answer, and the memory a while after it, in MB."""

    seconds: float
    rest_mb: float


def measure(servers: Sequence[Server], plan: Plan, folder: Path, tell: Tell) -> dict[str, Any]:
    """All figures of all servers. Raises BenchError if one does not answer as it has to."""
    starts = {one.name: _start_often(one, plan, folder, tell) for one in servers}
    rounds: defaultdict[tuple[str, str], list[_Round]] = defaultdict(list)
    with ExitStack() as stack:
        ready = []
        for server in servers:
            process = stack.enter_context(_start(server, folder))
            starts[server.name].append(_started(server, process))
            ready.append((server, process, server.prepare(process)))
        for number in range(plan.rounds + 1):
            tell(f"round {number} of {plan.rounds}" if number else "warming up")
            # Another one begins each time, so that none always has the same neighbour.
            turn = number % len(ready)
            for server, process, requests in ready[turn:] + ready[:turn]:
                for kind, request in requests.items():
                    try:
                        found = _round(server, process, request, plan)
                    except BenchError as error:
                        said = process.last_words()
                        raise BenchError(f"{server.name}: {error}; it printed: {said}") from None
                    if number:
                        rounds[server.name, kind].append(found)
        time.sleep(_REST)
        loaded = {server.name: process.memory_kb() for server, process, _ in ready}
    return {
        "plan": vars(plan),
        "servers": [_summary(one, starts[one.name], loaded[one.name], rounds) for one in servers],
    }


def _start(server: Server, folder: Path) -> Any:
    port = free_port()
    command = filled_in(server.command, {"port": port, "folder": folder})
    return running(command, port, folder / f"{server.name}.log", folder)


def _start_often(server: Server, plan: Plan, folder: Path, tell: Tell) -> list[_Start]:
    tell(f"{plan.starts} starts of {server.name}")
    found = []
    for _ in range(plan.starts - 1):
        with _start(server, folder) as process:
            found.append(_started(server, process))
    return found


def _started(server: Server, process: ServerProcess) -> _Start:
    seconds = process.await_answer(server.first)
    time.sleep(_REST)
    return _Start(seconds, process.memory_kb() / 1000)


def _round(server: Server, process: ServerProcess, request: Request, plan: Plan) -> _Round:
    server.reset(process)
    before = process.cpu_seconds()
    found = generate(process.port, request, plan.connections, plan.seconds)
    cpu = process.cpu_seconds() - before
    count = found["count"]
    return _Round(
        count / found["seconds"],
        cpu / count * 1e6,
        found["p50_ms"],
        found["p99_ms"],
        found["size"],
    )


def generate(port: int, request: Request, connections: int, seconds: float) -> dict[str, Any]:
    """What the load generator counted. Raises BenchError if any answer was not as it has to be."""
    job = {
        "port": port,
        "request": request.encoded().decode("latin-1"),
        "connections": connections,
        "seconds": seconds,
    }
    try:
        found = run_job("generator", job)
    except BenchError as error:
        raise BenchError(f"no load on it: {str(error).splitlines()[-1]}") from None
    if found["lost"] or set(found["statuses"]) != {str(request.status)}:
        raise BenchError(
            f"{request.method} {request.path}: every answer has to have status {request.status},"
            f" but there were {found['statuses']}, and {len(found['lost'])} connections were lost"
        )
    return found


def _summary(
    server: Server,
    starts: list[_Start],
    loaded: int,
    rounds: dict[tuple[str, str], list[_Round]],
) -> dict[str, Any]:
    kinds = [kind for kind in KINDS if rounds[server.name, kind]]
    return {
        "name": server.name,
        "describe": server.describe,
        "start_seconds": spread([one.seconds for one in starts], 3),
        "rest_mb": spread([one.rest_mb for one in starts]),
        "loaded_mb": round(loaded / 1000, 1),
        "requests": {kind: _kind(rounds, server.name, kind) for kind in kinds},
    }


def _kind(rounds: dict[tuple[str, str], list[_Round]], name: str, kind: str) -> dict[str, Any]:
    own = rounds[name, kind]
    figures: dict[str, Any] = {
        "cpu_us": spread([one.cpu_us for one in own]),
        "per_second": spread([one.per_second for one in own], 0),
        "p50_ms": spread([one.p50_ms for one in own], 3),
        "p99_ms": spread([one.p99_ms for one in own], 3),
        "size": own[-1].size,
    }
    for other in (FLOOR.name, STOCK.name):
        beside = rounds.get((other, kind))
        if beside:
            # Round by round: what slows the machine down for a while slows both.
            ratios = [a.cpu_us / b.cpu_us for a, b in zip(own, beside, strict=True)]
            figures[f"to_{other}"] = spread(ratios, 3)
    return figures
