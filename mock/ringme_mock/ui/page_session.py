"""Tokens and messages that the page keeps for a session."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

_MOST_TOKENS = 100
_MOST_MESSAGES = 20


@dataclass(frozen=True)
class Message:
    """The outcome of an action, for people; `bad` if it failed."""

    text: str
    bad: bool = False


class PageSession:
    """Bounded: the oldest token or message goes first."""

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, str] = OrderedDict()
        self._messages: OrderedDict[str, Message] = OrderedDict()
        self._next = 1

    def keep_token(self, login: str, token: str) -> None:
        self._tokens.pop(login, None)
        self._tokens[login] = token
        _shorten(self._tokens, _MOST_TOKENS)

    def token(self, login: str) -> str | None:
        """Find the last token that was made for a user, valid or not."""
        return self._tokens.get(login)

    def keep_message(self, message: Message) -> str:
        """Keep a message over a redirect. Returns the name that `message` finds it by."""
        name = str(self._next)
        self._next += 1
        self._messages[name] = message
        _shorten(self._messages, _MOST_MESSAGES)
        return name

    def message(self, name: str) -> Message | None:
        return self._messages.get(name)


def _shorten(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
