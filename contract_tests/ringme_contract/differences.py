"""Differences of two JSON values, path by path; entries of lists are matched by their key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

_SHOWN = 120
# The number of entries of a list above which only a part is compared.
_LONG = 500


@dataclass(frozen=True)
class Difference:
    """A path at which two values differ; `str` is a line such as `[id 3].name: expected ...`.

    `entry` is the innermost object around the path, `name` the last part of the path. `values` are
    the expected and the actual value, None where there is none.
    """

    where: str
    text: str
    name: str
    entry: Any
    values: tuple[Any, Any]

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


def cut(expected: Any, got: Any) -> tuple[Any, Any]:
    """Two values; long lists are cut to a part that shows the difference.

    A list of a target may have any length, and comparing looks at each entry many times.
    """
    lists = expected, got
    if not all(isinstance(one, list) for one in lists) or max(map(len, lists)) <= _LONG:
        return lists
    start = _alike(*lists)
    left = expected[start:], got[start:]
    end = _alike(*(reversed(one) for one in left))
    wanted, found = (one[: min(len(one) - end, _LONG)] for one in left)
    return wanted, found


def _alike(*lists: Iterable[Any]) -> int:
    """The number of equal entries at the beginning of two lists."""
    pairs = zip(*lists, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def differences(expected: object, got: object) -> list[Difference]:
    """All differences of two lists or objects; none for other values."""
    pair = plain(expected), plain(got)
    return list(_compare(*pair, "", None)) if type(pair[0]) is type(pair[1]) in (list, dict) else []


def plain(value: object) -> Any:
    """A value as JSON has it; its repr if JSON has no such value."""
    try:
        return json.loads(json.dumps(value, default=in_json, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def in_json(value: object) -> object:
    """The `default` of `json.dumps`: sets become sorted lists, anything else its repr."""
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return repr(value)


def _compare(expected: Any, got: Any, where: str, entry: Any) -> Iterator[Difference]:
    if expected == got:
        return
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in {**expected, **got}:
            inner = f"{where}.{name}" if where else name
            yield from _member(expected, got, name, inner, expected)
    elif isinstance(expected, list) and isinstance(got, list):
        yield from _lists(expected, got, where, entry)
    else:
        text = f"expected {_short(expected)}, got {_short(got)}"
        yield Difference(where, text, where.rpartition(".")[2], entry, (expected, got))


def _lists(expected: list[Any], got: list[Any], where: str, entry: Any) -> Iterator[Difference]:
    key = _key(expected, got)
    if key is None:
        for index, (one, other) in enumerate(zip(expected, got, strict=False)):
            yield from _compare(one, other, f"{where}[{index}]", entry)
        if len(expected) != len(got):
            text = f"expected {len(expected)} items, got {len(got)}"
            yield Difference(where, text, "", entry, (None, None))
        return
    wanted, found = ({one[key]: one for one in items} for items in (expected, got))
    for value, one in {**wanted, **found}.items():
        yield from _member(wanted, found, value, f"{where}[{key} {value}]", one)
    orders = [[value for value in items if value in wanted and value in found]
              for items in (wanted, found)]  # fmt: skip
    if orders[0] != orders[1]:
        text = f"expected the order {_short(orders[0])}, got {_short(orders[1])}"
        yield Difference(where, text, "order", entry, (None, None))


def _member(
    expected: dict[Any, Any], got: dict[Any, Any], key: Any, where: str, entry: Any
) -> Iterator[Difference]:
    name = "" if where.endswith("]") else str(key)
    if key not in got:
        text = f"missing, expected {_short(expected[key])}"
        yield Difference(where, text, name, entry, (expected[key], None))
    elif key not in expected:
        text = f"unexpected, got {_short(got[key])}"
        yield Difference(where, text, name, entry, (None, got[key]))
    else:
        yield from _compare(expected[key], got[key], where, entry)


def _key(*lists: list[Any]) -> str | None:
    """The first property that is unique in each list of objects; None without one."""
    entries = [one for items in lists for one in items]
    if not entries or not all(isinstance(one, dict) for one in entries):
        return None
    for name in sorted(entries[0], key=_rank):
        values = [[one.get(name) for one in items] for items in lists]
        if all(type(one) in (int, str) for some in values for one in some) and all(
            len(set(some)) == len(some) for some in values
        ):
            return str(name)
    return None


def _rank(name: str) -> tuple[bool, ...]:
    """Sorts `id` first, then uuids, then ids of other entries."""
    return name != "id", not name.endswith("uuid"), not name.endswith("id")


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
