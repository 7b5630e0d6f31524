"""Identities: users with their applications and roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ringme_mock.store.access import BLOCKED, EVERYTHING, READ_ONLY
from ringme_mock.store.collection import Entry
from ringme_mock.store.store import Store

_KIND_OF_GRANT = {"password_credentials": "password", "trusted": "client_credentials"}
_NAMES = {"extension_group": "group"}


@dataclass(frozen=True)
class Identity:
    """User, key of its client, an application that issues tokens for it, and a role.

    Only the first user of a kind has a role, such as `group_user_read_only`.
    """

    user: Entry
    client: Any
    application: Entry | None
    role: str | None

    def as_json(self) -> dict[str, Any]:
        user, application = self.user, self.application
        return {
            "login": user["login"],
            "password": user["password"],
            "type": user["type"],
            "access": user["access"],
            "status": user["status"],
            "client": self.client,
            "sees": user.get(f"{user['type']}_id"),
            "role": self.role,
            "application": application["client_id"] if application else None,
            "secret": application["client_secret"] if application else None,
            "grant": _KIND_OF_GRANT.get(application["type"]) if application else None,
        }


def identities_of(store: Store) -> Iterator[Identity]:
    """Iterate over the identities of all users of a store, in the order of the users."""
    applications = _applications(store)
    taken: set[str] = set()
    for user in store["user"].entries():
        client = store.owner_key("user", user, "client")
        role = _role(user)
        if role in taken:
            role = None
        elif role is not None:
            taken.add(role)
        yield Identity(user, client, applications.get(client), role)


def find_identity(store: Store, name: str) -> Identity | None:
    """Find the user with this login or role."""
    user = store["user"].by_unique(name)
    if user is None:
        return next((one for one in identities_of(store) if one.role == name), None)
    # Faster than `identities_of`, as there may be very many users.
    client = store.owner_key("user", user, "client")
    role = _role(user)
    first = next(one for one in store["user"].entries() if _role(one) == role)
    return Identity(user, client, _applications(store).get(client), role if first is user else None)


def _role(user: Entry) -> str | None:
    if user["status"] == BLOCKED:
        return None
    kind = _NAMES.get(user["type"], user["type"])
    return f"{kind}_user_read_only" if user["access"] == READ_ONLY else f"{kind}_user"


def _applications(store: Store) -> dict[Any, Entry]:
    """Return the best application of each client: one for logins, with full access."""
    found: dict[Any, Entry] = {}
    for application in store["application"].entries():
        owner = store["user"].get(application["user_id"])
        if owner is None:
            continue
        client = store.owner_key("user", owner, "client")
        if client not in found or _rank(application) > _rank(found[client]):
            found[client] = application
    return found


def _rank(application: Entry) -> tuple[bool, bool]:
    return application["type"] == "password_credentials", application["access"] == EVERYTHING
