"""Server process: started, measured, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from ringme_bench import BenchError
from ringme_bench.http_client import HOST, Client, NoResponseError, Request

BENCH = Path(__file__).resolve().parents[1]
_START_LIMIT = 90.0
_POLL = 0.002
_END_LIMIT = 10.0


class ServerProcess(AbstractContextManager["ServerProcess"]):
    """Server on a free port, with its child processes; `with` ends them all.

    {port}, {folder} and {python} in its command are filled in. Its output goes to a log in the
    folder.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        with socket.create_server((HOST, 0)) as free:
            self.port: int = free.getsockname()[1]
        values = {"port": self.port, "folder": folder, "python": sys.executable}
        self._command = [part.format_map(values) for part in command]
        self._name = Path(self._command[0]).name
        self._log = folder / f"{self.port}.log"
        # Nothing is written to this folder, as some servers watch the one that they run in.
        self._folder = folder / "quiet"
        self._folder.mkdir(exist_ok=True)
        self._environment = {**os.environ, "PYTHONPATH": str(BENCH), **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self, first: Request) -> float:
        """Start it, and return the seconds until the response to a first request.

        Raises BenchError if it cannot be run, ends, or responds with another status.
        """
        began = time.perf_counter()
        with self._log.open("wb") as output:
            try:
                # In a session of its own, so that its child processes can be ended with it.
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                    env=self._environment,
                    start_new_session=True,
                )
            except OSError as error:
                raise BenchError(f"{self._name} cannot be run: {error.strerror}") from None
        while time.perf_counter() - began < _START_LIMIT:
            if self._process.poll() is not None:
                raise BenchError(f"{self._name} ended by itself: {self.last_output()}")
            with suppress(NoResponseError):
                Client(self.port).send(first)
                return time.perf_counter() - began
            time.sleep(_POLL)
        raise BenchError(f"{self._name} does not respond: {self.last_output()}")

    def cpu_seconds(self) -> float:
        """Return the CPU time so far, child processes included."""
        return sum(map(cpu_seconds_of, self._family()))

    def memory_mb(self) -> float:
        """Return the resident memory, child processes included; mapped files count once."""
        found = [_memory_of(one) for one in self._family()]
        own = sum(resident - mapped for resident, mapped in found)
        return round((own + max((mapped for _, mapped in found), default=0)) / 1e6, 1)

    def last_output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace").strip()[-500:] or "no output"

    def end(self) -> None:
        """End it with its child processes, if it runs."""
        if self._process is None:
            return
        process, self._process = self._process, None
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            # Child processes may outlive it, or all may have ended already.
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, how)
                process.wait(_END_LIMIT)

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(_END_LIMIT)
            self._process = None

    def _family(self) -> Iterator[int]:
        waiting = [self._process.pid] if self._process else []
        while waiting:
            yield (number := waiting.pop())
            # A process or a thread may have ended since it was listed.
            with suppress(FileNotFoundError, ProcessLookupError):
                for task in Path(f"/proc/{number}/task").iterdir():
                    waiting += map(int, (task / "children").read_text().split())


def cpu_seconds_of(number: int) -> float:
    """Return the CPU time of a process so far, 0 if it has ended.

    It is read from the CPU clock of the process, whose number Linux derives from the process id
    (clock_getcpuclockid(3)). The times in /proc are in hundredths of a second, too coarse for short
    rounds.
    """
    with suppress(OSError):
        return time.clock_gettime(~number << 3 | 2)
    return 0.0


def memory_of(number: int) -> int:
    """Return the resident memory of a process in bytes, 0 if it has ended."""
    return _memory_of(number)[0]


def _memory_of(number: int) -> tuple[int, int]:
    """Return the resident memory of a process in bytes, and the part of it that is files."""
    with suppress(FileNotFoundError, ProcessLookupError):
        _, resident, mapped, *_ = map(int, Path(f"/proc/{number}/statm").read_text().split())
        size = os.sysconf("SC_PAGE_SIZE")
        return resident * size, mapped * size
    return 0, 0
