"""Selection of checks by layer and rule; `no:NAME` leaves one out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from ringme_contract.check import LAYERS, Check
from ringme_contract.profiles import SMOKE
from ringme_spec.errors import ConfigError

_NOT = "no:"


def choose(
    checks: list[Check], layers: Iterable[str], rules: Iterable[str], known_rules: Collection[str]
) -> list[Check]:
    """The checks of these layers and rules, of all where none is named. Raises ConfigError."""
    strange = [check.id for check in checks if check.rule not in known_rules]
    if strange:
        raise ConfigError(f"the document lacks the rule of {strange[0]}")
    chosen_layers = _chosen("layer", layers, LAYERS)
    chosen_rules = _chosen("rule", rules, known_rules)
    chosen = [one for one in checks if one.layer in chosen_layers and one.rule in chosen_rules]
    if not chosen:
        raise ConfigError("there is no check to run for these layers and rules")
    return chosen


def _chosen(sort: str, names: Iterable[str], known: Collection[str]) -> set[str]:
    """The names of one sort, or all without those that are left out."""
    wanted: set[str] = set()
    unwanted: set[str] = set()
    for name in names:
        plain = name.removeprefix(_NOT)
        (unwanted if plain != name else wanted).add(plain)
        if plain not in known:
            near = get_close_matches(plain, known, 3, 0.5)
            listed = f"nearest: {', '.join(near)}" if near else "`ringme-contract rules` lists them"
            if sort == "layer":
                listed = f"layers: {', '.join(known)}"
            raise ConfigError(f"--{sort} {name}: there is no {sort} {plain!r}; {listed}")
    return (wanted or set(known)) - unwanted


def in_profile(checks: list[Check], profile: str) -> list[Check]:
    """The checks of a profile; smoke has those marked for it, or else the first of a rule."""
    if profile != SMOKE:
        return checks
    marked = {one.rule for one in checks if one.smoke}
    first = {one.rule: one for one in reversed(checks)}
    return [
        one for one in checks if one.smoke or (one.rule not in marked and one is first[one.rule])
    ]
