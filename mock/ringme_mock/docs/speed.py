"""What `bench/` measured last, for the page that shows it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from ringme_spec.errors import ConfigError
from ringme_spec.paths import SPEC

RESULTS = SPEC.parent / "bench" / "results"
_MOCK = "mock"
# The line that no action should cross as the data grows, at this height of its little chart.
TARGET = 1.5
_TOP = 3.0
_LOW, _HIGH = 4.0, 96.0
# So many times the mock's is the longest bar: what is longer would leave nothing of the others.
MOST_BARS = 30
Point = tuple[float, float]


@dataclass(frozen=True)
class Bar:
    """A server with one request: its figures, and the length of its bar in percent.

    The bar of one `is_cut` would be longer than 100.
    """

    name: str
    own: bool
    length: float
    is_cut: bool
    figures: dict[str, Any]


@dataclass(frozen=True)
class Curve:
    """What an action costs with few and many items; its points lie in a square of 100."""

    name: str
    first: float
    last: float
    ratio: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Speed:
    """The results of a folder, each as `bench/` has written it, or None where it has not."""

    compare: dict[str, Any] | None
    peers: dict[str, Any] | None
    growth: dict[str, Any] | None
    load: dict[str, Any] | None
    soak: dict[str, Any] | None
    fuzz: dict[str, Any] | None

    @cached_property
    def any(self) -> bool:
        """Whether there is a result at all."""
        return any((self.compare, self.peers, self.growth, self.load, self.soak, self.fuzz))

    @property
    def target_height(self) -> float:
        """Where the line of the target lies in the chart of a curve, in percent."""
        return _height(TARGET)

    @property
    def writes(self) -> int:
        """How many writes there were under load."""
        kinds = ("create", "rename", "delete")
        answers = self.load["answers"] if self.load else {}
        return sum(number for kind, number in answers.items() if kind.startswith(kinds))

    @property
    def lost(self) -> int:
        """How many of them were not there afterwards as they have to be."""
        sessions = self.load["sessions"] if self.load else []
        return sum(one["lost"] + one["unexpected"] for one in sessions)


def read_speed(folder: Path = RESULTS) -> Speed:
    """The results in a folder. Raises ConfigError for a file that is none."""
    return Speed(**{one.name: _read(folder / f"{one.name}.json") for one in fields(Speed)})


def bars(result: dict[str, Any], kind: str) -> list[Bar]:
    """The servers of a comparison with one request, in the order of what they take for it."""
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
    """The actions of a series of growth."""
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


def lines(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    """From each point to the next."""
    return list(pairwise(points))


def soak_points(result: dict[str, Any]) -> list[Point]:
    """The memory over the time of a soak, in a square of 100 that begins with no memory."""
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


def answer_kinds(part: dict[str, Any]) -> dict[str, int]:
    """How many answers of each kind a part of a hostile run had."""
    kinds: Counter[str] = Counter()
    for status, count in part["statuses"].items():
        kinds[f"{status[0]}xx" if status != "0" else "without an answer"] += count
    return dict(sorted(kinds.items()))


def _cpu(figures: dict[str, Any]) -> float:
    return float(figures["cpu_us"]["median"])


def _height(ratio: float) -> float:
    """Where a ratio lies: 0 at the bottom, what is more than the chart holds at its top."""
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
