"""A server as a process: started, measured, ended."""

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
    """A server on a free port, with the processes that it starts itself; `with` ends them all.

    {port}, {folder} and {python} in its command are filled in. Its output goes to a log there.
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
        # Some servers watch the folder that they run in: nothing is written to this one.
        self._folder = folder / "quiet"
        self._folder.mkdir(exist_ok=True)
        self._environment = {**os.environ, "PYTHONPATH": str(BENCH), **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self, first: Request) -> float:
        """Starts it, and returns the seconds until the response to a first request has come.

        Raises BenchError if it cannot be run, ends, or responds with another status.
        """
        began = time.perf_counter()
        with self._log.open("wb") as output:
            try:
                # In a session of its own, to end with all that it started, and with nothing else.
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
        """CPU time so far, of the process and of those that it started."""
        return sum(map(cpu_seconds_of, self._family()))

    def memory_mb(self) -> float:
        """Resident memory, of the process and of those that it started; what they map, once."""
        found = [_memory_of(one) for one in self._family()]
        own = sum(resident - mapped for resident, mapped in found)
        return round((own + max((mapped for _, mapped in found), default=0)) / 1e6, 1)

    def last_output(self) -> str:
        """The end of what it printed."""
        return self._log.read_text(encoding="utf-8", errors="replace").strip()[-500:] or "no output"

    def end(self) -> None:
        """Ends it with all that it started, if it runs."""
        if self._process is None:
            return
        process, self._process = self._process, None
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            # What it started may outlive it, or all have ended by themselves.
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, how)
                process.wait(_END_LIMIT)

    def kill(self) -> None:
        """Ends it as a crash does."""
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
    """CPU time of a process so far, 0 if it has ended.

    Read from its CPU clock, whose number Linux makes of the process id (clock_getcpuclockid(3)):
    the times in /proc are counted in hundredths of a second, too coarse for short rounds.
    """
    with suppress(OSError):
        return time.clock_gettime(~number << 3 | 2)
    return 0.0


def memory_of(number: int) -> int:
    """Resident memory of a process in bytes, 0 if it has ended."""
    return _memory_of(number)[0]


def _memory_of(number: int) -> tuple[int, int]:
    """Resident memory of a process in bytes, and how much of it is of files."""
    with suppress(FileNotFoundError, ProcessLookupError):
        _, resident, mapped, *_ = map(int, Path(f"/proc/{number}/statm").read_text().split())
        size = os.sysconf("SC_PAGE_SIZE")
        return resident * size, mapped * size
    return 0, 0
