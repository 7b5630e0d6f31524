"""Ctrl-C: the run ends between two requests, cleans up and still writes its reports."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ringme_contract.http.transport import Transport


@contextmanager
def orderly_interrupts(transport: Transport, say: Callable[[str], None]) -> Iterator[None]:
    """Has the first SIGINT or SIGTERM end the run in good order, and the next one at once.

    A signal that strikes in the midst of a request would leave behind what that request makes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        if transport.end.interrupted:
            raise KeyboardInterrupt
        transport.end.interrupt()
        say("Ending: what was made is removed, reports are written (again: at once).")

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
