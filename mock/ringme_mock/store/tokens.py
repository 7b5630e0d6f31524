"""Access and refresh tokens."""

from __future__ import annotations

import secrets
import string
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ringme_mock.store.clock import Clock
from ringme_mock.store.collection import Key

_ALPHABET = string.ascii_letters + string.digits
# Of each kind, in a session: a few megabytes at most for a client that logs in for every request.
MOST_TOKENS = 10_000


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(frozen=True)
class Grant:
    """User and application of a token, by key."""

    user: Key
    application: Key


@dataclass(slots=True)
class AccessToken:
    """Grant until a time in seconds; `caller` caches the last caller that it was resolved to."""

    grant: Grant
    until: float
    caller: Any = None


class Tokens:
    """Issued tokens. Source: contract section 3."""

    def __init__(self, clock: Clock, random_text: Callable[[int], str] = _random) -> None:
        self._clock = clock
        self._random_text = random_text
        # Ordered dicts find their oldest item at once, plain ones behind all that were deleted.
        self._access: OrderedDict[str, AccessToken] = OrderedDict()
        self._refresh: OrderedDict[str, Grant] = OrderedDict()

    def issue(self, grant: Grant, length: int, lifetime: int) -> str:
        """Issue an access token of `length` letters and digits, valid for `lifetime` seconds.

        If there are MOST_TOKENS, the oldest is revoked.
        """
        self._drop_expired()
        _drop_oldest(self._access)
        token = self._random_text(length)
        self._access[token] = AccessToken(grant, self._clock.seconds() + lifetime)
        return token

    def issue_refresh(self, grant: Grant, length: int) -> str:
        """Issue a refresh token, valid until it is used (rule refresh).

        If there are MOST_TOKENS, the oldest is revoked.
        """
        _drop_oldest(self._refresh)
        token = self._random_text(length)
        self._refresh[token] = grant
        return token

    def find(self, token: str) -> AccessToken | None:
        """Find a valid access token; None if it is unknown or has expired."""
        found = self._access.get(token)
        if found is None or found.until <= self._clock.seconds():
            return None
        return found

    def find_refresh(self, token: str) -> Grant | None:
        """Find the grant of a refresh token; None if it is unknown or was used."""
        return self._refresh.get(token)

    def use_refresh(self, token: str) -> None:
        del self._refresh[token]

    def revoke(self, user: Key | None, refresh: bool) -> int:
        """Revoke access tokens, with `refresh` also refresh tokens, of a user or (None) of all.

        Returns their number.
        """
        ended = 0
        for token, access in list(self._access.items()):
            if user is None or access.grant.user == user:
                del self._access[token]
                ended += 1
        for token, grant in list(self._refresh.items()):
            if refresh and (user is None or grant.user == user):
                del self._refresh[token]
                ended += 1
        return ended

    def _drop_expired(self) -> None:
        # Tokens expire nearly in the order in which they were issued.
        now = self._clock.seconds()
        while self._access:
            token, access = next(iter(self._access.items()))
            if access.until > now:
                return
            del self._access[token]


def _drop_oldest(tokens: OrderedDict[str, Any]) -> None:
    while len(tokens) >= MOST_TOKENS:
        tokens.popitem(last=False)
