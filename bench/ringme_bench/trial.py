"""One server tried: its starts, and rounds of load on it."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringme_bench.errors import BenchError
from ringme_bench.job import run_job
from ringme_bench.process import ServerProcess, filled_in, free_port, running
from ringme_bench.request import Request
from ringme_bench.servers import Server

REST = 0.5


@dataclass(frozen=True)
class Round:
    """One server and one request, for some seconds."""

    per_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    size: int


@dataclass(frozen=True)
class Start:
    """The seconds to the first answer, and the memory a while after it, in MB."""

    seconds: float
    rest_mb: float


def launch(server: Server, folder: Path) -> AbstractContextManager[ServerProcess]:
    """The server as a process that ends with the block. Its log is written to `folder`."""
    port = free_port()
    # Some servers watch the folder that they run in: nothing is written to this one.
    quiet = folder / "quiet"
    quiet.mkdir(exist_ok=True)
    command = filled_in(server.command, {"port": port, "folder": folder})
    log = folder / f"{server.name}.log"
    return running(command, port, log, quiet, dict(server.environment))


def time_start(server: Server, process: ServerProcess) -> Start:
    """What a start took. Raises BenchError if the server does not answer as it has to."""
    seconds = process.await_answer(server.first)
    time.sleep(REST)
    return Start(seconds, process.memory_kb() / 1000)


def load_round(
    server: Server, process: ServerProcess, request: Request, connections: int, seconds: float
) -> Round:
    """One round.

    Raises BenchError if any answer was not as it has to be, or if the round was too short.
    """
    server.reset(process)
    before = process.cpu_seconds()
    found = _generate(process, request, connections, seconds)
    cpu = process.cpu_seconds() - before
    if not cpu:
        # The system counts in hundredths of a second.
        raise BenchError(f"no CPU time to be seen in {seconds:g} s: make the rounds longer")
    count = found["count"]
    return Round(
        count / found["seconds"],
        cpu / count * 1e6,
        found["p50_ms"],
        found["p99_ms"],
        found["size"],
    )


def _generate(
    process: ServerProcess, request: Request, connections: int, seconds: float
) -> dict[str, Any]:
    job = {
        "port": process.port,
        "request": request.encoded().decode("latin-1"),
        "connections": connections,
        "seconds": seconds,
    }
    try:
        found = run_job("generator", job)
    except BenchError as error:
        raise BenchError(
            f"no load on it: {str(error).splitlines()[-1]}; it printed: {process.last_words()}"
        ) from None
    if found["lost"] or set(found["statuses"]) != {str(request.status)}:
        raise BenchError(
            f"{request.method} {request.path}: every answer has to have status {request.status},"
            f" but there were {found['statuses']}, and {len(found['lost'])} connections were lost;"
            f" it printed: {process.last_words()}"
        )
    return found
