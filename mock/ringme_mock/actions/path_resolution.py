"""The way that a path leads: from owner to owner to the item, and whether the caller may go it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringme_mock.actions.context import ActionContext
from ringme_mock.errors import ApiError, missing
from ringme_mock.store.access import Caller
from ringme_mock.store.collection import Entry, Key
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation, Parameter


class _Step:
    """One parameter of a path, and the entry that it leads to.

    `links` are the owners before it that the entry has to belong to, each with the property that
    holds its key (None: it belongs to them through others); `where` are values that it has to have.
    """

    __slots__ = (
        "is_bound",
        "is_first",
        "is_item",
        "links",
        "me",
        "missing",
        "name",
        "parameter",
        "where",
    )

    def __init__(
        self,
        parameter: Parameter,
        rule: CollectionRule,
        owners: tuple[str, ...],
        where: Mapping[str, Any],
        is_item: bool,
    ) -> None:
        self.parameter = parameter.name
        self.me = parameter.me
        self.name = rule.name
        self.missing = rule.missing
        self.links = tuple((owner, rule.owner_property(owner)) for owner in owners)
        self.where = tuple(where.items())
        self.is_bound = bool(self.links or self.where)
        self.is_first = not owners
        self.is_item = is_item

    def refusal(self) -> ApiError:
        """The 404 for an entry that is not there."""
        return missing(self.name, self.missing)


class Way:
    """The way of one operation, worked out at the start."""

    def __init__(self, operation: Operation) -> None:
        names = tuple(rule.name for rule in operation.path_collections)
        last = len(names) - 1
        self._steps = [
            _Step(
                parameter,
                rule,
                names[:number],
                operation.where if rule.name == operation.collection.name else {},
                operation.ends_at_item and number == last,
            )
            for number, (parameter, rule) in enumerate(
                zip(operation.entry_parameters, operation.path_collections, strict=True)
            )
        ]

    def follow(self, context: ActionContext) -> None:
        """Puts owners and item into the context, and checks that the caller may go there.

        Raises the 404 for what is not there, then the 403 for what is out of reach, then the 404
        for the item (contract section 2, the order of checks).
        """
        collections, caller = context.state.store.collections, context.caller
        keys: dict[str, Key] = {}
        for step in self._steps:
            name = step.name
            key = context.path[step.parameter]
            if step.me is not None:
                key = _own_key(step, caller) if key == step.me else int(key)
            entry = collections[name].get(key)
            if entry is None or (step.is_bound and not _is_here(context, step, entry, keys)):
                raise step.refusal()
            if step.is_first and caller is not None:
                context.state.access.check_reach(caller, name, key, entry)
            if step.is_item:
                context.item = entry
            else:
                keys[name] = key
                context.owners[name] = entry
                context.owner = name, key


def _own_key(step: _Step, caller: Caller | None) -> Key:
    """What `@me` stands for: the caller's client."""
    if caller is None or step.name != "client":
        raise step.refusal()
    return caller.client_key


def _is_here(context: ActionContext, step: _Step, entry: Entry, keys: Mapping[str, Key]) -> bool:
    """Whether an entry is one of the operation's, and belongs to all owners before it."""
    for prop, value in step.where:
        if entry[prop] != value:
            return False
    for owner, link in step.links:
        own = entry[link] if link else context.state.store.owner_key(step.name, entry, owner)
        if own != keys[owner]:
            return False
    return True
