"""Paths of the document, by collection and action."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ringme_contract.verdict import NotOffered
from ringme_spec.errors import ConfigError
from ringme_spec.operations import Operation

_OF_ALL = ("list", "create")
_OF_ONE = ("read", "download", "update", "delete")


class Paths:
    """Operations and their paths by collection, action and the owners in the path.

    Owners are given by the name of their collection: `paths("record", extension_group=14)`. An
    owner that is left out is the caller's own, if the document has a word for it.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._operations = [one for one in operations if one.resource]

    def __call__(
        self, collection: str, key: object = None, action: str = "", **owners: object
    ) -> str:
        """The path of a list, or of the entry with a key. Raises NotOffered without one."""
        keys = owners if key is None else {**owners, collection: key}
        actions = (action,) if action else _OF_ALL if key is None else _OF_ONE
        for one in actions:
            found = self.find(collection, one, keys)
            if found is not None:
                return fill(found, keys)
        where = f" of one {' and '.join(keys)}" if keys else ""
        raise NotOffered(f"the document has no {' or '.join(actions)} for {collection}{where}")

    @cached_property
    def base(self) -> str:
        """The common beginning of the paths of all operations that need a token."""
        return posixpath.commonpath(
            [one.path for one in self._operations if one.scopes is not None]
        )

    def only(self, action: str) -> str:
        """The path of the only operation with an action. Raises ConfigError."""
        return self.operation(action).path

    def operation(self, action: str) -> Operation:
        """The only operation with an action. Raises ConfigError."""
        found = [one for one in self._operations if one.action == action]
        if not found:
            raise ConfigError(f"the document has no operation with the action {action}")
        return found[0]

    def find(self, collection: str, action: str, keys: Iterable[str] = ()) -> Operation | None:
        """The operation whose path takes keys of exactly these collections."""
        return next(self.alike(collection, action, keys), None)

    def alike(self, collection: str, action: str, keys: Iterable[str]) -> Iterator[Operation]:
        """The operations whose paths take keys of exactly these collections."""
        given = set(keys)
        for one in self.all(collection, action):
            if needed_keys(one) <= given <= _named(one):
                yield one

    def within(self, collection: str, action: str, keys: Iterable[str]) -> Operation | None:
        """The first operation whose path needs no keys of other collections."""
        given = set(keys)
        return next(
            (one for one in self.all(collection, action) if needed_keys(one) <= given), None
        )

    def all(self, collection: str, action: str) -> Iterator[Operation]:
        """The operations of a collection with an action, without those on parts of an entry."""
        for one in self._operations:
            if one.action == action and one.collection.name == collection and not one.is_part:
                yield one


def _named(operation: Operation) -> set[str]:
    return {str(one.collection) for one in operation.entry_parameters}


def needed_keys(operation: Operation) -> set[str]:
    """The collections whose keys a path needs: others have a word for the caller's own."""
    return {str(one.collection) for one in operation.entry_parameters if one.me is None}


def fill(operation: Operation, keys: Mapping[str, object]) -> str:
    """The path of an operation with keys by collection; a missing one is the caller's own."""
    return operation.fill(
        {one.name: keys.get(str(one.collection), one.me) for one in operation.path_parameters}
    )


def forms(base: str, path: str) -> list[str]:
    """Equivalent forms of a path: with and without a slash at the end, and with doubled slashes."""
    plain = path.rstrip("/")
    doubled = plain.replace("/", "//")
    return [path, plain, f"{plain}/", f"{plain}//", doubled, f"{doubled}/"]
