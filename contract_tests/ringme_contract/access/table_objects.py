"""Objects of the access table, found in the target or made in it."""

from __future__ import annotations

from typing import Any

from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import NOWHERE, Item
from ringme_contract.entries.made_entries import is_of_run
from ringme_spec.collections import CollectionRule


class TableObjects:
    """Keys of objects by section and kind, as `visibility.toml` names them.

    A kind for which the target has no object is left out. With `writing` groups and numbers are
    made for the purpose: who lets a request in that it should refuse must lose nothing by it.
    """

    def __init__(self, kit: CheckContext, writing: bool) -> None:
        self._kit, roles = kit, kit.roles
        self._clients, self._groups, self._numbers = roles.clients, roles.groups, roles.numbers
        self._writing = writing
        self.keys: dict[tuple[str, str], Any] = {}
        self._items: dict[tuple[str, str, str], list[Item]] = {}
        self._find_clients()
        self._find_groups()
        self._find_numbers()

    def _has(self, identity: str) -> bool:
        return identity in self._kit.target.identities

    def _find_clients(self) -> None:
        self.keys[self._clients, "own"] = self._kit.own_key("client", self._clients)
        self.keys[self._clients, "never"] = NOWHERE
        if not self._writing:
            self.keys[self._clients, "me"] = self._kit.roles.own_client
        if self._has("other_client"):
            self.keys[self._clients, "other"] = self._kit.own_key("other_client", self._clients)

    def _find_groups(self) -> None:
        keys, kit = self.keys, self._kit
        keys[self._groups, "never"] = NOWHERE
        for identity, kind in (("group", "own"), ("sibling_group", "sibling")):
            if self._has(identity):
                keys[self._groups, kind] = (
                    kit.new_group()["id"] if self._writing else kit.own_key(identity, self._groups)
                )
        if self._has("other_client"):
            if self._writing:
                keys[self._groups, "other"] = kit.new_group("other_client")["id"]
            elif groups := kit.factory.read(self._groups, "other_client"):
                keys[self._groups, "other"] = kit.random.choice(groups)["id"]
        if self._writing:
            keys[self._groups, "deleted"] = self._deleted(self._groups)

    def _find_numbers(self) -> None:
        self.keys[self._numbers, "never"] = NOWHERE
        own = self._kit.own_key("extension", self._numbers) if self._has("extension") else None
        if own is not None:
            self.keys[self._numbers, "own"] = self._number(None) if self._writing else own
        numbers = [one for one in self._kit.factory.read(self._numbers) if one["id"] != own]
        for kind, place in (("member", "own"), ("sibling", "sibling"), ("loose", None)):
            group = self.keys.get((self._groups, place)) if place else None
            if place and group is None:
                continue
            fitting = [one["id"] for one in numbers if one[self._kit.roles.home] == group]
            if self._writing or fitting:
                self.keys[self._numbers, kind] = (
                    self._number(group) if self._writing else self._kit.random.choice(fitting)
                )
        if self._has("other_client"):
            if self._writing:
                self.keys[self._numbers, "other"] = self._kit.new_extension("other_client")["id"]
            elif others := self._kit.factory.read(self._numbers, "other_client"):
                self.keys[self._numbers, "other"] = self._kit.random.choice(others)["id"]
        if self._writing:
            self.keys[self._numbers, "deleted"] = self._deleted(self._numbers)

    def _number(self, group: Any) -> Any:
        return self._kit.new_extension(**{self._kit.roles.home: group})["id"]

    def _deleted(self, collection: str) -> Any:
        factory = self._kit.factory
        key = factory.create(collection)["id"]
        caller = self._kit.client
        self._kit.expect(caller.delete(self._kit.path(collection, key)), 204)
        return key

    def item(self, section: str, kind: str, key: Any, collection: str) -> Any:
        """The key of an item of a collection that an object holds, as its own client sees it.

        Raises NotReached if it holds none.
        """
        at, rule = (section, kind, collection), self._kit.contract.collections[collection]
        if at not in self._items:
            self._items[at] = self._read(section, kind, key, rule)
        self._kit.need(
            self._items[at], f"{section} {key} has no {collection} in the target's range"
        )
        return self._items[at][0][rule.key]

    def _read(self, section: str, kind: str, key: Any, rule: CollectionRule) -> list[Item]:
        kit, identity = self._kit, "other_client" if kind == "other" else "client"
        if section == self._clients and rule.range is None and kit.path.find(rule.name, "list"):
            return kit.factory.read(rule.name, identity)
        listing = kit.path.find(rule.name, "list", (section,))
        if listing is None:
            return []
        path = kit.path(rule.name, **{section: key})
        caller = kit.caller(identity)
        if rule.range is not None:
            found: list[Item] = listing.listed(caller.read(path, **kit.range_query, per_page=1))
            return found
        # Some may be those of another check, which removes them at any moment.
        return [one for one in listing.listed(caller.read(path)) if not is_of_run(kit, one)]
