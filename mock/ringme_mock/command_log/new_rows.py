"""New commands: what of a request is kept, and what time and chance cannot give again."""

from __future__ import annotations

import os
from random import Random

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.command_log.log import Row
from ringme_mock.command_log.repeat import head_of, write_headers
from ringme_mock.errors import unauthorized
from ringme_mock.http.session import Session
from ringme_mock.store.access import check_read_only

_NONCE = 16
# As SQLite's integers have a sign.
_CHANCE_BITS = 63


def new_row(session: Session, kind: str, request: RequestContext | None, body: bytes) -> Row:
    """Make a command with a chance and a nonce of its own, whose moment the log gives."""
    head, headers = (head_of(request), write_headers(request)) if request else (b"", b"")
    chance, nonce = draw_chance(session.random), os.urandom(_NONCE)
    return Row(session.name, kind, 0.0, chance, nonce, head, headers, body)


def draw_chance(random: Random) -> int:
    """Draw the seed of a command from the numbers of its session, not from those of a command."""
    return Random.getrandbits(random, _CHANCE_BITS)


def check_caller(request: RequestContext) -> None:
    """Check the caller again, who may have been changed since the request came."""
    caller, token = request.caller, request.bearer_token
    if caller is None or token is None:
        return
    access = request.session.state.access
    found = access.caller(token)
    if found is caller:
        return
    if found is None:
        raise unauthorized()
    request.caller = found
    access.check_blocked(found.user, found.client)
    check_read_only(found, request.method)
