"""Access and refresh tokens, and whom they stand for."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from ringme_mock.clock import Clock
from ringme_mock.collection import Key

_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Grant:
    """What a token stands for: a user, through an application."""

    user: Key
    application: Key


class Tokens:
    """The tokens that were given out. Source: contract section 3."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._access: dict[str, tuple[Grant, datetime]] = {}
        self._refresh: dict[str, Grant] = {}

    def issue(self, grant: Grant, length: int, lifetime: int) -> str:
        """A new access token of `length` letters and digits, good for `lifetime` seconds."""
        self._drop_expired()
        token = _random(length)
        self._access[token] = (grant, self._clock.now() + timedelta(seconds=lifetime))
        return token

    def issue_refresh(self, grant: Grant, length: int) -> str:
        """A new refresh token, good until it is used (rule refresh)."""
        token = _random(length)
        self._refresh[token] = grant
        return token

    def find(self, token: str) -> Grant | None:
        """What an access token stands for; None if it is unknown or has expired."""
        found = self._access.get(token)
        if found is None or found[1] <= self._clock.now():
            return None
        return found[0]

    def find_refresh(self, token: str) -> Grant | None:
        """What a refresh token stands for; None if it is unknown or was used."""
        return self._refresh.get(token)

    def use_refresh(self, token: str) -> None:
        """Takes a refresh token out of use."""
        del self._refresh[token]

    def _drop_expired(self) -> None:
        # Tokens expire in the order in which they were given out.
        now = self._clock.now()
        while self._access:
            token, (_, until) = next(iter(self._access.items()))
            if until > now:
                return
            del self._access[token]


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
