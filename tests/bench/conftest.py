"""Access to the modules of `bench/`, which is not installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def from_bench(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Return a function that imports a module of the benchmarks by name."""
    monkeypatch.syspath_prepend(str(BENCH))
    return lambda name: import_module(f"ringme_bench.{name}")
