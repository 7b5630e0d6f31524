"""Writer of the log: a slow reader delays no request."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from typing import TextIO

# Number of lines that wait for the reader; further ones are dropped, and counted.
MOST_WAITING = 10_000
# In seconds.
_PATIENCE = 1.0


class LogWriter(logging.Handler):
    """Handler that writes its lines in a thread of its own."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        # Not the stream itself, whose lock may be held by a write that never ends.
        self._file = os.dup(stream.fileno())
        self._lines: queue.Queue[str] = queue.Queue(MOST_WAITING)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write_all, daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:
            self.handleError(record)
            return
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def flush(self) -> None:
        """Wait until all lines are written, at most `_PATIENCE` seconds."""
        deadline = time.monotonic() + _PATIENCE
        while self._lines.unfinished_tasks and self._thread.is_alive():
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)

    def _write_all(self) -> None:
        try:
            while True:
                line = self._lines.get()
                self._write(line)
                if self._dropped and self._lines.empty():
                    count, self._dropped = self._dropped, 0
                    self._write(
                        f"{count} lines of the log were dropped, because they were not read in time"
                    )
                self._lines.task_done()
        except OSError:
            # The reader is gone.
            return

    def _write(self, line: str) -> None:
        rest = f"{line}\n".encode(errors="backslashreplace")
        while rest:
            rest = rest[os.write(self._file, rest) :]
