"""Results of `bench/`, for their page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ringme_spec.errors import ConfigError
from ringme_spec.paths import SPEC

RESULTS = SPEC.parent / "bench" / "results"
# Files that `bench/` writes, each None if it did not.
_FILES = ("compare", "peers", "growth", "load", "soak", "fuzz")


def read_speed(folder: Path = RESULTS) -> dict[str, Any]:
    """Read the results in a folder. Raises ConfigError for a file that is none."""
    return {name: _read(folder / f"{name}.json") for name in _FILES}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or "conditions" not in found:
            raise ValueError
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise ConfigError(f"{path}: is not a result of make bench") from None
    return found
