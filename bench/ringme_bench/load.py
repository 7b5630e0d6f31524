"""The mock under load: many connections, many sessions, reads and writes, at full speed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringme_bench.errors import BenchError
from ringme_bench.job import run_job
from ringme_bench.process import ServerProcess, filled_in, free_port, running
from ringme_bench.servers import MOCK

_SAMPLE = 1.0
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much load, how long, and how long a rest is afterwards."""

    seconds: float = 60.0
    connections: int = 200
    sessions: int = 20
    pause: float = 20.0


class Memory:
    """The memory of a server, looked at every second for as long as the block lasts."""

    def __init__(self, process: ServerProcess) -> None:
        self.samples: list[float] = []
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.samples.append(megabytes(self._process))
            if self._over.wait(_SAMPLE):
                return


def measure(plan: Plan, folder: Path, tell: Tell) -> dict[str, Any]:
    """One run. Raises BenchError if the mock does not answer at all."""
    with start_mock(folder) as process:
        process.await_answer(MOCK.first)
        rest = megabytes(process)
        tell(f"{plan.seconds:g} s with {plan.connections} connections in {plan.sessions} sessions")
        names = [f"visitor-{number}" for number in range(plan.sessions)]
        cpu = process.cpu_seconds()
        with Memory(process) as memory:
            found = visit(process, names, plan.connections, plan.seconds, seed=1)
        cpu = process.cpu_seconds() - cpu
        after = megabytes(process)
        tell(f"a pause of {plan.pause:g} s")
        time.sleep(plan.pause)
        paused = megabytes(process)
    return {
        "plan": vars(plan),
        **found,
        "cpu_us": round(cpu / found["count"] * 1e6, 1),
        "memory_mb": {
            "rest": rest,
            "greatest": max(memory.samples),
            "half_way": memory.samples[len(memory.samples) // 2],
            "after": after,
            "after_pause": paused,
        },
    }


def start_mock(folder: Path, *options: str) -> Any:
    """A mock, started for the block."""
    port = free_port()
    command = [*filled_in(MOCK.command, {"port": port}), *options]
    return running(command, port, folder / "mock.log", folder)


def visit(
    process: ServerProcess, sessions: list[str], connections: int, seconds: float, seed: int
) -> dict[str, Any]:
    """What visitors of these sessions found. Raises BenchError if they could not visit."""
    job = {
        "port": process.port,
        "sessions": sessions,
        "connections": connections,
        "seconds": seconds,
        "seed": seed,
    }
    try:
        return run_job("visitors", job)
    except BenchError as error:
        raise BenchError(
            f"the visitors failed: {error}; the mock printed: {process.last_words()}"
        ) from None


def problems(found: dict[str, Any]) -> list[str]:
    """What was not as it has to be: wrong answers, lost connections, lost or unexpected groups."""
    named = [
        f"{one['name']}: {one['lost']} groups are lost or changed, {one['unexpected']} unexpected"
        for one in found["sessions"]
        if one["lost"] or one["unexpected"]
    ]
    lost = [f"{count} connections: {why}" for why, count in found["lost_connections"].items()]
    failed = [
        f"{count} times {kind}"
        for kind, count in found["answers"].items()
        if kind.rpartition(" ")[2][:1] not in ("2", "w")
    ]
    return [*found["wrong"], *failed, *lost, *named]


def megabytes(process: ServerProcess) -> float:
    """Resident memory in MB."""
    return round(process.memory_kb() / 1000, 1)
