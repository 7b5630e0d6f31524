"""Templates of new entries, from `arrivals.yaml` and `bulk.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from ringme_mock.errors import invalid
from ringme_mock.generate.makers import Maker, Values, is_constant, read_maker, times_of
from ringme_mock.store.collection import Entry
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError

# Names for the time of an entry, and for the entry before it.
AT = "at"
LAST = "last"
# Exceptions of reading an invalid value of the YAML.
_MISTAKES = (ValueError, KeyError, TypeError, IndexError, AttributeError, ZeroDivisionError)


class Draft(dict[str, Any]):
    """Values of a new entry, each made on first use. Raises KeyError for unknown names."""

    __slots__ = ("_makers", "_random")

    def __init__(self, values: Values, makers: Mapping[str, Maker], random: Random) -> None:
        super().__init__(values)
        self._makers = makers
        self._random = random

    def __missing__(self, name: str) -> Any:
        if name not in self._makers:
            raise KeyError(f"there is no {name}")
        value = self[name] = self._makers[name](self, self._random)
        return value


class Template:
    """Template of the entries of one collection.

    `given` are the names that requests may give besides the properties. `follows` maps the
    properties that they may not give to the names that determine them.
    """

    def __init__(
        self, contract: Contract, where: str, node: Mapping[str, Any], rule: CollectionRule
    ) -> None:
        properties = {
            name: value for name, value in node["properties"].items() if name in rule.properties
        }
        self._makers: dict[str, Maker] = {}
        self._constants: Values = {}
        for name, value in {**node.get("draw", {}), **node.get("given", {}), **properties}.items():
            try:
                self._makers[name] = read_maker(value)
            except _MISTAKES as error:
                raise ConfigError(f"{where}: {name}: {error!r}") from None
            if is_constant(value):
                self._constants[name] = value
        self.rule = rule
        self._where = where
        self._validator = contract.schemas.compile(rule.stored)
        self.given = (AT, *node.get("given", {}))
        self.follows = {
            name: " and ".join(sorted({*times_of(value)} & {*self.given, *properties}))
            for name, value in properties.items()
            if times_of(value)
        }

    def draft(self, values: Values, random: Random) -> Draft:
        return Draft({**self._constants, **values}, self._makers, random)

    def make(self, values: Draft, key: int | None) -> Entry:
        """Make a valid entry from a draft.

        `key` is for collections with counted keys. Raises the 400 that names the field if the entry
        does not fit the document, and ConfigError for an invalid template.
        """
        if key is not None:
            values[self.rule.key] = key
        entry, name = {}, ""
        try:
            for name in self.rule.properties:
                if name in values or name in self._makers:
                    entry[name] = values[name]
        except RecursionError:
            raise ConfigError(f"{self._where}: {name}: depends on itself") from None
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{self._where}: {name}: {error!r}") from None
        if not self._validator.is_valid(entry):
            field, reason = next(self._validator.problems(entry))
            raise invalid(f"{field}: {reason}")
        if len(entry) < len(self.rule.properties):
            entry = {name: entry.get(name) for name in self.rule.properties}
        return entry
