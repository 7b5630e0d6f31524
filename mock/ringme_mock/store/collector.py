"""Python's search for garbage, which a big load sets off again and again without need."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made more than freed until the youngest are searched, and how often the older ones are.
_THRESHOLDS = (20_000, 20, 20)


@contextmanager
def paused() -> Iterator[None]:
    """No search for reference cycles within; what is let go of is freed as ever.

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


def take_over() -> None:
    """For a process that does nothing from now on but answer requests.

    What was made so far stays, and need not be searched again. Requests leave no cycles behind,
    yet what they make sets off a search each few dozen of them, which is far too often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def settle() -> None:
    """Has no later search go through what is there now, and stays.

    Only where that was done before, as by a mock that has the process for itself: objects that
    are set aside so are never searched again, and those of others are not to be.
    """
    if gc.get_freeze_count():
        gc.collect(1)
        gc.freeze()
