"""Collections whose entries are made of others: parts of a whole, and what is gathered of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PartOf:
    """Collection that entries belong to as well: its lists show them, and they outlive theirs.

    `own` are properties of the part alone: null once the entry has been deleted, and before that,
    too, unless they are `shown`. `url` is the property with the URL of its file.
    """

    collection: str
    own: Sequence[str] = ()
    shown: bool = True
    url: str | None = None


@dataclass(frozen=True)
class Pick:
    """One of the gathered entries: the first of those that fit, or the last (`take`).

    `where` are the values that it must have by property. `by` is a property that they are compared
    by instead of their order, which must not be null.
    """

    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    by: str | None = None
    take: str = "first"


@dataclass(frozen=True)
class Source:
    """Source of a value: a property of a picked entry, with other words for some of its values.

    Where `value` is set, that is the value if there is such an entry.
    """

    pick: str
    property: str | None = None
    words: Mapping[Any, Any] | None = None
    value: Any = None


@dataclass(frozen=True)
class Seconds:
    """Whole seconds between two values of the entry itself; `otherwise` where one is null."""

    since: str
    until: str
    otherwise: int | None = None


@dataclass(frozen=True)
class Gathered:
    """Entries that are made of all entries `of` a collection that share the value of `by`.

    `list` is the property that holds these. A value that `values` does not name is that of the
    first of them.
    """

    of: str
    by: str
    list: str
    picks: Mapping[str, Pick]
    values: Mapping[str, tuple[Source, ...] | Seconds]


def read_gathered(node: dict[str, Any]) -> Gathered:
    """Read a `gathered`. Raises ValueError for a value of a pick that there is not."""
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
