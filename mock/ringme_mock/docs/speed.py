"""Results of `bench/`, for their page."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from ringme_spec.errors import ConfigError
from ringme_spec.paths import SPEC

RESULTS = SPEC.parent / "bench" / "results"
_MOCK = "mock"
# The ratio that no action should exceed as the data grows, and the top of its chart.
TARGET = 1.5
_TOP = 3.0
_LOW, _HIGH = 4.0, 96.0
# The longest bar is so many times the mock's; others are cut.
MOST_BARS = 30
# Files that `bench/` writes, each None if it did not.
_FILES = ("compare", "peers", "growth", "load", "soak", "fuzz")
Point = tuple[float, float]
Result = dict[str, Any]


def read_speed(folder: Path = RESULTS) -> dict[str, Any]:
    """Read the results in a folder, with figures derived from them.

    Raises ConfigError for a file that is none.
    """
    found = {name: _read(folder / f"{name}.json") for name in _FILES}
    load = found["load"] or {"answers": {}, "sessions": []}
    kinds = ("create", "rename", "delete")
    return {
        **found,
        "any": any(found.values()),
        "target_height": _height(TARGET),
        "writes": sum(count for kind, count in load["answers"].items() if kind.startswith(kinds)),
        # Writes that were wrong afterwards.
        "lost": sum(one["lost"] + one["unexpected"] for one in load["sessions"]),
    }


def bars(result: Result, kind: str) -> list[Result]:
    """List the servers of a comparison for one request, the cheapest first, lengths in percent."""
    found = [
        (one["name"], one["requests"][kind]) for one in result["servers"] if kind in one["requests"]
    ]
    found.sort(key=lambda one: _cpu(one[1]))
    longest = max((_cpu(figures) for _, figures in found), default=1.0)
    for name, figures in found:
        if name == _MOCK:
            longest = min(longest, _cpu(figures) * MOST_BARS)
    return [
        {
            "name": name,
            "own": name == _MOCK,
            "length": min(100.0, round(_cpu(figures) / longest * 100, 1)),
            "is_cut": _cpu(figures) > longest,
            "figures": figures,
        }
        for name, figures in found
    ]


def curves(series: Result) -> list[Result]:
    """Draw the cost of each action with few and many items, in a square of 100."""
    step = (_HIGH - _LOW) / (len(series["counts"]) - 1 or 1)
    return [
        {
            "name": action["name"],
            "first": action["us"][0],
            "last": action["us"][-1],
            "ratio": max(action["ratio"]),
            "points": [
                (round(_LOW + step * place, 1), _height(ratio))
                for place, ratio in enumerate(action["ratio"])
            ],
        }
        for action in series["actions"]
    ]


def soak_points(result: Result) -> list[Point]:
    """Draw the memory over the time of a soak, in a square of 100 from zero memory."""
    samples = result["samples"]
    longest = max(one["minutes"] for one in samples)
    most = max(one["memory_mb"] for one in samples)
    return [
        (
            round(_LOW + (_HIGH - _LOW) * one["minutes"] / longest, 1),
            round(_HIGH - (_HIGH - _LOW) * one["memory_mb"] / most, 1),
        )
        for one in samples
    ]


def response_kinds(part: Result) -> dict[str, int]:
    """Count the responses of a part of a hostile run by kind, such as 4xx."""
    kinds: Counter[str] = Counter()
    for status, count in part["statuses"].items():
        kinds[f"{status[0]}xx" if status != "0" else "no response"] += count
    return dict(sorted(kinds.items()))


def _cpu(figures: Result) -> float:
    return float(figures["cpu_us"]["median"])


def _height(ratio: float) -> float:
    """Place a ratio in its chart: 0 at the bottom, more than `_TOP` at the top."""
    return round(_HIGH - (_HIGH - _LOW) * min(ratio, _TOP) / _TOP, 1)


def _read(path: Path) -> Result | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or "conditions" not in found:
            raise ValueError
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise ConfigError(f"{path}: is not a result of make bench") from None
    return found
