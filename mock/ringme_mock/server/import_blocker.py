"""Import blocker for big packages that are never used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def block_import(module: str) -> Iterator[None]:
    """Make a module look not installed, unless it is imported already.

    For modules that their own package treats as optional.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]
