"""Time and size that one request and its response may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx

# Of a body, as it comes and as it unpacks; and of a head with all interim responses before it.
MOST_BYTES = 16 * 2**20
MOST_OF_HEAD = 256 * 1024
# While it waits, a request looks this often whether it has to end.
_LOOK = 0.25


class TooLarge(httpx.TransportError):
    """A response is larger than the kit takes; the message says what of it."""


class RequestTime(threading.local):
    """The request that a thread has under way.

    `ends` gives the moment at which every request of the thread has to end, whatever its own time
    limit is.
    """

    def __init__(self, ends: Callable[[], float]) -> None:
        self._ends = ends
        self.begin(0)

    def begin(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        # It has a connection of its own.
        self.connected = False
        self._head_size = 0
        self._in_head = True

    def add_received(self, size: int) -> None:
        """Counts what came. Raises TooLarge for a head that is."""
        self._head_size += size if self._in_head else 0
        refuse_large_head(self._head_size)

    def end_head(self) -> None:
        self._in_head = False

    def left(self, error: type[Exception]) -> float:
        """The seconds that are left. Raises this error if there are none."""
        left = min(self._until, self._ends()) - time.monotonic()
        if left <= 0:
            raise error("the time is over")
        return left

    def until_look(self, error: type[Exception]) -> float:
        """The seconds to wait before the next look. Raises this error if there are none."""
        return min(self.left(error), _LOOK)


def refuse_large_head(size: int) -> None:
    if size > MOST_OF_HEAD:
        raise TooLarge(f"its head, with interim responses, is over {MOST_OF_HEAD} bytes")


def refuse_large_body(size: int) -> None:
    if size > MOST_BYTES:
        raise TooLarge(f"its body is over {MOST_BYTES} bytes")
