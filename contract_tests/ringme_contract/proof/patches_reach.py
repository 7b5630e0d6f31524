"""Faults in what a user reaches: its client, its group, its number."""

from __future__ import annotations

from typing import Any

from ringme_contract.proof.patches_access import while_replaced
from ringme_contract.proof.site import Site, patch
from ringme_mock.actions.context import Call
from ringme_mock.actions.path_resolution import Way
from ringme_mock.store.access import Access, Caller
from ringme_mock.store.collection import Entry, Key


@patch
def reach(site: Site, how: str, types: list[str], names: list[str]) -> None:
    """Users of some types reach more of these collections: all, or what is their client's."""

    def make(original: Any) -> Any:
        def check(self: Access, caller: Caller, name: str, key: Key, entry: Entry) -> None:
            if caller.user["type"] in types and name in names:
                same = entry.get("client_id", entry.get("id")) == caller.user["client_id"]
                if how == "anything" or same:
                    return
            original(self, caller, name, key, entry)

        return check

    site.replace(Access, "check_reach", make)


@patch
def reach_of_method(site: Site, methods: list[str]) -> None:
    """Reach is checked for some methods only."""

    def make(original: Any) -> Any:
        def follow(self: Way, call: Call) -> None:
            if call.operation.method not in methods:
                original(self, call)
                return
            while_replaced(Access, "check_reach", lambda *_: None, lambda: original(self, call))

        return follow

    site.replace(Way, "follow", make)


@patch
def reach_remembered(site: Site) -> None:
    """What a user once reached it reaches for good."""
    known: set[tuple[Key, str, Key]] = set()

    def make(original: Any) -> Any:
        def check(self: Access, caller: Caller, name: str, key: Key, entry: Entry) -> None:
            place = (caller.user["id"], name, key)
            if place not in known:
                original(self, caller, name, key, entry)
                known.add(place)

        return check

    site.replace(Access, "check_reach", make)
