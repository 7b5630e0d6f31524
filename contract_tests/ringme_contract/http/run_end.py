"""The end of a run, by its time budget or by a signal."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# After the end: seconds for requests under way, and for the clean-up.
_GRACE = 1.0
_CLEANING = 4.0


class RunEnd:
    """The time until which requests may be sent; without limit before `begin` or `interrupt`."""

    def __init__(self) -> None:
        self._at = math.inf
        self._left = math.inf
        self._signal = threading.Event()

    def begin(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def suspend(self) -> None:
        """Stops the time budget until the next `running`."""
        self._left, self._at = self._at - time.monotonic(), math.inf

    @contextmanager
    def running(self) -> Iterator[None]:
        """Resumes the time budget for a block."""
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
        """Lets the first SIGINT or SIGTERM end the run after a clean-up, and the second one at
        once.

        A signal that interrupts a request would leave behind the entry which the request creates.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def handle(_number: int, _frame: FrameType | None) -> None:
            if self.interrupted:
                raise KeyboardInterrupt
            self.interrupt()
            say(
                "Ending: removing what was created and writing reports (Ctrl-C again: end at once)."
            )

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
        """The time by which the last request must have ended."""
        return self._at + (_CLEANING if cleaning else _GRACE)

    def wait(self, seconds: float, cleaning: bool) -> None:
        """Waits until the time is over or, unless `cleaning`, a signal comes."""
        if cleaning:
            time.sleep(seconds)
        else:
            self._signal.wait(seconds)
