"""The end of a run, by its time budget or by a signal, and what may still happen after it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# After the end: seconds for requests under way, and for the removal of what was made.
_GRACE = 1.0
_CLEANING = 4.0


class RunEnd:
    """Until when requests may be sent; never over before `begin` or `interrupt`."""

    def __init__(self) -> None:
        self._at = math.inf
        self._left = math.inf
        self._signal = threading.Event()

    def begin(self, seconds: float) -> None:
        """Starts the time budget."""
        self._at = time.monotonic() + seconds

    def suspend(self) -> None:
        """Stops the time budget until the next block of `running`."""
        self._left, self._at = self._at - time.monotonic(), math.inf

    @contextmanager
    def running(self) -> Iterator[None]:
        """Lets the time budget go on for a block."""
        self.begin(self._left)
        try:
            yield
        finally:
            self.suspend()

    def interrupt(self) -> None:
        self._at = min(self._at, time.monotonic())
        self._signal.set()

    @property
    def interrupted(self) -> bool:
        return self._signal.is_set()

    def left(self, cleaning: bool) -> float:
        """The seconds in which a request may still begin."""
        return self.of_requests(cleaning) - time.monotonic() - (0 if cleaning else _GRACE)

    def of_requests(self, cleaning: bool) -> float:
        """The moment at which the last request has to have ended."""
        return self._at + (_CLEANING if cleaning else _GRACE)

    def wait(self, seconds: float, cleaning: bool) -> None:
        """Waits, but not when a signal came."""
        if cleaning:
            time.sleep(seconds)
        else:
            self._signal.wait(seconds)
