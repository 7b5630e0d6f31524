"""Path resolution: the owners and the item of a path, and the reach of the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.errors import ApiError, missing
from ringme_mock.store.collection import Entry, Key
from ringme_spec.collections import CollectionRule
from ringme_spec.operations import Operation
from ringme_spec.parameters import Parameter


class _PathEntry:
    """Parameter of a path, and the entry that it addresses.

    `links` are the preceding owners that the entry must belong to, each with the property that
    holds its key (None if it belongs to the owner through others). `where` are values that the
    entry must have.
    """

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
        self.rule = rule
        self.links = tuple((owner, rule.owner_property(owner)) for owner in owners)
        self.where = tuple(where.items())
        self.is_bound = bool(self.links or self.where)
        self.is_first = not owners
        self.is_item = is_item
        self.is_made = not rule.is_stored

    def refusal(self) -> ApiError:
        return missing(self.rule)


class PathResolver:
    """Resolver of the paths of one operation, prepared at startup."""

    def __init__(self, operation: Operation) -> None:
        names = tuple(rule.name for rule in operation.path_collections)
        last = len(names) - 1
        self._entries = [
            _PathEntry(
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

    def resolve(self, context: RequestContext) -> None:
        """Set owners and item of the context.

        Raises the 404 for the first entry of the path, then the 403 if it is out of the caller's
        reach, then the 404 for further entries (contract section 2, the order of checks).
        """
        store, caller = context.state.store, context.caller
        keys: dict[str, Key] = {}
        for one in self._entries:
            name = one.name
            key = context.parameters[one.parameter]
            if one.me is not None and key == one.me:
                # The caller's own client.
                if caller is None or name != "client":
                    raise one.refusal()
                key = caller.client_key
            elif one.me is not None:
                key = int(key)
            if one.is_made:
                entry = store.get(name, key, context.files_url)
            else:
                entry = store.collections[name].get(key)
            if entry is None or (one.is_bound and not _belongs(context, one, entry, keys)):
                raise one.refusal()
            if one.is_first and caller is not None:
                context.state.access.check_reach(caller, name, key, entry)
            if one.is_item:
                context.item = entry
            else:
                keys[name] = key
                context.owners[name] = entry
                context.owner = name, key


def _belongs(
    context: RequestContext, one: _PathEntry, entry: Entry, keys: Mapping[str, Key]
) -> bool:
    """Check that an entry has the values of `where`, and belongs to all preceding owners."""
    for prop, value in one.where:
        if entry[prop] != value:
            return False
    for owner, link in one.links:
        own = entry[link] if link else context.state.store.owner_key(one.name, entry, owner)
        if own != keys[owner]:
            return False
    return True
