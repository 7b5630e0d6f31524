"""New commands: what of a request is kept, and what time and chance cannot give again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.command_log.log import Row
from ringme_mock.command_log.repeat import head_of, write_headers
from ringme_mock.errors import unauthorized
from ringme_mock.http.session import Session
from ringme_mock.store.access import check_read_only

_NONCE = 16
_NONCES_AT_ONCE = 64
# As SQLite's integers have a sign.
_CHANCE_BITS = 63


class NewRows:
    """Makes commands, each with a chance and a nonce of its own."""

    def __init__(self) -> None:
        self._nonces = _nonces()

    def make(self, session: Session, kind: str, request: RequestContext | None, body: bytes) -> Row:
        """Make a command, whose moment the log gives."""
        chance, nonce = draw_chance(session.random), next(self._nonces)
        if request is None:
            return Row(session.name, kind, 0.0, chance, nonce, b"", b"", body)
        head, headers = head_of(request), write_headers(request)
        return Row(session.name, kind, 0.0, chance, nonce, head, headers, body)


def draw_chance(random: Random) -> int:
    """Draw the seed of a command from the numbers of its session, not from those of a command."""
    return Random.getrandbits(random, _CHANCE_BITS)


def _nonces() -> Iterator[bytes]:
    """Draw nonces, many at once, as each call of the system costs."""
    while True:
        drawn = os.urandom(_NONCE * _NONCES_AT_ONCE)
        for start in range(0, len(drawn), _NONCE):
            yield drawn[start : start + _NONCE]


def check_caller(request: RequestContext) -> None:
    """Check the caller again, who may have been changed since the request came."""
    caller = request.caller
    if caller is None:
        return
    access = request.session.state.access
    _, _, token = request.headers[b"authorization"].partition(b" ")
    found = access.caller(token.strip().decode("latin-1"))
    if found is caller:
        return
    if found is None:
        raise unauthorized()
    request.caller = found
    access.check_blocked(found.user, found.client)
    check_read_only(found, request.method)
