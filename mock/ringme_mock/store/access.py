"""Callers that tokens stand for, and their rights."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringme_mock.errors import forbidden
from ringme_mock.store.collection import Entry, Key
from ringme_mock.store.store import Store
from ringme_mock.store.tokens import Tokens
from ringme_spec.contract import Contract

BLOCKED = "blocked"
READ_ONLY = "read_only"
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Caller:
    """User and application of a token, the user's client, the token's scopes.

    `realm` is the collection and the key of the entry that the user is confined to. `passed` holds
    the checks of operations that the caller has passed. Entries are immutable, so a user that is
    updated becomes another caller.
    """

    user: Entry
    application: Entry
    client: Entry
    client_key: Key
    scopes: tuple[str, ...]
    realm: tuple[str, Key]
    passed: set[object] = field(default_factory=set, compare=False)


class Access:
    """Finder of callers, and checks of their rights (contract sections 2 and 3)."""

    def __init__(self, contract: Contract, store: Store, tokens: Tokens) -> None:
        self._user_types = contract.user_types
        self._store = store
        self._users = store["user"]
        self._applications = store["application"]
        self._clients = store["client"]
        self._tokens = tokens

    def caller(self, token: str) -> Caller | None:
        """Find the caller of a token; None if the token is invalid or its user is deleted."""
        access = self._tokens.find(token)
        if access is None:
            return None
        user = self._users.get(access.grant.user)
        application = self._applications.get(access.grant.application)
        known = access.caller
        if (
            known is not None
            and known.user is user
            and known.application is application
            and known.client is self._clients.get(known.client_key)
        ):
            return known
        if user is None or application is None:
            return None
        client = self._client(user)
        access.caller = caller = Caller(
            user,
            application,
            client,
            client[self._clients.rule.key],
            scopes(application),
            self.owner_of(user),
        )
        return caller

    def _client(self, user: Entry) -> Entry:
        client = self._clients.get(self._store.owner_key("user", user, "client"))
        if client is None:
            raise LookupError(f"user {user['id']} belongs to no client")
        return client

    def check_blocked(self, user: Entry, client: Entry | None = None) -> None:
        """Raise the 403 if the user, or the user's `client`, is blocked (rule user-block)."""
        if BLOCKED in (user["status"], (client or self._client(user))["status"]):
            raise forbidden("user_blocked", "The user is blocked")

    def owner_of(self, user: Entry) -> tuple[str, Key]:
        """Return the realm of a user: collection and key of an entry."""
        kind = user["type"]
        return kind, user[self._user_types[kind]]

    def check_reach(self, caller: Caller, name: str, key: Key, entry: Entry) -> None:
        """Raise the 403 for an entry (of collection `name`) out of reach (rule user-types)."""
        owner, wanted = caller.realm
        own = key if name == owner else self._store.owner_key(name, entry, owner)
        if own is None or own != wanted:
            raise forbidden("access_denied", "Access denied")


def scopes(application: Entry) -> tuple[str, ...]:
    """Return the scopes of an application's tokens; `all` includes `call_api`."""
    level = application["access"]
    return (EVERYTHING, "call_api") if level == EVERYTHING else (level,)


def check_scopes(caller: Caller, required: tuple[str, ...]) -> None:
    """Raise the 403 if the application's access level is too low (rule error-app-access)."""
    for scope in required:
        if scope not in caller.scopes:
            raise forbidden(
                "app_access_type_deny", "The application may not change the configuration"
            )


def check_read_only(caller: Caller, method: str) -> None:
    """Raise the 403 for a read-only user, except for GET and HEAD (rule error-user-access)."""
    if caller.user["access"] == READ_ONLY and method not in ("GET", "HEAD"):
        raise forbidden("user_access_type_deny", "The user may only read")
