"""Recorded items of the target: they cannot be created, so checks have to find some."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ringme_contract.entries.request_values import Item
from ringme_contract.verdict import NotReached

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext
    from ringme_contract.entries.factories import Factory


class RecordedItems:
    """The items of the client in the time range of the target."""

    def __init__(self, kit: CheckContext, factory: Factory) -> None:
        self._kit = kit
        self._factory = factory
        self.known: dict[str, Item] = {}

    def of_client(self, collection: str) -> list[Item]:
        """All items of the client; only those of its groups if the target lacks the list of all."""
        kit = self._kit
        caller, roles = kit.client, kit.roles
        owners: list[Item] = [{}]
        if kit.path.find(collection, "list") is None:
            groups = {one[roles.home] for one in self._factory.read(roles.numbers)} - {None}
            owners = [{roles.groups: one} for one in sorted(groups)]
        found: list[Item] = []
        for owner in owners:
            path = kit.path(collection, action="list", **owner)
            found += caller.entries(path, **kit.range_query)
        return found

    def one(self, collection: str) -> Item:
        """Keys, by collection, of an item within reach of client, group and number.

        Its number is put into a group if it is in none and the target may be changed. Raises
        NotReached.
        """
        if collection not in self.known:
            self.known[collection] = self._find(collection)
        return self.known[collection]

    def _find(self, collection: str) -> Item:
        kit, rule = self._kit, self._kit.contract.collections[collection]
        roles = kit.roles
        groups = {one["id"]: one[roles.home] for one in self._factory.read(roles.numbers)}
        owner = roles.of_number(rule) or ""
        items = [one for one in self.of_client(collection) if one[owner] in groups]
        moment = rule.range.property if rule.range else rule.key
        ties = Counter(one[moment] for one in items)
        # First those whose number is in a group: nothing has to be changed. Then those with a
        # unique time: checks of the order need items with equal times.
        items.sort(key=lambda one: (groups[one[owner]] is None, ties[one[moment]] > 1))
        if not items:
            raise NotReached(f"no number of the client has a {collection} in the target's range")
        number = items[0][owner]
        group = groups[number]
        if group is None:
            if kit.target.read_only:
                raise NotReached(f"no number in a group has a {collection} in the target's range")
            group = self._factory.new_group()["id"]
            kit.place(number, group)
        return {
            roles.clients: roles.own_client,
            roles.groups: group,
            roles.numbers: number,
            collection: items[0][rule.key],
        }
