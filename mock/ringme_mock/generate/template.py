"""Templates of new entries, from `arrivals.yaml` and `bulk.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

from ringme_mock.errors import invalid
from ringme_mock.generate.makers import Make, Maker, Values, read_maker
from ringme_mock.store.collection import Entry
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError

# Names for the time of an entry, and for the entry before it.
AT = "at"
LAST = "last"
# Raised while an invalid value of the YAML is read.
_MISTAKES = (ValueError, KeyError, TypeError, IndexError, AttributeError, ZeroDivisionError)


class Template:
    """Makes the properties of entries of one collection.

    `given` are the names that requests may give beside the properties; `follows` maps the
    properties that they may not give to the names that determine them.
    """

    def __init__(
        self, contract: Contract, where: str, node: Mapping[str, Any], rule: CollectionRule
    ) -> None:
        given, draws = node.get("given", {}), node.get("draw", {})
        properties = {
            name: value for name, value in node["properties"].items() if name in rule.properties
        }
        makers: dict[str, Maker] = {}
        for name, value in {**draws, **given, **properties}.items():
            try:
                makers[name] = read_maker(value)
            except _MISTAKES as error:
                raise ConfigError(f"{where}: {name}: {error!r}") from None
        known = {AT, LAST, *node.get("in_turn", {}), *rule.within, *_settled(rule)}
        self.rule = rule
        self._where = where
        self._validator = contract.schemas.compile(rule.stored)
        self.given = (AT, *given)
        givable = {AT, *given, *properties}
        self.follows = {
            name: " and ".join(sorted(makers[name].needs & givable))
            for name in properties
            if makers[name].is_time
        }
        self._constants = {
            name: one.make({}, Random(0)) for name, one in makers.items() if one.constant
        }
        self._makers, self._known = makers, known
        self._first_steps: dict[tuple[str, ...], list[tuple[str, Make]]] = {}
        self._steps = self._steps_to(*makers)

    def _steps_to(self, *names: str) -> list[tuple[str, Make]]:
        """Order the makers of these names, and of all that they need."""
        ordered = _ordered(self._where, self._makers, self._known, names)
        return [(one, self._makers[one].make) for one in ordered if one not in self._constants]

    def draw(self, names: tuple[str, ...], values: Values, random: Random) -> Values:
        """Add these values to those that are given, and what they need. Raises ConfigError."""
        if names not in self._first_steps:
            self._first_steps[names] = self._steps_to(*names)
        values = {**self._constants, **values}
        self._take(self._first_steps[names], values, random)
        return values

    def make(self, values: Values, key: int | None, random: Random) -> Entry:
        """Make a valid entry from `values`, and from what the template makes of them.

        `key` is for collections with counted keys. Raises the 400 that names the field for an
        entry that does not fit the document, and ConfigError for an invalid template.
        """
        values = {**self._constants, **values}
        self._take(self._steps, values, random)
        if key is not None:
            values[self.rule.key] = key
        entry = {name: values[name] for name in self.rule.properties if name in values}
        if not self._validator.is_valid(entry):
            field, reason = next(self._validator.problems(entry))
            raise invalid(f"{field}: {reason}")
        return {name: entry.get(name) for name in self.rule.properties}

    def _take(self, steps: list[tuple[str, Make]], values: Values, random: Random) -> None:
        name = ""
        try:
            for name, make in steps:
                if name not in values:
                    values[name] = make(values, random)
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{self._where}: {name}: {error!r}") from None


def _settled(rule: CollectionRule) -> list[str]:
    """List the properties that are known before a template makes anything."""
    found = [link.property for link in rule.within.values() if link.property]
    return [*found, rule.content.file, rule.content.size] if rule.content else found


def _ordered(
    where: str, makers: Mapping[str, Maker], known: set[str], names: Iterable[str]
) -> Iterator[str]:
    """Order the names, with what they need before them. Raises ConfigError for a circle."""
    done: set[str] = set()
    begun: list[str] = []

    def visit(name: str) -> Iterator[str]:
        if name in done or (name not in makers and name in known):
            return
        if name not in makers:
            raise ConfigError(f"{where}: {begun[-1]}: there is no {name}")
        if name in begun:
            raise ConfigError(f"{where}: {name}: needs itself, by way of {', '.join(begun)}")
        begun.append(name)
        for needed in sorted(makers[name].needs):
            yield from visit(needed)
        begun.pop()
        done.add(name)
        yield name

    for name in names:
        yield from visit(name)
