"""Collections whose entries come from others: parts of a whole, and gathered entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PartOf:
    """Collection that a part belongs to: its lists show the part's entries, and keep deleted ones.

    `own` are properties of the part alone. They are null after the deletion of an entry, and always
    unless `shown`. `url` is the property with the URL of the entry's file.
    """

    collection: str
    own: Sequence[str] = ()
    shown: bool = True
    url: str | None = None


@dataclass(frozen=True)
class Pick:
    """Rule that picks one of the gathered entries: the first or last (`take`) that fits.

    `where` are the values that it must have by property. `by` is a property that decides the order
    instead; entries with null there do not count.
    """

    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    by: str | None = None
    take: str = "first"


@dataclass(frozen=True)
class Source:
    """Source of a value: a property of a picked entry, with other words for some of its values.

    If `value` is set, it is the value whenever such an entry exists.
    """

    pick: str
    property: str | None = None
    words: Mapping[Any, Any] | None = None
    value: Any = None


@dataclass(frozen=True)
class Seconds:
    """Whole seconds between two values of the entry itself; `otherwise` if one is null."""

    since: str
    until: str
    otherwise: int | None = None


@dataclass(frozen=True)
class Gathered:
    """Entries that are each made of all entries `of` a collection that share the value of `by`.

    `list` is the property with these entries. Values that `values` does not name come from the
    first of them.
    """

    of: str
    by: str
    list: str
    picks: Mapping[str, Pick]
    values: Mapping[str, tuple[Source, ...] | Seconds]


def read_gathered(node: dict[str, Any]) -> Gathered:
    """Read a `gathered`. Raises ValueError for a value of an unknown pick."""
    picks = {name: Pick(**one) for name, one in node.get("picks", {}).items()}
    values = {name: _read_value(one) for name, one in node.get("values", {}).items()}
    for name, value in values.items():
        for source in () if isinstance(value, Seconds) else value:
            if source.pick not in picks:
                raise ValueError(f"gathered.values.{name}: there is no pick {source.pick}")
    return Gathered(node["of"], node["by"], node["list"], picks, values)


def _read_value(node: Any) -> tuple[Source, ...] | Seconds:
    if isinstance(node, dict) and "since" in node:
        return Seconds(**node)
    return tuple(Source(**one) for one in (node if isinstance(node, list) else [node]))
