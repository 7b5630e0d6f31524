"""The end of a run, by its time budget or by a signal, and what may still happen after it."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

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

    @contextmanager
    def on_signals(self, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
        """Has the first SIGINT or SIGTERM end the run in good order, and the next one at once.

        A signal that strikes in the midst of a request would leave behind what that request makes.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def handle(_number: int, _frame: FrameType | None) -> None:
            if self.interrupted:
                raise KeyboardInterrupt
            self.interrupt()
            say("Ending: what was made is removed, reports are written (again: at once).")

        before = {one: signal.signal(one, handle) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

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
