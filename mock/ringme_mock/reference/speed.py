"""What `bench/` measured last, for the page that shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ringme_mock.errors import StartError
from ringme_mock.paths import SPEC

RESULTS = SPEC.parent / "bench" / "results"
_MOCK = "mock"
# The line that no action should cross as the data grows, at this height of its little chart.
TARGET = 1.5
_TOP = 3.0
_LOW, _HIGH = 4.0, 96.0


@dataclass(frozen=True)
class Bar:
    """A server with one request: its figures, and the length of its bar in percent."""

    name: str
    own: bool
    length: float
    figures: dict[str, Any]


@dataclass(frozen=True)
class Curve:
    """What an action costs with few and many items; its points lie in a square of 100."""

    name: str
    first: float
    last: float
    ratio: float
    points: tuple[tuple[float, float], ...]

    @property
    def lines(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """From each point to the next."""
        return list(zip(self.points, self.points[1:], strict=False))


@dataclass(frozen=True)
class Speed:
    """The results of a folder, each as `bench/` has written it, or None where it has not."""

    compare: dict[str, Any] | None
    peers: dict[str, Any] | None
    growth: dict[str, Any] | None
    load: dict[str, Any] | None
    soak: dict[str, Any] | None

    @cached_property
    def any(self) -> bool:
        """Whether there is a result at all."""
        return any((self.compare, self.peers, self.growth, self.load, self.soak))

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
    """The results in a folder. Raises StartError for a file that is none."""
    names = ("compare", "peers", "growth", "load", "soak")
    return Speed(**{name: _read(folder / f"{name}.json") for name in names})


def bars(result: dict[str, Any], kind: str) -> list[Bar]:
    """The servers of a comparison with one request, in the order of what they take for it."""
    found = [
        (one["name"], one["requests"][kind]) for one in result["servers"] if kind in one["requests"]
    ]
    found.sort(key=lambda one: float(one[1]["cpu_us"]["median"]))
    longest = found[-1][1]["cpu_us"]["median"] if found else 1
    return [
        Bar(name, name == _MOCK, round(figures["cpu_us"]["median"] / longest * 100, 1), figures)
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


def soak_points(result: dict[str, Any]) -> list[tuple[float, float]]:
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
        raise StartError(f"{path}: is not a result of make bench") from None
    return found
