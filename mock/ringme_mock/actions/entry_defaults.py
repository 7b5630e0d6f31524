"""Values of a new entry that are not sent, prepared once per operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ringme_spec.operations import Operation

Entry: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class EntryDefaults:
    """Sources of the properties of a new entry.

    `constant` holds all properties in order, those that depend on the request as None: `copied`
    come from an owner in the path (property, owner, property there), `now` are its time.
    """

    constant: Entry
    copied: tuple[tuple[str, str, str], ...]
    now: tuple[str, ...]

    def build(self, sent: Entry, owners: Mapping[str, Entry], moment: Callable[[], str]) -> Entry:
        """Make an entry from the sent values, the owners by collection, and the time."""
        entry = self.constant.copy()
        for prop, owner, there in self.copied:
            entry[prop] = owners[owner][there]
        for prop in self.now:
            entry[prop] = moment()
        for prop, value in sent.items():
            if prop in entry:
                entry[prop] = value
        return entry


def entry_defaults(operation: Operation) -> EntryDefaults:
    rule, body = operation.collection, operation.body
    owners = operation.path_collections
    if operation.ends_at_item:
        owners = owners[:-1]
    initial = rule.initial
    # Later sources override earlier ones.
    sources: dict[str, Any] = {
        **dict.fromkeys(rule.properties),
        **{name: source for name, source in initial.items() if name in rule.properties},
    }
    for owner in reversed(owners):
        prop = rule.owner_property(owner.name)
        if prop in sources:
            sources[prop] = {"copy": f"{owner.name}.{owner.key}"}
    constants = {**operation.where, **(body.defaults if body else {})}
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
    return EntryDefaults(sources, tuple(copied), tuple(now))
