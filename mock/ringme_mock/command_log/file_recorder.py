"""Recorder that keeps commands in a file, each before it is applied."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

import orjson

from ringme_mock.actions.request_context import RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.command_log.applying import Applying, Moment
from ringme_mock.command_log.log_file import LogFile, Row
from ringme_mock.errors import ApiError, unauthorized
from ringme_mock.http.recorder import Action
from ringme_mock.store.access import check_read_only

if TYPE_CHECKING:
    from ringme_mock.http.operation import RunningOperation
    from ringme_mock.http.routing import PathTable
    from ringme_mock.http.sessions import Session

logger = logging.getLogger(__name__)

API, FAULTS, BEGIN = "api", "faults", "begin"
_NONCE = 16
_NONCES_AT_ONCE = 64
# As SQLite's integers have a sign.
_CHANCE_BITS = 63


class FileRecorder:
    """Recorder of a mock; until it is `ready`, it replays what is in its file."""

    def __init__(self, file: LogFile) -> None:
        self.file = file
        self.applying = Applying()
        self.supply = self.applying.supply
        self.replaying = True
        self.operations: Mapping[str, RunningOperation] = {}
        self.table: PathTable
        # By session: the numbers of its first command and its last, and of its counts of faults if
        # no command came after them.
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._nonces = _nonces()

    def join(self, operations: Mapping[str, RunningOperation], table: PathTable) -> None:
        self.operations, self.table = operations, table

    def seen(self, number: int, row: Row) -> None:
        """Take note of a command that is in the file."""
        self._first.setdefault(row.session, number)
        self._last[row.session] = number
        if row.kind == FAULTS:
            self._counts[row.session] = number
        elif self._counts:
            self._counts.pop(row.session, None)

    def ready(self) -> None:
        """Keep all that comes from now on, in real time."""
        self.replaying, self.applying.resting = False, None

    # --- commands

    def recorded(self, action: Action) -> Action:
        applying = self.applying

        def act(request: RequestContext) -> Reply:
            if self.replaying:
                return action(request)
            moment = self._moment(request.session)
            token = applying.begin(moment)
            try:
                calls = request.session.calls
                if calls.active:
                    calls.settle()
                _check_caller(request)
                self._append(request, API, moment, moment.at, orjson.dumps(request.sent))
                return action(request)
            finally:
                applying.end(moment, token)

        return act

    @contextmanager
    def command(
        self, request: RequestContext, kind: str, body: bytes
    ) -> Iterator[Callable[[], None]]:
        moment = self._moment(request.session)
        token = self.applying.begin(moment)

        def commit() -> None:
            self._append(request, kind, moment, time.time(), body)

        try:
            yield commit
        finally:
            self.applying.end(moment, token)

    def _moment(self, session: Session) -> Moment:
        return Moment(time.time(), draw_chance(session.random), next(self._nonces))

    def _append(
        self, request: RequestContext, kind: str, moment: Moment, due: float, body: bytes
    ) -> None:
        session = request.session
        row = Row(
            session.name,
            kind,
            moment.at,
            due,
            moment.chance,
            moment.nonce,
            orjson.dumps(_head(request)),
            b"\r\n".join(map(b": ".join, request.scope["headers"])),
            body,
        )
        self._keep(row)

    def _keep(self, row: Row) -> None:
        """Write a command. Raises the 503 if that fails; then nothing may be applied."""
        try:
            number = self.file.append(row)
        except sqlite3.Error as error:
            raise self._full(error) from None
        self.seen(number, row)

    def _full(self, error: sqlite3.Error) -> ApiError:
        logger.error("%s: cannot be written: %s", self.file.path, error)
        return ApiError(
            503,
            f"The state file cannot be written ({error}), so nothing was changed;"
            " make room on its disk",
        )

    # --- what else a restart must know

    def counted(self, session: Session) -> None:
        body = orjson.dumps(session.faults.counts())
        known = self._counts.get(session.name)
        if known is None:
            now = time.time()
            self._keep(Row(session.name, FAULTS, now, now, 0, b"", b"", b"", body))
            return
        try:
            self.file.change(known, body)
        except sqlite3.Error as error:
            raise self._full(error) from None

    def began(self, session: Session) -> None:
        if self.replaying or session.name in self._first:
            return
        now = time.time()
        try:
            self._keep(Row(session.name, BEGIN, now, now, 0, b"", b"", b"", b""))
        except ApiError:
            # Nothing was changed in it, so it is lost with the mock, which was logged.
            return

    def was_reset(self, session: Session) -> None:
        """Drop what came before; a file that cannot be written to keeps it, which is the same."""
        if self.replaying:
            return
        first, last = self._first[session.name], self._last[session.name]
        try:
            self.file.drop(session.name, first, last)
        except sqlite3.Error as error:
            logger.warning("%s: cannot be made shorter: %s", self.file.path, error)
        else:
            self._first[session.name] = last

    def ended(self, session: Session) -> None:
        first = self._first.pop(session.name, None)
        self._counts.pop(session.name, None)
        if first is None or self.replaying:
            return
        try:
            self.file.drop(session.name, first)
        except sqlite3.Error as error:
            logger.warning("%s: cannot be made shorter: %s", self.file.path, error)


def draw_chance(random: Random) -> int:
    """Draw the seed of a command from the numbers of its session, not from those of a command."""
    return Random.getrandbits(random, _CHANCE_BITS)


def _nonces() -> Iterator[bytes]:
    """Draw nonces, many at once, as each call of the system costs."""
    while True:
        drawn = os.urandom(_NONCE * _NONCES_AT_ONCE)
        for start in range(0, len(drawn), _NONCE):
            yield drawn[start : start + _NONCE]


def _head(request: RequestContext) -> list[Any]:
    """Collect what a replay needs of a request beside its headers and its body."""
    return [
        request.method,
        request.raw_path,
        request.query.decode("latin-1"),
        request.prefix,
        request.origin,
        request.scope["scheme"],
        request.scope.get("server"),
        _hour(request),
    ]


def _hour(request: RequestContext) -> tuple[float, int] | None:
    """Return the count of requests of the client, which others have changed that are not kept."""
    if request.caller is None:
        return None
    return request.session.state.limits.hour(request.caller.client_key)


def _check_caller(request: RequestContext) -> None:
    """Check the caller again, as a replay will, after a body that was long on its way."""
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
