"""The search for reference cycles, paused while much is loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cycle_search_paused() -> Iterator[None]:
    """Look for no reference cycles within; all else is freed as ever.

    A big load sets the search off again and again, which then goes through all its objects and
    finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
