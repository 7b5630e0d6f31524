"""A server as a process: started, measured, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ringme_bench.errors import BenchError
from ringme_bench.request import HOST, Request

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_START_LIMIT = 90.0
_POLL = 0.002
_END_LIMIT = 10.0
BENCH = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


class ServerProcess:
    """A running server, on a port of its own, with the processes that it started itself."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        log: Path,
        folder: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port
        self._command = command
        self._log = log
        self._folder = folder
        self._environment = {**os.environ, "PYTHONPATH": str(BENCH), **(environment or {})}
        self.start()

    def start(self) -> None:
        """Starts it, at first or after its end. Raises BenchError if it cannot be run."""
        self.began = time.perf_counter()
        self._has_ended = False
        with self._log.open("wb") as output:
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                    env=self._environment,
                    # So that it ends with all that it started, and with nothing else.
                    start_new_session=True,
                )
            except OSError as error:
                raise BenchError(f"{self._name} cannot be run: {error.strerror}") from None

    def await_answer(self, request: Request) -> float:
        """Seconds from the start to the first answer. Raises BenchError if none comes."""
        wire = request.encoded()
        while time.perf_counter() - self.began < _START_LIMIT:
            if self._process.poll() is not None:
                raise BenchError(f"{self._name} ended by itself: {self.last_words()}")
            try:
                with socket.create_connection((HOST, self.port), timeout=_START_LIMIT) as one:
                    one.sendall(wire)
                    head = one.recv(65_536)
                    seconds = time.perf_counter() - self.began
            except OSError:
                time.sleep(_POLL)
                continue
            if not head.startswith(b"HTTP/1.1 %d" % request.status):
                raise BenchError(
                    f"{request.method} {request.path}: has to be answered with {request.status},"
                    f" but the answer was {head[:300].decode('latin-1')!r}"
                )
            return seconds
        raise BenchError(f"{self._name} does not answer: {self.last_words()}")

    def cpu_seconds(self) -> float:
        """CPU time so far, of the process and of those that it started."""
        return self._sum_of_family(_cpu_ticks) / _TICKS

    def memory_kb(self) -> int:
        """Resident memory in kB, of the process and of those that it started."""
        return self._sum_of_family(_resident_pages) * _PAGE // 1024

    def last_words(self) -> str:
        """The end of what it printed."""
        return self._log.read_text(encoding="utf-8", errors="replace").strip()[-500:] or "no output"

    def end(self) -> None:
        """Ends it with all that it started; nothing if that was done before."""
        if self._has_ended:
            return
        self._has_ended = True
        self._end_itself()
        # What it started may outlive it.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _end_itself(self) -> None:
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, how)
                self._process.wait(_END_LIMIT)
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                self._process.wait()
            return

    @property
    def _name(self) -> str:
        return Path(self._command[0]).name

    def _sum_of_family(self, value: Callable[[int], int]) -> int:
        total = 0
        waiting = [self._process.pid]
        while waiting:
            number = waiting.pop()
            # A process or a thread may have ended since it was listed.
            with suppress(FileNotFoundError, ProcessLookupError):
                total += value(number)
                for task in Path(f"/proc/{number}/task").iterdir():
                    with suppress(FileNotFoundError, ProcessLookupError):
                        waiting += map(int, (task / "children").read_text().split())
        return total


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    log: Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[ServerProcess]:
    """A server that ends with the block; its environment is this one and what is named."""
    server = ServerProcess(command, port, log, folder, environment)
    try:
        yield server
    finally:
        server.end()


def filled_in(command: Sequence[str], values: Mapping[str, object]) -> list[str]:
    """A command with its {names} filled in."""
    return [part.format_map(values) for part in command]


def _cpu_ticks(number: int) -> int:
    # The name, in parentheses, may hold blanks; utime and stime are 14th and 15th.
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _resident_pages(number: int) -> int:
    return int(Path(f"/proc/{number}/statm").read_text().split()[1])


def own_memory() -> int:
    """Resident memory of this process, in bytes."""
    return _resident_pages(os.getpid()) * _PAGE
