"""Results of `bench/`, for their page."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, fields
from functools import cached_property
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
Point = tuple[float, float]


@dataclass(frozen=True)
class Bar:
    """A server with one request: its figures, and the length of its bar in percent."""

    name: str
    own: bool
    length: float
    is_cut: bool
    figures: dict[str, Any]


@dataclass(frozen=True)
class Curve:
    """The costs of an action with few and many items; its points lie in a square of 100."""

    name: str
    first: float
    last: float
    ratio: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Speed:
    """The results of a folder, each as `bench/` wrote it, or None if it did not."""

    compare: dict[str, Any] | None
    peers: dict[str, Any] | None
    growth: dict[str, Any] | None
    load: dict[str, Any] | None
    soak: dict[str, Any] | None
    fuzz: dict[str, Any] | None

    @cached_property
    def any(self) -> bool:
        return any((self.compare, self.peers, self.growth, self.load, self.soak, self.fuzz))

    @property
    def target_height(self) -> float:
        return _height(TARGET)

    @property
    def writes(self) -> int:
        kinds = ("create", "rename", "delete")
        responses = self.load["answers"] if self.load else {}
        return sum(number for kind, number in responses.items() if kind.startswith(kinds))

    @property
    def lost(self) -> int:
        """The number of writes that were wrong afterwards."""
        sessions = self.load["sessions"] if self.load else []
        return sum(one["lost"] + one["unexpected"] for one in sessions)


def read_speed(folder: Path = RESULTS) -> Speed:
    """Read the results in a folder. Raises ConfigError for a file that is none."""
    return Speed(**{one.name: _read(folder / f"{one.name}.json") for one in fields(Speed)})


def bars(result: dict[str, Any], kind: str) -> list[Bar]:
    """List the servers of a comparison for one request, the cheapest first."""
    found = [
        (one["name"], one["requests"][kind]) for one in result["servers"] if kind in one["requests"]
    ]
    found.sort(key=lambda one: _cpu(one[1]))
    longest = max((_cpu(figures) for _, figures in found), default=1.0)
    for name, figures in found:
        if name == _MOCK:
            longest = min(longest, _cpu(figures) * MOST_BARS)
    return [
        Bar(
            name,
            name == _MOCK,
            min(100.0, round(_cpu(figures) / longest * 100, 1)),
            _cpu(figures) > longest,
            figures,
        )
        for name, figures in found
    ]


def curves(series: dict[str, Any]) -> list[Curve]:
    places = len(series["counts"]) - 1 or 1
    wide = _HIGH - _LOW
    return [
        Curve(
            action["name"],
            action["us"][0],
            action["us"][-1],
            max(action["ratio"]),
            tuple(
                (round(_LOW + wide * place / places, 1), _height(ratio))
                for place, ratio in enumerate(action["ratio"])
            ),
        )
        for action in series["actions"]
    ]


def soak_points(result: dict[str, Any]) -> list[Point]:
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


def response_kinds(part: dict[str, Any]) -> dict[str, int]:
    """Count the responses of a part of a hostile run by kind, such as 4xx."""
    kinds: Counter[str] = Counter()
    for status, count in part["statuses"].items():
        kinds[f"{status[0]}xx" if status != "0" else "no response"] += count
    return dict(sorted(kinds.items()))


def _cpu(figures: dict[str, Any]) -> float:
    return float(figures["cpu_us"]["median"])


def _height(ratio: float) -> float:
    """Place a ratio in its chart: 0 at the bottom, more than `_TOP` at the top."""
    return round(_HIGH - (_HIGH - _LOW) * min(ratio, _TOP) / _TOP, 1)


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
