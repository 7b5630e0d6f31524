"""Results as files that the documentation shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ringme_bench.errors import BenchError
from ringme_bench.process import BENCH

RESULTS = BENCH / "results"


def write_result(folder: Path, name: str, result: dict[str, Any]) -> Path:
    """Writes one result, in place of the former one of this name.

    Raises BenchError if that cannot be.
    """
    path = folder / f"{name}.json"
    text = json.dumps(result, indent=1, ensure_ascii=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise BenchError(f"{path}: cannot be written: {error.strerror}") from None
    return path
