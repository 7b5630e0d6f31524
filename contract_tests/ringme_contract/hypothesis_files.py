"""Keeps the files of Hypothesis in the user's cache, not in `.hypothesis` of the working folder.

The files are tables that depend on no run and take a second to make.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hypothesis import configuration

_lock = threading.Lock()
_before: list[Path | None] = []


@contextmanager
def hypothesis_files() -> Iterator[None]:
    """Uses the cache while any thread is within; other tests keep their own folder."""
    with _lock:
        _before.append(getattr(configuration, "__hypothesis_home_directory", None))
        configuration.set_hypothesis_home_dir(_cache())
    try:
        yield
    finally:
        with _lock:
            # The last one to end restores the folder that the first one found.
            configuration.set_hypothesis_home_dir(_before[0] if len(_before) == 1 else _cache())
            _before.pop()


def _cache() -> Path:
    """The folder in the user's cache. Hypothesis works without it if it cannot write there."""
    home = Path(os.devnull)
    with suppress(RuntimeError):
        home = Path.home()
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "ringme-contract"
