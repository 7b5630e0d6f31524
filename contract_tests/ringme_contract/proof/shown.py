"""Entries as responses show them, and values that a fault lays over them."""

from __future__ import annotations

from typing import Any

from ringme_contract.lists import Item
from ringme_contract.proof.messages import Request, Response
from ringme_contract.proof.site import Site

_PLAIN = ("list", "read", "create", "update")
Place = tuple[str, str]


def key_of(request: Request) -> str:
    """The key of what the path of a request ends at."""
    return next(reversed(request.values.values()), "")


class Shown:
    """Values laid over entries wherever they are shown, until an update sends others.

    `entries` has each entry, by collection and key, as it was last shown.
    """

    def __init__(self, site: Site) -> None:
        self.entries: dict[Place, Item] = {}
        self._values: dict[Place, Item] = {}
        self._site = site
        site.before(self._forget)
        site.after(self._show)

    def lay(self, collection: str, key: Any, values: Item) -> None:
        """Has an entry show these values from now on."""
        self._values.setdefault((collection, str(key)), {}).update(values)

    def _forget(self, request: Request) -> None:
        if request.action == "update":
            values = self._values.get((request.collection, key_of(request)), {})
            for name in request.fields():
                values.pop(name, None)

    def _show(self, request: Request, response: Response) -> None:
        if not response.ok or request.action not in _PLAIN:
            return
        found = response.json
        name = self._site.mock.key(request.collection)
        for one in found if isinstance(found, list) else [found]:
            # Entries of the registration log are shown without their key.
            place = request.collection, str(one.get(name))
            one.update(self._values.get(place, {}))
            self.entries[place] = one
        response.set_json(found)
