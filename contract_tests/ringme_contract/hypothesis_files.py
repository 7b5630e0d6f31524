"""Keeps Hypothesis from making a folder of its files, `.hypothesis`, where the kit is run."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import configuration

# It takes a place that cannot be written to for one without a cache.
_NOWHERE = Path(os.devnull) / "hypothesis"
_lock = threading.Lock()
_before: list[Path | None] = []


@contextmanager
def no_hypothesis_files() -> Iterator[None]:
    """For the checks of any thread; tests of somebody else that run later keep their files."""
    with _lock:
        _before.append(getattr(configuration, "__hypothesis_home_directory", None))
        configuration.set_hypothesis_home_dir(_NOWHERE)
    try:
        yield
    finally:
        with _lock:
            # The last one to end gives back what the first one found.
            configuration.set_hypothesis_home_dir(_before[0] if len(_before) == 1 else _NOWHERE)
            _before.pop()
