"""Tuning of Python's garbage collector: paused during big loads, rare while requests are served."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Number of new objects that start the next search.
_SELDOM = 10_000


def search_cycles_seldom() -> None:
    """Run the collector less often in this process, and only over objects made from now on.

    Requests leave hardly any reference cycles, but each run goes through the whole journal.
    """
    gc.freeze()
    gc.set_threshold(_SELDOM)


@contextmanager
def cycle_search_paused() -> Iterator[None]:
    """Pause the search for reference cycles; objects without cycles are still freed.

    A big load would start the search again and again, and each run would go through all new objects
    for nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
