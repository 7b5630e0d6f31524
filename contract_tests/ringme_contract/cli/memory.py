"""Memory of a run, which many threads take and give back."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# M_ARENA_MAX of mallopt(3).
_MOST_HEAPS = -8


def share_memory() -> None:
    """Has all threads take memory from one heap, where the C library is glibc.

    Left alone it has a heap for each thread, and each of them keeps what its largest response took.
    """
    # Other libraries have no such function, and Windows has no library of the process.
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_MOST_HEAPS, 1)
