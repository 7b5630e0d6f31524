"""Users by client, with the tokens that the page made for them."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ringme_mock.store.access import BLOCKED
from ringme_mock.store.collection import Entry, Key
from ringme_mock.store.store import Store
from ringme_mock.store.tokens import Tokens
from ringme_mock.ui.directory import DirectoryReader
from ringme_mock.ui.page_session import PageSession

USERS_SHOWN = 50
APPLICATIONS_SHOWN = 100


Shown = dict[str, Any]


class UserReader:
    """Reads the users of a store by the names of view.yaml; `kept` has the tokens."""

    def __init__(
        self, store: Store, tokens: Tokens, view: dict[str, Any], kept: PageSession
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._kept = kept
        self._titles = DirectoryReader(store, view)
        self._users: str = view["users"]
        self._clients: str = view["clients"]
        self._applications: str = view["applications"]
        known = store.collections.keys()
        self._is_there = {self._users, self._clients, self._applications} <= known

    def count(self) -> int:
        return len(self._store[self._users]) if self._is_there else 0

    def read(self, wanted: str) -> list[Shown]:
        """List clients with those of their users whose login has `wanted` in it."""
        if not self._is_there:
            return []
        text = wanted.casefold()
        entries = (
            entry
            for entry in self._store[self._users].entries()
            if text in entry["login"].casefold()
        )
        found: dict[Key, Shown] = {}
        for entry in islice(entries, USERS_SHOWN):
            key = self._store.owner_key(self._users, entry, self._clients)
            if key not in found:
                found[key] = self._read_client(key)
            found[key]["users"].append(self._read_user(entry))
        self._add_applications(found)
        return list(found.values())

    def _read_client(self, key: Key) -> Shown:
        entry = self._store[self._clients].get(key)
        return {
            "key": key,
            "title": self._titles.title(self._clients, key),
            "is_blocked": entry is not None and entry.get("status") == BLOCKED,
            "users": [],
            "applications": [],
        }

    def _read_user(self, entry: Entry) -> Shown:
        kind = entry["type"]
        key = None if kind == self._clients else entry.get(f"{kind}_id")
        return {
            "entry": entry,
            # None for a user of a whole client.
            "sees": None if key is None else self._titles.title(kind, key),
            "is_blocked": entry["status"] == BLOCKED,
            "token": self._good_token(entry),
        }

    def _good_token(self, entry: Entry) -> str | None:
        token = self._kept.token(entry["login"])
        access = self._tokens.find(token) if token else None
        return token if access is not None and access.grant.user == entry["id"] else None

    def _add_applications(self, found: dict[Key, Shown]) -> None:
        for application in islice(self._store[self._applications].entries(), APPLICATIONS_SHOWN):
            owner = self._store[self._users].get(application["user_id"])
            if owner is not None:
                key = self._store.owner_key(self._users, owner, self._clients)
                if key in found:
                    found[key]["applications"].append(application)
