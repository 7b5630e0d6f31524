"""Comparison of the mock with other servers, in interleaved rounds of one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringme_bench import BenchError
from ringme_bench.generator import choose_generator, generate
from ringme_bench.http_client import Client
from ringme_bench.process import ServerProcess
from ringme_bench.results import spread
from ringme_bench.servers import FLOOR, MOCK, STOCK, Server, find_peers, prepare, record_responses

REST = 0.5
_DIGITS = {"cpu_us": 1, "per_second": 0, "p50_ms": 3, "p99_ms": 3}
Rounds = list[dict[str, float]]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    rounds: int = 7
    seconds: float = 2.0
    connections: int = 8
    starts: int = 5
    peers: bool = False
    peer_folder: tuple[Path, ...] = ()


class Contestant:
    """Server with its measurements: seconds and memory of starts, and rounds by kind."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.process = ServerProcess(server.command, folder, server.environment)
        self.starts: list[tuple[float, float]] = []
        self.rounds: dict[str, Rounds] = {}

    def start(self) -> None:
        self.process.end()
        seconds = self.process.start(self.server.first)
        time.sleep(REST)
        self.starts.append((seconds, self.process.memory_mb()))
        self.requests = prepare(self.server, self.process.port)

    def load(self, plan: Plan, generator: str) -> None:
        """Measure a round of each request; the size is that of one response before."""
        process = self.process
        for kind, request in self.requests.items():
            if self.server.reset is not None:
                Client(process.port).send(self.server.reset)
            if self.server.restore is not None:
                process.end()
                self.server.restore()
                process.start(self.server.first)
            size = len(Client(process.port).send(request))
            before = process.cpu_seconds()
            try:
                found = generate(generator, process.port, request, plan.connections, plan.seconds)
            except BenchError as error:
                raise BenchError(f"{error}; it printed: {process.last_output()}") from None
            cpu, count = process.cpu_seconds() - before, found["count"]
            rate = {"cpu_us": cpu / count * 1e6, "per_second": count / found["seconds"]}
            self.rounds.setdefault(kind, []).append({**found, **rate, "size": size})


def measure(plan: Plan, folder: Path, tell: Tell) -> dict[str, Any]:
    """Measure the mock beside the floor, stock Connexion and, with --peers, other mocks.

    Each server runs as a process of its own; rounds of so many seconds are interleaved. POST makes
    groups; the mock and the floor forget them before each round, and stock Connexion keeps none.
    Requests come from wrk, if it is installed and rounds have whole seconds. Peers are looked for
    on PATH and in node_modules of this and a --peer-folder; one that fails is named and left out.
    """
    responses = record_responses(folder)
    peers, missing = find_peers(plan.peer_folder, folder, responses) if plan.peers else ([], [])
    return compare([FLOOR, STOCK, MOCK, *peers], plan, folder, tell) | {"missing": missing}


def compare(servers: Sequence[Server], plan: Plan, folder: Path, tell: Tell) -> dict[str, Any]:
    """Return the figures of all servers. Raises BenchError if one fails that is not optional."""
    generator = choose_generator(plan.seconds)
    running = [Contestant(one, folder) for one in servers]
    left_out: list[str] = []

    def each(step: Callable[[Contestant], None], turn: int = 0) -> None:
        # Rotated, so that the first server differs in each turn.
        first = turn % len(running)
        for one in running[first:] + running[:first]:
            try:
                step(one)
            except BenchError as error:
                name, reason = one.server.name, " ".join(str(error).split())
                if not one.server.optional:
                    raise BenchError(f"{name}: {reason}") from None
                tell(f"{name} is left out: {reason}")
                left_out.append(name)
                running.remove(one)
                one.process.end()

    with ExitStack() as stack:
        for one in running:
            stack.enter_context(one.process)
        for number in range(plan.starts):
            tell(f"start {number + 1} of {plan.starts}")
            each(Contestant.start)
        for number in range(plan.rounds + 1):
            tell(f"round {number} of {plan.rounds}" if number else "warming up")
            each(lambda one: one.load(plan, generator), number)
        time.sleep(REST)
        by_name = {one.server.name: one for one in running}
        scale = {name: value for name, value in vars(plan).items() if "peer" not in name}
        return {
            "plan": {**scale, "generator": generator},
            "servers": [_summary(one, by_name) for one in running],
            "left_out": left_out,
        }


def _summary(one: Contestant, others: Mapping[str, Contestant]) -> dict[str, Any]:
    references = [name for name in (FLOOR.name, STOCK.name, MOCK.name) if name in others]
    return {
        "name": one.server.name,
        "describe": one.server.describe,
        "version": one.server.version,
        "start_seconds": spread([seconds for seconds, _ in one.starts], 3),
        "rest_mb": spread([memory for _, memory in one.starts]),
        "loaded_mb": one.process.memory_mb(),
        "requests": {
            # Without the first round, which warms up.
            kind: figures(rounds[1:], {name: others[name].rounds[kind][1:] for name in references})
            for kind, rounds in one.rounds.items()
        },
    }


def figures(own: Rounds, references: Mapping[str, Rounds]) -> dict[str, Any]:
    """Return the spread of rounds, and of the ratios of their CPU time to that of others."""
    found: dict[str, Any] = {
        name: spread([one[name] for one in own], digits) for name, digits in _DIGITS.items()
    }
    found["size"] = own[-1]["size"]
    for name, rounds in references.items():
        # Round by round, as disturbances of the machine affect both servers alike.
        ratios = [a["cpu_us"] / b["cpu_us"] for a, b in zip(own, rounds, strict=True)]
        found[f"to_{name}"] = spread(ratios, 3)
    return found
