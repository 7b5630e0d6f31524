"""Limits of time and size for a request and its response."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx

# Of a body, before and after decompression; and of a head including interim responses.
MOST_BYTES = 16 * 2**20
MOST_OF_HEAD = 256 * 1024
# Seconds between two looks if a waiting request has to end.
_LOOK = 0.25


class TooLarge(httpx.TransportError):
    """A response is larger than the kit accepts; the message says which part."""


class RequestTime(threading.local):
    """The time limit of the current request of each thread.

    `ends` returns the time by which every request of the thread must have ended, whatever its own
    time limit.
    """

    def __init__(self, ends: Callable[[], float]) -> None:
        self._ends = ends
        self.begin(0)

    def begin(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        # True if the request opened a connection.
        self.connected = False
        self._head_size = 0
        self._in_head = True

    def add_received(self, size: int) -> None:
        """Counts bytes received. Raises TooLarge if the head is too large."""
        self._head_size += size if self._in_head else 0
        refuse_large_head(self._head_size)

    def end_head(self) -> None:
        self._in_head = False

    def left(self, error: type[Exception]) -> float:
        """The seconds left. Raises `error` if there are none."""
        left = min(self._until, self._ends()) - time.monotonic()
        if left <= 0:
            raise error("the time limit is over")
        return left

    def until_look(self, error: type[Exception]) -> float:
        """The seconds until the next look at the limits. Raises `error` if no time is left."""
        return min(self.left(error), _LOOK)


def refuse_large_head(size: int) -> None:
    if size > MOST_OF_HEAD:
        raise TooLarge(f"its head, with interim responses, is over {MOST_OF_HEAD} bytes")


def refuse_large_body(size: int) -> None:
    if size > MOST_BYTES:
        raise TooLarge(f"its body is over {MOST_BYTES} bytes")
