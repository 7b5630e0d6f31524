"""Collections that every check needs, found in the document whatever their names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ringme_contract.verdict import NotOffered
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation


class Roles:
    """Names of collections and properties; each raises NotOffered if the document has none."""

    def __init__(self, contract: Contract) -> None:
        self._collections = contract.collections
        self._operations = list(contract.operations.values())

    @cached_property
    def users(self) -> str:
        return self._current.collection.name

    @cached_property
    def clients(self) -> str:
        """The collection of clients: a path can name an entry of it as the caller's own."""
        owners = (one for each in self._operations for one in each.entry_parameters)
        return _first((str(one.collection) for one in owners if one.me), "clients")

    @cached_property
    def own_client(self) -> str:
        """The word in a path that stands for the key of the caller's own client."""
        owners = (one for each in self._operations for one in each.entry_parameters)
        return _first((one.me for one in owners if one.me), "clients")

    @cached_property
    def numbers(self) -> str:
        rules = self._collections.values()
        return _first((one.name for one in rules if one.numbering), "numbers")

    @cached_property
    def home(self) -> str:
        """The property of a number that is the key of its group."""
        owners = self._current.resource["owners"]
        references = self._collections[self.numbers].references.items()
        found = (name for name, one in references if one.collection in owners)
        return _first(found, "groups")

    @cached_property
    def groups(self) -> str:
        return self._collections[self.numbers].references[self.home].collection

    @cached_property
    def _current(self) -> Operation:
        return next(one for one in self._operations if one.action == "current")

    def of_number(self, rule: CollectionRule) -> str | None:
        """The property of an item that is the key of its number."""
        return rule.owner_property(self.numbers)


def _first(names: Iterator[str], what: str) -> str:
    found = next(names, None)
    if found is None:
        raise NotOffered(f"the document has no {what}")
    return found
