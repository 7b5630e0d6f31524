"""The mock beside other servers, round by round in one run."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringme_bench.errors import BenchError
from ringme_bench.process import ServerProcess
from ringme_bench.request import Request
from ringme_bench.servers import FLOOR, KINDS, MOCK, STOCK, Server
from ringme_bench.summary import spread
from ringme_bench.trial import REST, Round, Start, launch, load_round, time_start

Tell = Callable[[str], None]
Rounds = defaultdict[tuple[str, str], list[Round]]


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
class _Running:
    server: Server
    process: ServerProcess
    requests: dict[str, Request]


def measure(servers: Sequence[Server], plan: Plan, folder: Path, tell: Tell) -> dict[str, Any]:
    """All figures of all servers, and the names of those that were left out since they failed.

    Raises BenchError if one fails that has to be there: that does not answer as it has to.
    """
    return _Comparison(servers, plan, folder, tell).measure()


class _Comparison:
    """One comparison under way."""

    def __init__(self, servers: Sequence[Server], plan: Plan, folder: Path, tell: Tell) -> None:
        self._servers = list(servers)
        self._plan = plan
        self._folder = folder
        self._tell = tell
        self._left_out: list[str] = []
        self._starts: defaultdict[str, list[Start]] = defaultdict(list)
        self._rounds: Rounds = defaultdict(list)
        self._loaded: dict[str, int] = {}

    def measure(self) -> dict[str, Any]:
        """Does all that the plan says, and sums it up."""
        for server in self._staying():
            with self._may_fail(server):
                self._start_often(server)
        with ExitStack() as stack:
            running = self._start_all(stack)
            for number in range(self._plan.rounds + 1):
                self._tell(f"round {number} of {self._plan.rounds}" if number else "warming up")
                # Another one begins each time, so that none always has the same neighbour.
                turn = number % len(running)
                for one in running[turn:] + running[:turn]:
                    self._load(one, is_kept=number > 0)
            time.sleep(REST)
            self._loaded = {one.server.name: one.process.memory_kb() for one in running}
        return {
            "plan": vars(self._plan),
            "servers": [self._summary(server) for server in self._staying()],
            "left_out": self._left_out,
        }

    def _staying(self) -> list[Server]:
        return [one for one in self._servers if one.name not in self._left_out]

    @contextmanager
    def _may_fail(self, server: Server) -> Iterator[None]:
        """Leaves a server out that fails in the block, if the comparison can do without it."""
        try:
            yield
        except BenchError as error:
            if not server.optional:
                raise BenchError(f"{server.name}: {error}") from None
            self._left_out.append(server.name)
            self._tell(f"{server.name} is left out: {' '.join(str(error).split())}")

    def _start_often(self, server: Server) -> None:
        self._tell(f"{self._plan.starts} starts of {server.name}")
        for _ in range(self._plan.starts - 1):
            with launch(server, self._folder) as process:
                self._starts[server.name].append(time_start(server, process))

    def _start_all(self, stack: ExitStack) -> list[_Running]:
        """Those that start, running until the stack is left."""
        running = []
        for server in self._staying():
            with self._may_fail(server):
                process = stack.enter_context(launch(server, self._folder))
                self._starts[server.name].append(time_start(server, process))
                running.append(_Running(server, process, server.prepare(process)))
        return running

    def _load(self, one: _Running, is_kept: bool) -> None:
        name = one.server.name
        for kind, request in one.requests.items():
            if name in self._left_out:
                return
            with self._may_fail(one.server):
                found = load_round(
                    one.server, one.process, request, self._plan.connections, self._plan.seconds
                )
                if is_kept:
                    self._rounds[name, kind].append(found)
        if name in self._left_out:
            # It takes nothing from the others any more.
            one.process.end()

    def _summary(self, server: Server) -> dict[str, Any]:
        name = server.name
        starts = self._starts[name]
        return {
            "name": name,
            "describe": server.describe,
            "version": server.version,
            "start_seconds": spread([one.seconds for one in starts], 3),
            "rest_mb": spread([one.rest_mb for one in starts]),
            "loaded_mb": round(self._loaded[name] / 1000, 1),
            "requests": {
                kind: _figures(self._rounds, name, kind)
                for kind in KINDS
                if self._rounds[name, kind]
            },
        }


def _figures(rounds: Rounds, name: str, kind: str) -> dict[str, Any]:
    own = rounds[name, kind]
    figures: dict[str, Any] = {
        "cpu_us": spread([one.cpu_us for one in own]),
        "per_second": spread([one.per_second for one in own], 0),
        "p50_ms": spread([one.p50_ms for one in own], 3),
        "p99_ms": spread([one.p99_ms for one in own], 3),
        "size": own[-1].size,
    }
    for other in (FLOOR.name, STOCK.name, MOCK.name):
        beside = rounds.get((other, kind))
        if beside:
            # Round by round: what slows the machine down for a while slows both.
            ratios = [a.cpu_us / b.cpu_us for a, b in zip(own, beside, strict=True)]
            figures[f"to_{other}"] = spread(ratios, 3)
    return figures
