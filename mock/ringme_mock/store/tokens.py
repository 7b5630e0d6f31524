"""Tokens, authorization codes, and logins at the login page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringme_mock.store.clock import Clock, text_of
from ringme_mock.store.collection import Key
from ringme_mock.store.expiring import Expiring, drop_oldest, random_text

if TYPE_CHECKING:
    from ringme_mock.store.access import Caller

# Number of ended tokens whose reasons are kept.
_MOST_ENDED = 1000


@dataclass(frozen=True)
class Grant:
    """User and application of tokens, by key.

    All tokens of one login share `origin`, including those of refreshes. No other grant equals it.
    """

    user: Key
    application: Key
    origin: object = field(default_factory=object)


@dataclass(slots=True)
class AccessToken:
    """Grant until a time in seconds since 1970; `caller` caches its last caller."""

    grant: Grant
    until: float
    caller: Caller | None = None


@dataclass
class Code:
    """Code of the authorization code grant (rule code-once).

    `challenge` and `method` are those of RFC 7636, if the request had them. A `used` code is kept
    until it expires, as its second use revokes the tokens of the first.
    """

    grant: Grant
    redirect_uri: str
    challenge: str = ""
    method: str = ""
    used: bool = False


class Tokens:
    """Issued tokens (contract section 3).

    `logins` are users by the cookie of a browser; `permissions` are pairs of user and application.
    """

    def __init__(
        self,
        clock: Clock,
        text: Callable[[int], str] = random_text,
        before: Tokens | None = None,
    ) -> None:
        self._clock = clock
        self._random_text = text
        # Reasons why the last tokens ended, by token.
        self._ended: OrderedDict[str, str] = OrderedDict()
        if before is not None:
            self._ended.update(before._ended)
            for token in list(before._access)[-_MOST_ENDED:]:
                self._end(token, "was issued before the session was reset")
        # A plain dict would pass over all deleted items to find its oldest one.
        self._access: OrderedDict[str, AccessToken] = OrderedDict()
        self._refresh: OrderedDict[str, Grant] = OrderedDict()
        self.codes: Expiring[Code] = Expiring(clock, text)
        self.logins: Expiring[Key] = Expiring(clock, text)
        self.permissions: set[tuple[Key, Key]] = set()

    def dump(self) -> dict[str, Any]:
        """Return everything as JSON. Tokens of one login share a grant, by its number."""
        grants = _Grants()
        return {
            "access": [[k, grants.number(one.grant), one.until] for k, one in self._access.items()],
            "refresh": [[k, grants.number(one)] for k, one in self._refresh.items()],
            "codes": self.codes.dump(
                lambda one: [
                    grants.number(one.grant), one.redirect_uri, one.challenge, one.method, one.used,
                ]
            ),
            "logins": self.logins.dump(lambda key: key),
            "permissions": sorted(self.permissions),
            "grants": grants.written,
            "ended": list(self._ended.items()),
        }  # fmt: skip

    def load(self, written: dict[str, Any]) -> None:
        grants = [Grant(user, application) for user, application in written["grants"]]
        access, refresh = written["access"], written["refresh"]
        self._access = OrderedDict((k, AccessToken(grants[n], until)) for k, n, until in access)
        self._refresh = OrderedDict((k, grants[n]) for k, n in refresh)
        self.codes.load(written["codes"], lambda one: Code(grants[one[0]], *one[1:]))
        self.logins.load(written["logins"], lambda key: key)
        self.permissions = {(user, application) for user, application in written["permissions"]}
        self._ended = OrderedDict(written["ended"])

    def issue(self, grant: Grant, length: int, lifetime: int) -> str:
        """Issue an access token of `length` letters and digits, valid for `lifetime` seconds.

        At MOST_TOKENS tokens, the oldest is revoked.
        """
        self._drop_expired()
        drop_oldest(self._access)
        token = self._random_text(length)
        self._access[token] = AccessToken(grant, self._clock.seconds() + lifetime)
        return token

    def issue_refresh(self, grant: Grant, length: int) -> str:
        """Issue a refresh token, valid until it is used (rule refresh).

        At MOST_TOKENS tokens, the oldest is revoked.
        """
        drop_oldest(self._refresh)
        token = self._random_text(length)
        self._refresh[token] = grant
        return token

    def find(self, token: str) -> AccessToken | None:
        """Find a valid access token; None if it is unknown or has expired."""
        found = self._access.get(token)
        if found is None or found.until <= self._clock.seconds():
            return None
        return found

    def explain(self, token: str) -> str:
        """Explain why an access token is refused; an empty text if it is unknown."""
        access = self._access.get(token)
        if access is not None:
            now = self._clock.seconds()
            why = _expired(access) if access.until <= now else "belongs to a user that was deleted"
        elif token in self._refresh:
            why = "is a refresh token, which only the token endpoint accepts"
        else:
            why = self._ended.get(token, "")
        return f"the token {why}" if why else ""

    def find_refresh(self, token: str) -> Grant | None:
        """Find the grant of a refresh token; None if it is unknown or was used."""
        return self._refresh.get(token)

    def find_grant(self, token: str) -> Grant | None:
        """Find the grant of an access token or a refresh token; None if it is invalid."""
        access = self.find(token)
        return access.grant if access else self.find_refresh(token)

    def use_refresh(self, token: str) -> None:
        del self._refresh[token]

    def use_code(self, text: str) -> None:
        code = self.codes.find(text)
        if code is not None:
            code.used = True

    def revoke(self, user: Key | None, refresh: bool) -> int:
        """Revoke access tokens of a user, or of all users (None). Returns the number of tokens.

        `refresh` also revokes refresh tokens, and ends logins, codes and permissions.
        """
        if refresh:
            self.codes.remove_all(lambda one: user in (None, one.grant.user))
            self.logins.remove_all(lambda one: user in (None, one))
            self.permissions = {one for one in self.permissions if user not in (None, one[0])}
        return self._revoke(lambda one: user in (None, one.user), refresh)

    def revoke_grant(self, grant: Grant) -> int:
        """Revoke all tokens of one login (rules revoke and code-replayed). Returns their number."""
        return self._revoke(lambda one: one == grant, refresh=True)

    def _revoke(self, chosen: Callable[[Grant], bool], refresh: bool) -> int:
        ended = 0
        for token, access in list(self._access.items()):
            if chosen(access.grant):
                del self._access[token]
                self._end(token, f"was revoked at {self._clock.text()}")
                ended += 1
        for token, grant in list(self._refresh.items()):
            if refresh and chosen(grant):
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
            self._end(token, _expired(access))

    def _end(self, token: str, why: str) -> None:
        self._ended[token] = why
        if len(self._ended) > _MOST_ENDED:
            self._ended.popitem(last=False)


class _Grants:
    """Numbers of grants, in the order of their first use."""

    def __init__(self) -> None:
        self.written: list[tuple[Key, Key]] = []
        self._numbers: dict[Grant, int] = {}

    def number(self, grant: Grant) -> int:
        number = self._numbers.setdefault(grant, len(self.written))
        if number == len(self.written):
            self.written.append((grant.user, grant.application))
        return number


def _expired(access: AccessToken) -> str:
    return f"expired at {text_of(access.until)}"
