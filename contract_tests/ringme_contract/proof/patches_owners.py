"""Faults in what belongs to whom: in lists, and where a path leads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ringme_contract.proof.interception import Answered, Asked
from ringme_contract.proof.site import Site, patch
from ringme_mock.actions import path_resolution as way
from ringme_mock.actions.context import Call
from ringme_mock.errors import forbidden
from ringme_mock.store.collection import Entry
from ringme_mock.store.store import Query, Store


@patch
def owner_forgotten(site: Site, collection: str, owner: str = "") -> None:
    """Lists of a collection are those of every owner, or of the whole client of a group."""

    def make(original: Any) -> Any:
        def find(self: Store, name: str, query: Query, found: Any = None) -> Any:
            if name == collection and found and (not owner or found[0] == owner):
                client = self["extension_group"].get(found[1]) if owner else None
                found = ("client", client["client_id"]) if client else None
            return original(self, name, query, found)

        return find

    site.replace(Store, "find", make)


@patch
def group_of_the_call(site: Site, collection: str, key: str) -> None:
    """A group's list goes by the group at the time of the call, not by who is in it now."""

    def make(original: Any) -> Any:
        def find(self: Store, name: str, query: Query, owner: Any = None) -> Any:
            if name != collection or not owner or owner[0] != "extension_group":
                return original(self, name, query, owner)
            keep = query.keep
            group = self["extension_group"].get(owner[1]) or {"client_id": None}
            wanted = replace(
                query, keep=lambda one: one[key] == owner[1] and (keep is None or keep(one))
            )
            return original(self, name, wanted, ("client", group["client_id"]))

        return find

    site.replace(Store, "find", make)


@patch
def group_of_now(site: Site, key: str) -> None:
    """An item tells the group that its number is in now, not the one at the time of the call."""

    def after(asked: Asked, answered: Answered) -> None:
        found = answered.json
        if asked.action == "list" and isinstance(found, list):
            for one in found:
                if key in one and "extension_name" in one:
                    extension = site.state.store["extension"].get(one["extension_id"])
                    one[key] = extension["extension_group_id"] if extension else None
            answered.set_json(found)

    site.after(after)


@patch
def foreign_ones_there(site: Site, collection: str, methods: list[str]) -> None:
    """A path under one's own client leads to what belongs to another client."""

    def make(original: Any) -> Any:
        def is_here(call: Call, step: Any, entry: Entry, keys: Any) -> bool:
            known = step.name == collection and "client" in call.owners
            if known and call.operation.method in methods:
                return True
            return bool(original(call, step, entry, keys))

        return is_here

    site.replace(way, "_is_here", make)


@patch
def foreign_group_refused(site: Site) -> None:
    """A group of another client is a 403 under one's own client."""

    def make(original: Any) -> Any:
        def is_here(call: Call, step: Any, entry: Entry, keys: Any) -> bool:
            here = bool(original(call, step, entry, keys))
            if not here and step.name == "extension_group":
                raise forbidden("access_denied", "Access denied")
            return here

        return is_here

    site.replace(way, "_is_here", make)


@patch
def owner_unchecked(site: Site, collection: str) -> None:
    """An item is found through any group, not just its own."""

    def make(original: Any) -> Any:
        def is_here(call: Call, step: Any, entry: Entry, keys: Any) -> bool:
            return step.name == collection or bool(original(call, step, entry, keys))

        return is_here

    site.replace(way, "_is_here", make)
