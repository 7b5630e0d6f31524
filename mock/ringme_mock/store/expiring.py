"""Values that are found by a random text for some time: codes and logins."""

from __future__ import annotations

import secrets
import string
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ringme_mock.store.clock import Clock

_Value = TypeVar("_Value")
ALPHABET = string.ascii_letters + string.digits
# Of each kind, in a session: a few megabytes at most for a client that logs in for every request.
MOST_TOKENS = 10_000


def random_text(length: int) -> str:
    """Make a text of so many letters and digits that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def drop_oldest(tokens: OrderedDict[str, _Value]) -> None:
    """Make room for one more of at most MOST_TOKENS."""
    while len(tokens) >= MOST_TOKENS:
        tokens.popitem(last=False)


class Expiring(Generic[_Value]):
    """Values by random texts, each until its time by a clock.

    If there are MOST_TOKENS, a new one takes the place of the oldest.
    """

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
        """Remove a value, if it is there."""
        self._values.pop(text, None)

    def remove_all(self, chosen: Callable[[_Value], bool]) -> None:
        """Remove the values that are chosen."""
        for text, (_, value) in list(self._values.items()):
            if chosen(value):
                del self._values[text]

    def dump(self, write: Callable[[_Value], Any]) -> list[Any]:
        """Write the values as JSON, each as `write` does."""
        return [[text, until, write(value)] for text, (until, value) in self._values.items()]

    def load(self, written: list[Any], read: Callable[[Any], _Value]) -> None:
        self._values = OrderedDict((text, (until, read(value))) for text, until, value in written)

    def _drop_expired(self) -> None:
        # Those of one kind expire nearly in the order in which they were added.
        now = self._clock.seconds()
        while self._values:
            text, (until, _) = next(iter(self._values.items()))
            if until > now:
                return
            del self._values[text]
