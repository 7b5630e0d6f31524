"""Access and refresh tokens, and whom they stand for."""

from __future__ import annotations

import secrets
import string
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from ringme_mock.store.clock import Clock
from ringme_mock.store.collection import Key

_ALPHABET = string.ascii_letters + string.digits
# Of each kind, in a session. A client that logs in for every request fills the memory no further
# than that, a few megabytes, and the tokens of all who log in once an hour stay good.
MOST_TOKENS = 10_000


@dataclass(frozen=True)
class Grant:
    """What a token stands for: a user, through an application."""

    user: Key
    application: Key


@dataclass(slots=True)
class AccessToken:
    """A grant until a moment, in seconds; `caller` is what was found out about it last."""

    grant: Grant
    until: float
    caller: Any = None


class Tokens:
    """The tokens that were given out. Source: contract section 3."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # These give up their oldest at once; a dict looks for it behind all that were deleted.
        self._access: OrderedDict[str, AccessToken] = OrderedDict()
        self._refresh: OrderedDict[str, Grant] = OrderedDict()

    def issue(self, grant: Grant, length: int, lifetime: int) -> str:
        """A new access token of `length` letters and digits, good for `lifetime` seconds.

        Where there are MOST_TOKENS, the oldest ends.
        """
        self._drop_expired()
        _make_room(self._access)
        token = _random(length)
        self._access[token] = AccessToken(grant, self._clock.seconds() + lifetime)
        return token

    def issue_refresh(self, grant: Grant, length: int) -> str:
        """A new refresh token, good until it is used (rule refresh).

        Where there are MOST_TOKENS, the oldest ends.
        """
        _make_room(self._refresh)
        token = _random(length)
        self._refresh[token] = grant
        return token

    def find(self, token: str) -> AccessToken | None:
        """What an access token stands for; None if it is unknown or has expired."""
        found = self._access.get(token)
        if found is None or found.until <= self._clock.seconds():
            return None
        return found

    def find_refresh(self, token: str) -> Grant | None:
        """What a refresh token stands for; None if it is unknown or was used."""
        return self._refresh.get(token)

    def use_refresh(self, token: str) -> None:
        """Takes a refresh token out of use."""
        del self._refresh[token]

    def revoke(self, user: Key | None, refresh: bool) -> int:
        """Ends the access tokens of a user, or (None) of all; with `refresh` those tokens too.

        Gives the number of tokens that were ended.
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
        # Tokens expire nearly in the order in which they were given out.
        now = self._clock.seconds()
        while self._access:
            token, access = next(iter(self._access.items()))
            if access.until > now:
                return
            del self._access[token]


def _make_room(tokens: OrderedDict[str, Any]) -> None:
    while len(tokens) >= MOST_TOKENS:
        tokens.popitem(last=False)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
