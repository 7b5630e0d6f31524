"""What a new entry is made of, as the document says: worked out once for an operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ringme_mock.collection_rule import CollectionRule
from ringme_mock.shape import Body

Entry: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Blueprint:
    """Where the properties of a new entry come from, beside what is sent.

    `constant` holds all of them in order, those that nobody can know before the request as None.
    Of these `copied` come from an owner in the path (property, owner, property there), and `now`
    are the moment of the request.
    """

    constant: Entry
    copied: tuple[tuple[str, str, str], ...]
    now: tuple[str, ...]

    def build(self, sent: Entry, owners: Mapping[str, Entry], moment: Callable[[], str]) -> Entry:
        """A new entry from what was sent, the owners in the path by collection, and the time."""
        entry = self.constant.copy()
        for prop, owner, there in self.copied:
            entry[prop] = owners[owner][there]
        for prop in self.now:
            entry[prop] = moment()
        for prop, value in sent.items():
            if prop in entry:
                entry[prop] = value
        return entry


def draw(
    rule: CollectionRule,
    body: Body | None,
    where: Mapping[str, Any],
    owners: Sequence[CollectionRule],
) -> Blueprint:
    """The blueprint for entries of a collection that come with such a body.

    `where` are values that all entries of the operation have, `owners` those in its path.
    """
    initial = rule.initial
    # What comes first here gives way to what comes behind it.
    sources: dict[str, Any] = {
        **dict.fromkeys(rule.properties),
        **{name: source for name, source in initial.items() if name in rule.properties},
    }
    for owner in reversed(owners):
        prop = rule.owner_property(owner.name)
        if prop in sources:
            sources[prop] = {"copy": f"{owner.name}.{owner.key}"}
    constants = {**where, **(body.defaults if body else {})}
    sources.update({name: value for name, value in constants.items() if name in sources})
    copied, now = [], []
    for name, source in sources.items():
        if name in constants or not isinstance(source, dict):
            continue
        sources[name] = None
        if "now" in source:
            now.append(name)
        else:
            owner_name, prop = source["copy"].split(".")
            copied.append((name, owner_name, prop))
    return Blueprint(sources, tuple(copied), tuple(now))
