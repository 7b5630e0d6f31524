"""The objects that the access table is about, found in the target or made in it."""

from __future__ import annotations

from typing import Any

from ringme_contract.check_context import CheckContext
from ringme_contract.lists import Item
from ringme_contract.verdict import NotReached

NEVER = 9_000_000_000_000
_GROUPS = "/client/@me/extension_group/"
_NUMBERS = "/client/@me/extension/"


class Objects:
    """Keys of objects by section and kind, as `visibility.toml` names them.

    A kind for which the target has no object is left out; with `writing` those that are missing
    are made, as far as that is possible over the API.
    """

    def __init__(self, kit: CheckContext, writing: bool) -> None:
        self._kit = kit
        self._writing = writing
        self.keys: dict[tuple[str, str], Any] = {}
        self._find_clients()
        self._find_groups()
        self._find_numbers()

    def _whoami(self, identity: str) -> Item:
        found: Item = self._kit.caller(identity).read("/user/")
        return found

    def _has(self, identity: str) -> bool:
        return identity in self._kit.target.identities

    def _find_clients(self) -> None:
        self.keys["client", "own"] = self._whoami("client")["client_id"]
        self.keys["client", "never"] = NEVER
        if self._has("other_client"):
            self.keys["client", "other"] = self._whoami("other_client")["client_id"]

    def _find_groups(self) -> None:
        self.keys["extension_group", "never"] = NEVER
        for identity, kind in (("group", "own"), ("sibling_group", "sibling")):
            if self._has(identity):
                key = self._whoami(identity)["extension_group_id"]
                self.keys["extension_group", kind] = key
        if self._has("other_client"):
            groups = self._kit.caller("other_client").read(_GROUPS)
            if not groups and self._writing:
                groups = [self._kit.new_group("other_client")]
            if groups:
                self.keys["extension_group", "other"] = groups[0]["id"]
        if self._writing:
            group = self._kit.new_group()
            caller = self._kit.caller("client")
            self._kit.expect(caller.delete(f"{_GROUPS}{group['id']}"), 204)
            self.keys["extension_group", "deleted"] = group["id"]

    def _find_numbers(self) -> None:
        self.keys["extension", "never"] = NEVER
        numbers = self._kit.caller("client").read(_NUMBERS)
        own = self._whoami("extension")["extension_id"] if self._has("extension") else None
        if own is not None:
            self.keys["extension", "own"] = own
        places = {
            "member": self.keys.get(("extension_group", "own")),
            "sibling": self.keys.get(("extension_group", "sibling")),
            "loose": None,
        }
        for kind, group in places.items():
            if kind != "loose" and group is None:
                continue
            fitting = [
                one["id"]
                for one in numbers
                if one["extension_group_id"] == group and one["id"] != own
            ]
            if not fitting and self._writing:
                fitting = [self._kit.new_extension(extension_group_id=group)["id"]]
            if fitting:
                self.keys["extension", kind] = fitting[0]
        if self._has("other_client"):
            others = self._kit.caller("other_client").read(_NUMBERS)
            if others:
                self.keys["extension", "other"] = others[0]["id"]
        if self._writing:
            gone = self._kit.new_extension()["id"]
            self._kit.expect(self._kit.caller("client").delete(f"{_NUMBERS}{gone}"), 204)
            self.keys["extension", "deleted"] = gone

    def item(self, section: str, kind: str, key: Any, collection: str) -> Any:
        """The key of an item of a collection that an object holds, as its own client sees it.

        Raises NotReached if it holds none.
        """
        caller = self._kit.caller("other_client" if kind == "other" else "client")
        start, end = self._kit.target.range
        paths = {
            "extension_group": _GROUPS,
            "extension": _NUMBERS,
            "user": "/client/@me/user/extension_group/",
        }
        if section == "client" and collection in paths:
            items = caller.read(paths[collection])
        else:
            query = {"start_datetime": start, "end_datetime": end, "per_page": 1}
            items = caller.read(f"/{section}/{key}/{collection}/", **query)
        if not items:
            raise NotReached(f"{section} {key} has no {collection} in the target's range")
        return next(items[0][name] for name in ("id", "record_uuid", "uuid") if name in items[0])
