"""What the page remembers of a session: the tokens that it made, and what it said lately."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from ringme_mock.http.sessions import Session

_MOST_TOKENS = 100
_MOST_MESSAGES = 20


@dataclass(frozen=True)
class Message:
    """What came of an action, for people. `bad` tells that it did not work."""

    text: str
    bad: bool = False


class Memory:
    """Bounded: the oldest goes when there is too much."""

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, str] = OrderedDict()
        self._messages: OrderedDict[str, Message] = OrderedDict()
        self._next = 1

    def keep_token(self, login: str, token: str) -> None:
        """Keeps the token of a user, in the place of an older one."""
        self._tokens.pop(login, None)
        self._tokens[login] = token
        _shorten(self._tokens, _MOST_TOKENS)

    def token(self, login: str) -> str | None:
        """The last token that was made for a user, good or not."""
        return self._tokens.get(login)

    def keep_message(self, message: Message) -> str:
        """Keeps a message over a redirect, and gives the name to ask for it by."""
        name = str(self._next)
        self._next += 1
        self._messages[name] = message
        _shorten(self._messages, _MOST_MESSAGES)
        return name

    def message(self, name: str) -> Message | None:
        """The message of this name, if it is still known."""
        return self._messages.get(name)


class Memories:
    """The memory of each session; it ends with the session."""

    def __init__(self) -> None:
        self._by_session: WeakKeyDictionary[Session, Memory] = WeakKeyDictionary()

    def of(self, session: Session) -> Memory:
        """The memory of this session, begun now if it is new."""
        return self._by_session.setdefault(session, Memory())


def _shorten(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
