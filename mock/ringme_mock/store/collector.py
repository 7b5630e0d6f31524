"""Python's cycle collector, which a big load sets off again and again without need."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Look for no reference cycles within; all else is freed as ever.

    For work that makes very many objects which stay, and no cycles: each search goes through all
    of them and finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
