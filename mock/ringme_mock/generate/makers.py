"""Makers of the values in `arrivals.yaml` and `bulk.yaml`."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from string import Formatter
from typing import Any

from ringme_mock.errors import invalid
from ringme_mock.generate.datetimes import datetime_text
from ringme_spec.document import read_yaml

Values = dict[str, Any]
# Makes a value from others.
Maker = Callable[[Values, Random], Any]

LISTS = Path(__file__).with_name("lists.yaml")
_lists = cache(lambda: read_yaml(LISTS))
_ONE_NAME = re.compile(r"\{([\w.]+)\}")


def read_maker(node: Any) -> Maker:
    """Read a value of the YAML. Raises ValueError, KeyError or TypeError for an invalid one."""
    if isinstance(node, str):
        return _text(node)
    if not isinstance(node, dict):
        return lambda values, random: node
    kind = next(iter(node), None)
    if kind not in _KINDS:
        raise ValueError(f"unknown kind of value {kind}; known: {', '.join(_KINDS)}")
    return _KINDS[kind](node)


def is_constant(node: Any) -> bool:
    """Tell if a value does not depend on others."""
    return not isinstance(node, dict) and "{" not in str(node)


def _text(text: str) -> Maker:
    alone = _ONE_NAME.fullmatch(text)
    if alone:
        find = _find(alone[1])
        return lambda values, random: find(values)
    parts: list[str | tuple[Callable[[Values], Any], str]] = []
    for before, name, form, _ in Formatter().parse(text):
        if before:
            parts.append(before)
        if name is not None:
            parts.append((_find(name), form or ""))
    return lambda values, random: "".join(
        [part if isinstance(part, str) else _shown(part[0](values), part[1]) for part in parts]
    )


def _shown(value: Any, form: str) -> str:
    return "" if value is None else format(value, form)


def _find(name: str) -> Callable[[Values], Any]:
    """Make a lookup of a name, such as `extension.name`."""
    first, _, second = name.partition(".")
    if not second:
        return lambda values: values[first]

    def find(values: Values) -> Any:
        mapping = values[first]
        return None if mapping is None else mapping.get(second)

    return find


def _choose(node: dict[str, Any]) -> Maker:
    options = list(node["choose"])
    weights = list(accumulate(map(float, node["choose"].values())))
    total, last = weights[-1], len(options) - 1
    return lambda values, random: options[bisect(weights, random.random() * total, 0, last)]


def _number(node: dict[str, Any]) -> Maker:
    low, high = node["number"]
    if not low <= high:
        raise ValueError(f"{low} to {high} contains no number")
    if "average" not in node:
        return lambda values, random: random.randint(low, high)
    rate = 1 / (node["average"] - low)
    return lambda values, random: min(high, low + int(random.expovariate(rate)))


def _pattern(node: dict[str, Any]) -> Maker:
    runs: list[str] = re.findall(r"#+|X+|x+|[^#Xx]+", node["pattern"])
    parts = [_run(run) for run in runs]
    return lambda values, random: "".join([part(random) for part in parts])


def _run(run: str) -> Callable[[Random], str]:
    """Make a function that turns a run of one character into random digits."""
    if run[0] not in "#Xx":
        return lambda random: run
    length = len(run)
    if run[0] == "#":
        return lambda random: f"{random.randrange(10**length):0{length}d}"
    form = f"0{length}{run[0]}"
    return lambda random: format(random.getrandbits(4 * length), form)


def times_of(node: Any) -> list[str]:
    """Name the values that a time is made of; empty for a value of another kind."""
    is_time = isinstance(node, dict) and "time" in node
    return [node["time"], *node.get("plus", [])] if is_time else []


def _time(node: dict[str, Any]) -> Maker:
    (name, *later), form = times_of(node), node.get("format")
    hundredths = node.get("hundredths", False)

    def make(values: Values, random: Random) -> str:
        at: datetime = values[name]
        if later:
            try:
                at += timedelta(seconds=sum([values[one] for one in later]))
            except OverflowError:
                raise invalid(f"{', '.join(later)}: ends after the year 9999") from None
        return at.strftime(form) if form else datetime_text(at, hundredths)

    return make


def _part(node: dict[str, Any]) -> Maker:
    find, after = _find(node["part"]), node["after"]
    return lambda values, random: (find(values) or "").rpartition(after)[2]


def _first(node: dict[str, Any]) -> Maker:
    found = [_find(name) for name in node["first"]]
    return lambda values, random: next(filter(None, (one(values) for one in found)), "")


def _by(node: dict[str, Any]) -> Maker:
    find = _find(node["by"])
    cases = {value: read_maker(one) for value, one in node["is"].items()}
    other = read_maker(node.get("else"))
    return lambda values, random: cases.get(find(values), other)(values, random)


def _turn(node: dict[str, Any]) -> Maker:
    options, find = node["turn"], _find(node["of"])
    behind = dict(zip(options, options[1:] + options[:1], strict=True))
    return lambda values, random: behind.get(find(values), options[0])


def _pick(node: dict[str, Any]) -> Maker:
    options = read_list(node["pick"])
    return lambda values, random: random.choice(options)


def read_list(name: str) -> list[Any]:
    """Find a list of `lists.yaml`. Raises KeyError for an unknown one."""
    found: list[Any] = _lists()[name]
    return found


_KINDS: dict[str, Callable[[dict[str, Any]], Maker]] = {
    "choose": _choose,
    "number": _number,
    "pattern": _pattern,
    "time": _time,
    "part": _part,
    "first": _first,
    "by": _by,
    "turn": _turn,
    "pick": _pick,
}
