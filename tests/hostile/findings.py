"""Findings of a fuzz run: counts of requests and statuses, and faults."""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

FAILED = b"Internal error of the mock; see its log"
LONGEST_WAIT = 1.0
_MOST_FAULTS = 40
# Limit of memory growth between the first tenth of a run and its end, in MB.
_MOST_GROWTH = 150


@dataclass
class Findings:
    """Findings of a run; `faults` is empty if nothing is wrong."""

    requests: int = 0
    seconds: float = 0.0
    longest_wait: float = 0.0
    longest_by: str = ""
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: int, body: bytes, what: str) -> None:
        """Record a response. A 5xx alone is no fault, as many are requested on purpose."""
        with self._lock:
            self.statuses[status] += 1
            if status >= 500 and FAILED in body:
                self._note(f"{status} {body[:200]!r}: {what}")

    def add_fault(self, what: str) -> None:
        """Record a fault."""
        with self._lock:
            self._note(what)

    def record_wait(self, seconds: float, what: str) -> None:
        """Record how long another client had to wait."""
        with self._lock:
            if seconds > self.longest_wait:
                self.longest_wait, self.longest_by = seconds, what
            if seconds > LONGEST_WAIT:
                self._note(f"another client waited {seconds:.2f} s during {what}")

    def record_memory(self, process: int) -> None:
        """Record the memory of a process."""
        self.memory.append(resident(process))

    def check_growth(self) -> None:
        """Record a fault if memory has grown too much during the run."""
        if len(self.memory) > 2 and self.memory[-1] - self.memory[1] > _MOST_GROWTH:
            self.add_fault(f"memory grew from {self.memory[1]:.0f} to {self.memory[-1]:.0f} MB")

    def text(self) -> str:
        """Return the findings as a few lines of text."""
        shown = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        memory = " ".join(f"{one:.0f}" for one in self.memory)
        lines = [
            f"{self.requests} requests in {self.seconds:.0f} s",
            f"  statuses (0: no response): {shown}",
            f"  longest wait of another client: {self.longest_wait * 1000:.0f} ms",
            f"  memory (MB): {memory}",
            *(f"  FAULT {add_fault}" for add_fault in self.faults),
        ]
        if self.longest_wait > LONGEST_WAIT / 4:
            lines.insert(3, f"    during {self.longest_by[:300]}")
        return "\n".join(lines)

    def _note(self, what: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(what[:1500])


def resident(process: int) -> float:
    """Return the resident memory of a process in MB; 0 if the system does not report it."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def processor_seconds(process: int) -> float:
    """Return the processor time of a process in seconds; infinite if the system does not report it.

    Another client can have waited for the process at most as long as it used the processor.
    """
    try:
        fields = (
            Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
    except OSError:
        return float("inf")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
