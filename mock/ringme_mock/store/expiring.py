"""Values that a random text stands for until they expire: codes and logins."""

from __future__ import annotations

import secrets
import string
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ringme_mock.store.clock import Clock

_Value = TypeVar("_Value")
ALPHABET = string.ascii_letters + string.digits
# Number of each kind in a session: a few megabytes, even if a client logs in for every request.
MOST_TOKENS = 10_000


def random_text(length: int) -> str:
    """Make a text of so many random letters and digits, unguessable."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def drop_oldest(tokens: OrderedDict[str, _Value]) -> None:
    """Drop the oldest tokens, so that one more does not exceed MOST_TOKENS."""
    while len(tokens) >= MOST_TOKENS:
        tokens.popitem(last=False)


class Expiring(Generic[_Value]):
    """Values by random text until they expire; beyond MOST_TOKENS, the oldest is replaced."""

    def __init__(self, clock: Clock, text: Callable[[int], str] = random_text) -> None:
        self._clock = clock
        self._random_text = text
        self._values: OrderedDict[str, tuple[float, _Value]] = OrderedDict()

    def add(self, value: _Value, length: int, lifetime: int) -> str:
        """Keep a value for `lifetime` seconds. Returns its text of `length` characters."""
        self._drop_expired()
        drop_oldest(self._values)
        text = self._random_text(length)
        self._values[text] = (self._clock.seconds() + lifetime, value)
        return text

    def find(self, text: str) -> _Value | None:
        """Find a value; None if it is unknown or has expired."""
        until, value = self._values.get(text, (0.0, None))
        return None if until <= self._clock.seconds() else value

    def remove(self, text: str) -> None:
        self._values.pop(text, None)

    def remove_all(self, chosen: Callable[[_Value], bool]) -> None:
        for text, (_, value) in list(self._values.items()):
            if chosen(value):
                del self._values[text]

    def dump(self, write: Callable[[_Value], Any]) -> list[Any]:
        """Return the values as JSON, each written by `write`."""
        return [[text, until, write(value)] for text, (until, value) in self._values.items()]

    def load(self, written: list[Any], read: Callable[[Any], _Value]) -> None:
        self._values = OrderedDict((text, (until, read(value))) for text, until, value in written)

    def _drop_expired(self) -> None:
        # Values of one kind expire nearly in the order in which they were added.
        now = self._clock.seconds()
        while self._values:
            text, (until, _) = next(iter(self._values.items()))
            if until > now:
                return
            del self._values[text]
