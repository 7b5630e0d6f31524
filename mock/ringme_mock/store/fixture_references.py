"""References between the entries of fixtures, which must stay within one owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ringme_mock.store.collection import Entry, Key
from ringme_mock.store.store import Store
from ringme_spec.collections import CollectionRule
from ringme_spec.errors import raise_all

SCALARS = frozenset([str, int, bool, type(None)])


def label(rule: CollectionRule, entry: Entry) -> str:
    key = entry.get(rule.key, "missing")
    return f"{rule.key} {str(key)[:100] if type(key) in SCALARS else '?'}"


def check_references(
    store: Store, rule: CollectionRule, gone: Mapping[str, frozenset[Key]], where: str
) -> None:
    """Raise ConfigError for references to a missing entry, or to an entry of another owner."""
    links = {prop: reference.collection for prop, reference in rule.references.items()}
    lasting = {
        link.property: owner
        for owner, link in rule.within.items()
        if link.property and link.property not in links
    }

    def problems() -> Iterator[str]:
        for prop, other in {**links, **lasting}.items():
            # Only a reference that outlives the other entry may name a deleted one.
            excused = gone.get(other, frozenset()) if prop in lasting else frozenset()
            yield from _reference_problems(store, rule, (prop, other), excused, where)

    raise_all(problems())


def _reference_problems(
    store: Store,
    rule: CollectionRule,
    link: tuple[str, str],
    excused: frozenset[Key],
    where: str,
) -> Iterator[str]:
    prop, other = link
    shared = {
        owner: mine.property
        for owner, mine in rule.within.items()
        if mine.property
        and owner in store[other].rule.within
        and owner != other
        and mine.property not in rule.references
    }
    seen = set()
    for entry in store[rule.name].entries():
        found = (entry[prop], *(entry[name] for name in shared.values()))
        if found in seen:
            continue
        seen.add(found)
        key = entry[prop]
        if key is None or (key in excused and store[other].get(key) is None):
            continue
        target = store[other].get(key)
        place = f"{where}: {label(rule, entry)}: {prop}"
        if target is None:
            yield f"{place}: there is no {other} {key}"
            continue
        for owner, name in shared.items():
            theirs = store.owner_key(other, target, owner)
            if entry[name] != theirs:
                yield f"{place}: {other} {key} is of {owner} {theirs}, not of {entry[name]}"
