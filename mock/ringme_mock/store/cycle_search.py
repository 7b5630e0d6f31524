"""The search for reference cycles: paused while much is loaded, and seldom while requests come."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Of objects that are made and stay, until the next search.
_SELDOM = 10_000


def search_cycles_seldom() -> None:
    """Search more seldom in this process, and only what is made from now on.

    Requests leave next to no cycles, but each search goes through all that the journal has got.
    """
    gc.freeze()
    gc.set_threshold(_SELDOM)


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
